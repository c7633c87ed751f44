import {
  add,
  broadcastTo,
  eye,
  type Key,
  linearize,
  maximum,
  mul,
  random,
  scan,
  sqrt,
  square,
  sum,
  type Tensor,
  transpose,
  zeros,
} from "@scoretape/autograd";
import { samplingKeyOf } from "../model/keys.ts";
import type { Model } from "../model/model.ts";
import { column } from "../rows.ts";
import { annealedChains, type Chains, drawn, imageChains, type StepOptions, targetChains } from "./chains.ts";
import { type Condition, type SubjectOptions, subjectOf, targetOf } from "./subject.ts";
import { type OwnUnits, ownUnits } from "./units.ts";

/** A function of a model as it is captured. */
export interface ModelFunction {
  readonly apply: (...inputs: Tensor[]) => Tensor[];
  /** Examples of its inputs. */
  readonly args: readonly Tensor[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** The names of the columns that it is of. */
  readonly columns: readonly string[];
}

/** (x, σ, conditions) ↦ s(x, σ) in the data's own units. */
export function scoreFunction(name: string, model: Model, rows: number, how: SubjectOptions): ModelFunction {
  const { columns, units, conditions, score } = subjectOf(name, model, how);
  return {
    apply: (x, sigma, ...told) => [units.restoredScore(score(units.standardized(x), sigma, told))],
    ...ofPoints(columns, conditions, rows, how),
    outputs: ["score"],
    columns,
  };
}

/** (x, σ, conditions) ↦ x + σ²s(x, σ), and beside it the deviations of rows that are no images, in the data's own units. */
export function denoiseFunction(
  name: string,
  model: Model,
  rows: number,
  how: SubjectOptions,
): ModelFunction {
  const { columns, units, conditions, score } = subjectOf(name, model, how);
  const hasDeviations = model.description.image === undefined;
  return {
    apply(x, sigma, ...told) {
      const z = units.standardized(x);
      const variance = column(square(sigma));
      const at = (y: Tensor): Tensor => score(y, sigma, told);
      const mean = units.restored(add(z, mul(variance, at(z))));
      if (!hasDeviations) return [mean];
      // σ²(1 + σ²Jⱼⱼ), as tweedieVariance, by a loop over the coordinates.
      const posterior = mul(variance, add(1, mul(variance, diagonalOf(at, z))));
      return [mean, units.restoredDeviation(sqrt(maximum(0, posterior)))];
    },
    ...ofPoints(columns, conditions, rows, how),
    outputs: hasDeviations ? ["mean", "deviation"] : ["mean"],
    columns,
  };
}

/** ∂sⱼ/∂zⱼ, [n, d]. */
function diagonalOf(score: (z: Tensor) => Tensor, z: Tensor): Tensor {
  const [, push] = linearize(score, [z]);
  const units = eye(z.shape[1] ?? 0, { dtype: z.dtype });
  const [, rows] = scan<Tensor, Tensor, Tensor>(
    (none, unit) => {
      const change = push(broadcastTo(unit, z.shape));
      return [none, sum(mul(unit, change), { axis: 1 })];
    },
    zeros([]),
    units,
  );
  return transpose(rows);
}

function ofPoints(
  columns: readonly string[],
  conditions: readonly Condition[],
  rows: number,
  { dtype }: SubjectOptions,
): Pick<ModelFunction, "args" | "inputs"> {
  return {
    args: [
      zeros([rows, columns.length], { dtype }),
      zeros([rows], { dtype }),
      ...conditions.map(({ example }) => example(rows)),
    ],
    inputs: ["x", "sigma", ...conditions.map(({ name }) => name)],
  };
}

/** How samples are drawn. */
export type SampleOptions = SubjectOptions & StepOptions & { readonly count: number };

/** (seed, conditions) ↦ what `scoretape sample --seed` draws, in the data's own units. */
export function sampleFunction(name: string, model: Model, how: SampleOptions): ModelFunction {
  const { count } = how;
  const { chains, units, columns, keyOf } = samplerOf(name, model, how);
  const { conditions } = chains;
  return {
    apply: (seed, ...told) => [units.restored(drawn(chains, keyOf(samplingKeyOf(seed)), count, told))],
    args: [random.key(0), ...conditions.map(({ example }) => example(count))],
    inputs: ["seed", ...conditions.map((condition) => condition.name)],
    outputs: ["samples"],
    columns,
  };
}

interface Sampler {
  readonly chains: Chains;
  readonly units: OwnUnits;
  readonly columns: readonly string[];
  keyOf(key: Key): Key;
}

function samplerOf(name: string, model: Model, how: SampleOptions): Sampler {
  const { columns, standardization, target, network } = model.description;
  if (target !== undefined) {
    const own = targetOf(name, model, how.dtype);
    const keyOf = (key: Key): Key => random.foldIn(key, 0);
    return { chains: targetChains(model, own), units: own.units, columns: own.columns, keyOf };
  }
  const chains = network.kind === "unet" ? imageChains(model, how) : annealedChains(model, how);
  const units = ownUnits(name, standardization, columns, how.dtype);
  return { chains, units, columns, keyOf: (key) => key };
}
