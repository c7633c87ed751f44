import {
  checkOptions,
  concat,
  type Key,
  mul,
  portable,
  random,
  type Tensor,
  wasm,
} from "@scoretape/autograd";
import { checkCount, checkPositive } from "../check.ts";
import { denoise } from "../denoise.ts";
import { annealedLangevin } from "../samplers/annealedLangevin.ts";
import type { SamplerBackend } from "../samplers/compiled.ts";
import type { NoiseConditionalScore } from "../score.ts";

/** How to sample a model. */
export interface SamplingOptions {
  /** Langevin steps at each noise level: 40 unless said, enough for each level to settle. */
  readonly stepsPerLevel?: number;
  /** The size of a step at noise level σ, in units of σ²: 0.2 unless said, too small for its error to show. */
  readonly stepSize?: number;
  /** What runs the steps; WebAssembly unless said. */
  readonly backend?: SamplerBackend;
  /** Called after every step with how many were made, and how many there are in all. */
  readonly onStep?: (progress: { readonly step: number; readonly steps: number }) => void;
}

/** The defaults of {@link SamplingOptions}. */
export const samplingDefaults = { stepsPerLevel: 40, stepSize: 0.2 };

/** What sampling asks of a model. */
export interface Sampled {
  readonly sigmas: readonly number[];
  readonly standardScore: NoiseConditionalScore;
  readonly description: { readonly columns: readonly string[] };
  /** The number of parameters. */
  readonly size: number;
}

/** So many chains run side by side. */
const CHAINS = 2000;
/** So many multiplications are done before the caller has its turn: less than a second's work. */
const STRETCH = 5e8;

/**
 * Draws samples by annealed Langevin dynamics over a model's noise levels with a final Tweedie step, from
 * x₀ ~ N(0, (1 + σ_max²)I), the data's own spread at the largest level. It stops for breath about once a second, so that
 * a page stays alive; `model.sample` draws the same in one go, in the data's own units.
 *
 * @param count a whole number from 1
 * @returns standardised points, [count, d]; of the same key fewer are the first of more
 * @throws RangeError if a chain leaves the finite numbers, or an option is out of its range
 *
 * @example
 * ```ts
 * import { mul, random, type Tensor } from "@scoretape/autograd";
 * import { samplingSteps } from "@scoretape/score/model";
 *
 * // The standard normal distribution: with noise of σ = 1 its score is −z/2.
 * const standardScore = (z: Tensor) => mul(-0.5, z);
 * const model = { sigmas: [1], standardScore, description: { columns: ["z"] }, size: 1 };
 * const walk = samplingSteps(model, random.key(0), 3);
 * let step = walk.next();
 * while (!step.done) step = walk.next(); // here a page may draw, or wait a moment
 * console.log(step.value.shape); // [ 3, 1 ]
 * ```
 */
export function* samplingSteps(
  model: Sampled,
  key: Key,
  count: number,
  options: SamplingOptions = {},
): Generator<undefined, Tensor> {
  checkOptions("samplingSteps", options, {
    stepsPerLevel: "number",
    stepSize: "number",
    backend: "any",
    onStep: "function",
  });
  // One backend for all, so that its programs share their modules and threads.
  const how = { ...samplingDefaults, backend: wasm(), ...options };
  const { stepsPerLevel, stepSize } = how;
  checkCount("samplingSteps", count, "count");
  checkCount("samplingSteps", stepsPerLevel, "stepsPerLevel");
  checkPositive("samplingSteps", stepSize, "stepSize");
  const batches = Array.from({ length: Math.ceil(count / CHAINS) }, (_, i) =>
    Math.min(CHAINS, count - i * CHAINS),
  );
  const steps = batches.length * model.sigmas.length * stepsPerLevel;
  let step = 0;
  const onStep = (): void => options.onStep?.({ step: ++step, steps });
  const parts: Tensor[] = [];
  for (const [i, chains] of batches.entries()) {
    parts.push(yield* annealed(model, random.foldIn(key, i), chains, { ...how, onStep }));
  }
  return concat(parts, 0);
}

type Steps = Required<Omit<SamplingOptions, "onStep">> & { readonly onStep: () => void };

/** Runs some chains. */
function* annealed(
  { sigmas, size, standardScore, description }: Sampled,
  key: Key,
  chains: number,
  { stepsPerLevel, stepSize, backend, ...how }: Steps,
): Generator<undefined, Tensor> {
  const [largest = 1, smallest = 1] = [sigmas[0], sigmas.at(-1)];
  const stretch = Math.max(1, Math.floor(STRETCH / (size * CHAINS)));
  let x = mul(
    portable.hypot(1, largest),
    random.normal(random.foldIn(key, 0), [chains, description.columns.length]),
  );
  for (const [i, sigma] of sigmas.entries()) {
    const keyOfLevel = random.foldIn(key, i + 1);
    for (let step = 0; step < stepsPerLevel; step += stretch) {
      const { samples } = annealedLangevin(standardScore, x, {
        ...how,
        backend,
        sigmas: [sigma],
        stepSize: stepSize * (sigma * sigma),
        stepsPerLevel: Math.min(stretch, stepsPerLevel - step),
        key: random.foldIn(keyOfLevel, step),
      });
      x = samples;
      yield;
    }
  }
  return denoise(standardScore, x, smallest, { backend }).mean;
}
