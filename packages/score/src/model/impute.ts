import {
  checkOptions,
  type Key,
  random,
  reshape,
  ShapeError,
  type Tensor,
  take,
  tensor,
} from "@scoretape/autograd";
import { checkCount, checkKey, checkMethods, checkTensor } from "../check.ts";
import type { SamplerBackend } from "../samplers/compiled.ts";
import { backendOf } from "../samplers/keptSteps.ts";
import type { OfGiven } from "./conditional.ts";
import { drawingLevels, drawn } from "./conditionalDraws.ts";
import type { Description } from "./description.ts";
import { imputedTarget } from "./imputeTarget.ts";
import type { Sampled } from "./sampling.ts";
import { restored, rounded, standardized, type Units } from "./units.ts";

/** How to draw what rows leave open. */
export interface ImputeOptions {
  /** Makes the draws: the same key, the same draws. */
  readonly key: Key;
  /** How many draws of each row, from 1; 20 unless said. */
  readonly draws?: number;
  /** How many particles each row has, as many as draws at least; 32, or as many as draws, unless said. */
  readonly particles?: number;
  /** What runs the steps; WebAssembly unless said. */
  readonly backend?: SamplerBackend;
  /** Called after every step with how many were made, and how many there are in all. */
  readonly onStep?: (progress: { readonly step: number; readonly steps: number }) => void;
}

/** What imputation asks of a model. */
export interface Imputing extends Pick<Sampled, "sigmas" | "standardScore"> {
  readonly description: Sampled["description"] &
    Pick<Description, "target" | "given"> & { readonly standardization: Units };
  /** Draws of the target, of a model that has one. */
  readonly sampleGiven?: OfGiven["sampleGiven"];
}

/** So many particles run side by side at most, and so many entries of their covariances. */
const [PARTICLES, ENTRIES] = [4096, 4e5];

/**
 * Draws of the numbers that rows leave open, given those that they have: the model's distribution of the gaps of each row. By
 * twisted sequential Monte Carlo with Tweedie's covariance along the model's noise levels, as `posterior.twisted` has it, from
 * N(μ, Σ + σ_max²I) given what is known, with the moments of the data: each row has its own gaps, and all run as one batch.
 *
 * Draws of a row are as many different answers, for multiple imputation: their spread tells how much the known numbers leave
 * open. They are not quite independent of each other, since particles of one row have common ancestors.
 *
 * A model of a target draws that, of rows that have all that it is given.
 *
 * @param rows [n, d] in the data's own units; NaN for what is sought
 * @returns [n, draws, d] in float64: what is known as it was, to the last digit
 * @throws ShapeError when the rows have not as many columns as the model
 * @throws RangeError when a number is infinite, or an option is out of its range
 *
 * @example
 * ```ts
 * import { mean, random, type Tensor, type TensorLike, tensor } from "@scoretape/autograd";
 * import { data } from "@scoretape/score";
 * import { impute } from "@scoretape/score/model";
 *
 * // Two numbers that go together: given a first of 2, the second is 1.6 on average. A trained model takes the place of this.
 * const set = data.gaussian({ mean: [0, 0], covariance: [[1, 0.8], [0.8, 1]] });
 * const standardScore = (z: Tensor, sigma: TensorLike) => set.score(z, sigma);
 * const standardization = { mean: [0, 0], deviation: [1, 1] };
 * const model = { sigmas: [5, 2, 1, 0.5, 0.2, 0.1], standardScore, description: { columns: set.columns, standardization } };
 * const draws = impute(model, tensor([[2, Number.NaN]]), { key: random.key(0), draws: 1000 });
 * console.log([...mean(draws, { axis: 1 }).data].map((x) => x.toFixed(1)).join(" ")); // 2.0 1.6
 * ```
 */
export function impute(model: Imputing, rows: Tensor, options: ImputeOptions): Tensor {
  const name = "impute";
  checkOptions(name, options, {
    key: "any",
    draws: "number",
    particles: "number",
    backend: "any",
    onStep: "function",
  });
  const { key, draws = 20, onStep = () => {} } = options;
  const { particles = Math.max(32, draws) } = options;
  checkKey(name, key);
  checkCount(name, draws, "draws");
  checkCount(name, particles, "particles");
  if (particles < draws) {
    throw new RangeError(`${name}: particles are ${particles} for ${draws} draws; give as many at least`);
  }
  checkMethods(name, model, "the model", ["standardScore"]);
  const { description, sigmas, standardScore } = model;
  const { standardization: units, moments, columns } = description;
  checkRows(name, rows, columns);
  const { sampleGiven } = model;
  if (sampleGiven !== undefined) {
    return imputedTarget({ description, sampleGiven }, rows, { key, draws, backend: options.backend });
  }
  const [n = 0, d = 0] = rows.shape;
  const open = Array.from({ length: n }, (_, i) => i).filter((i) =>
    rows.data.subarray(i * d, (i + 1) * d).some(Number.isNaN),
  );
  const batch = Math.min(
    open.length,
    Math.max(1, Math.floor(Math.min(PARTICLES, ENTRIES / (d * d)) / particles)),
  );
  const batches = batch === 0 ? 0 : Math.ceil(open.length / batch);
  const standard = standardized(units, rows);
  const steps = batches * drawingLevels(sigmas).length;
  let step = 0;
  const how = {
    ...{ particles, draws, moments, sigmas },
    backend: options.backend ?? backendOf(standardScore),
    onStep: () => onStep({ step: ++step, steps }),
  };
  const values = new Float64Array(n * draws * d);
  for (let at = 0; at < values.length; at++) {
    values[at] = rows.data[Math.floor(at / (draws * d)) * d + (at % d)] ?? 0;
  }
  for (let i = 0; i < batches; i++) {
    // The last batch is filled up with its last row, so that it has the shape of the others.
    const own = Array.from({ length: batch }, (_, k) => open[Math.min(open.length - 1, i * batch + k)] ?? 0);
    const z = drawn(standardScore, take(standard, own), random.foldIn(key, i), how);
    const x = rounded(units, restored(units, reshape(z, [batch * draws, d]))).data;
    for (const [k, row] of own.entries()) {
      const at = row * draws * d;
      for (let j = 0; j < draws * d; j++) {
        if (Number.isNaN(rows.data[row * d + (j % d)])) values[at + j] = x[k * draws * d + j] ?? 0;
      }
    }
  }
  return tensor(values, { shape: [n, draws, d] });
}

function checkRows(name: string, rows: Tensor, columns: readonly string[]): void {
  checkTensor(name, rows, "rows");
  const [n = 0, d] = rows.shape;
  if (rows.rank !== 2 || n === 0 || d !== columns.length) {
    throw new ShapeError(
      `${name}: rows have shape [${rows.shape.join(", ")}]; give [n, ${columns.length}], NaN for what is sought`,
    );
  }
  const at = rows.data.findIndex((value) => Math.abs(value) === Number.POSITIVE_INFINITY);
  if (at < 0) return;
  throw new RangeError(
    `${name}: row ${Math.floor(at / d)} is ${rows.data[at]} in column ${columns[at % d]}; give a number, or NaN for what is sought`,
  );
}
