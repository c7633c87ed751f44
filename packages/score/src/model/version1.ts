import type { Tensor } from "@scoretape/autograd";
import type { Safetensors } from "@scoretape/autograd/safetensors";
import * as v from "valibot";
import { names } from "../data/registry.ts";
import type { TrainingState } from "../train/events.ts";
import { digest } from "./checksum.ts";
import {
  type Description,
  descriptionSchema,
  hiddenSchema,
  MOST_COLUMNS,
  settingsEntries,
  shared,
} from "./description.ts";
import { damaged, ModelError } from "./modelError.ts";
import type { Parameters } from "./network.ts";
import { checked, digits, list, parsed, sha256, text, whole } from "./rules.ts";
import { decodeState } from "./state.ts";

// Version 1 is two files: model.json, and model.safetensors with the arrays of version 2 and those of the moving average
// once more, as `average.average`. The description's identity is the SHA-256 of what it says, the arrays' checksum that
// of their names, shapes and elements.

const { loss, batch, levels, sigmaMax, sigmaMin, ...later } = settingsEntries;

/** The rules of model.json. */
export const descriptionSchema1 = v.strictObject({
  format: v.literal("scoretape model"),
  version: v.literal(1),
  identity: sha256,
  data: v.strictObject({ name: text, rows: whole(1), sha256 }),
  // Names could stand twice.
  columns: list(text, "columns' names", MOST_COLUMNS),
  units: shared.units,
  standardization: shared.standardization,
  // In the order in which they went into the identity.
  settings: v.strictObject({ loss, batch, levels, sigmaMax, sigmaMin, hidden: hiddenSchema, ...later }),
  steps: shared.steps,
});

/** The rules of the texts beside the arrays. */
export const metadataSchema1 = v.strictObject({
  training: sha256,
  step: digits,
  /** How the optimiser's arrays are nested, which the description tells as well. */
  optimizer: v.string(),
  checksum: sha256,
});

/**
 * @param description the text of model.json
 * @throws ModelError unless both files are as they were written, and what they hold can be used
 */
export function decodeVersion1(
  { tensors, metadata }: Safetensors,
  description: string | undefined,
): { readonly description: Description; readonly state: TrainingState<Parameters> } {
  if (typeof description !== "string") {
    throw new ModelError(
      "the model is of version 1, whose description is a file of its own; give the text of the model.json beside it " +
        "as the option description",
    );
  }
  const told = checked(descriptionSchema1, parsed(description), damaged);
  const { format: _, version: __, identity, steps: ___, ...what } = told;
  if (digest([JSON.stringify(what)]) !== identity) {
    damaged("model.json is not as it was written, or was edited");
  }
  const texts = checked(metadataSchema1, metadata, damaged);
  if (digest(summed({ tensors, metadata })) !== texts.checksum) {
    damaged("its checksum does not fit its content");
  }
  if (texts.training !== identity) damaged("model.json belongs to another training");
  const { average, once } = apart(tensors);
  const current = renewed(told);
  const { state } = decodeState(once, current, Number(texts.step));
  // The average stands twice: both are looked at.
  decodeState({ ...once, ...average }, current, Number(texts.step));
  return { description: current, state };
}

/** The arrays without the second copy of the average, and that copy under the name of the first. */
function apart(tensors: Readonly<Record<string, Tensor>>): {
  readonly once: Readonly<Record<string, Tensor>>;
  readonly average: Readonly<Record<string, Tensor>>;
} {
  const copy = "average.average.";
  const entries = Object.entries(tensors);
  return {
    once: Object.fromEntries(entries.filter(([name]) => !name.startsWith(copy))),
    average: Object.fromEntries(
      entries.flatMap(([name, x]) =>
        name.startsWith(copy) ? [[`averaged.${name.slice(copy.length)}`, x]] : [],
      ),
    ),
  };
}

/** What the checksum is taken of: all but itself, in the order of the names. */
function* summed({ tensors, metadata }: Safetensors): Generator<string | Tensor> {
  for (const [key, text] of sorted(metadata)) if (key !== "checksum") yield JSON.stringify([key, text]);
  for (const [name, x] of sorted(tensors)) {
    yield JSON.stringify([name, x.shape]);
    yield x;
  }
}

function sorted<T>(members: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** A description of version 1 as one of today; only the path to its file may be one that only its machine knows. */
function renewed(told: v.InferOutput<typeof descriptionSchema1>): Description {
  const { data, columns, units, standardization, settings, steps } = told;
  const { hidden, ...rest } = settings;
  const { name, ...which } = data;
  const isSet = names().includes(name);
  const file = { kind: "file", name: name.replace(/^.*[/\\]/, ""), ...which } as const;
  const description = {
    data: isSet ? ({ kind: "set", name, ...which } as const) : file,
    columns: columns.map((column, j) => {
      const before = columns.slice(0, j).filter((other) => other === column).length;
      return before === 0 ? column : `${column} (${before + 1})`;
    }),
    units,
    standardization,
    network: { kind: "mlp", hidden },
    settings: { ...rest, weightDecay: 0, testFraction: 0, patience: 0, refit: false },
    steps,
  };
  const current = checked(descriptionSchema, description, damaged);
  return isSet ? current : { ...current, data: { ...file, path: name } };
}
