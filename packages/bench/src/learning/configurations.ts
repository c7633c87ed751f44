import type { Description, Wishes } from "@scoretape/score/model";
import { UsageError } from "../command/usageError.ts";
import type { Configuration } from "./learn.ts";

/** The default, one thing changed at a time, and the default of before preconditioning, which the goals are measured by. */
const table: Readonly<Record<string, Configuration>> = {
  default: {},
  energy: { wishes: { learn: "energy" } },
  silu: { wishes: { activation: "silu" } },
  tanh: { wishes: { activation: "tanh" } },
  softplus: { wishes: { activation: "softplus" } },
  "sliced-vr": { wishes: { loss: "sliced-vr" } },
  "rate-0.003": { wishes: { learningRate: 0.003 } },
  "rate-0.02": { wishes: { learningRate: 0.02 } },
  "no-waves": { change: withoutWaves },
  plain: {
    wishes: { loss: "sliced-vr", levels: 10, sigmaMax: 3, sigmaMin: 0.1 },
    change: plain,
    takesLast: true,
  },
};

/** The configuration that goals are measured by. */
export const REFERENCE = "plain";

export const configurationNames: readonly string[] = Object.keys(table);

/** @throws UsageError for a name that is not in the table */
export function configurationOf(name: string): Configuration {
  const found = Object.entries(table).find(([known]) => known === name)?.[1];
  if (found !== undefined) return found;
  throw new UsageError(`--configurations: there is no "${name}"; choose ${configurationNames.join(", ")}`);
}

/** With other wishes too, which hold where the configuration has none of its own. */
export function withWishes(configuration: Configuration, wishes: Wishes): Configuration {
  return { ...configuration, wishes: { ...wishes, ...configuration.wishes } };
}

function withoutWaves(description: Description): Description {
  const { network } = description;
  if (network.kind !== "preconditioned-mlp") return description;
  return { ...description, network: { ...network, waves: [] } };
}

/** The network `noiseConditionalMlp`, with softplus between its layers, of standardised points. */
function plain({ moments, ...description }: Description): Description {
  const { network } = description;
  if (network.kind === "unet") throw new RangeError("plain: a U-Net is no perceptron");
  return { ...description, network: { kind: "mlp", hidden: network.hidden } };
}
