import {
  add,
  checkFunction,
  checkOptions,
  type Key,
  mul,
  portable,
  random,
  sqrt,
  type Tensor,
  tensor,
} from "@scoretape/autograd";
import { checkCount, checkData, checkFinite, checkKey, checkPositive } from "../check.ts";
import type { NoiseConditionalScore } from "../score.ts";
import { tweedie } from "../tweedie.ts";
import { blockKind } from "./blocks.ts";
import type { SamplerBackend } from "./compiled.ts";
import { descending } from "./descending.ts";
import { keptSteps } from "./keptSteps.ts";
import type { LangevinStep, Samples } from "./langevin.ts";
import { floatOf, langevinStep, stepper, trajectoryFrom, walk } from "./walk.ts";

/**
 * How a step is written: `song-ermon-2019` is x + (εᵢ/2)·s + √εᵢ·z (algorithm 1 of that paper), `song-ermon-2020`
 * is x + εᵢ·s + √(2εᵢ)·z (algorithm 1 of that one, and the code of both). An ε of 2020 is the same step as 2ε of
 * 2019.
 */
export type AnnealedLangevinConvention = "song-ermon-2019" | "song-ermon-2020";

const rules: Readonly<Record<AnnealedLangevinConvention, typeof langevinStep>> = {
  "song-ermon-2019": langevinStep,
  "song-ermon-2020": (x, score, noise, stepSize) =>
    add(x, add(mul(stepSize, score), mul(sqrt(mul(2, stepSize)), noise))),
};

const annealedKinds = {
  sigmas: "any",
  stepSize: "number",
  convention: "string",
  stepsPerLevel: "number",
  key: "any",
  finalDenoise: "boolean",
  onStep: "function",
  trajectory: "number",
  backend: "any",
  // What suggestNoiseLevels tells beside: its result may be passed on whole.
  ratio: "number",
  varianceRatio: "number",
} as const;

/** Where an annealed Langevin sampler is; its steps are those of the level. */
export interface AnnealedLangevinStep extends LangevinStep {
  /** The noise level, from 1. */
  readonly level: number;
  /** How many levels there are. */
  readonly levels: number;
  /** The level's σᵢ. */
  readonly sigma: number;
  /** The level's εᵢ, in the convention. */
  readonly stepSize: number;
}

/** How to run annealed Langevin chains. */
export interface AnnealedLangevinOptions {
  /** σ₁ > ... > σ_L > 0, such as `geometricSchedule` gives. */
  readonly sigmas: Tensor | readonly number[];
  /** ε > 0, the step size at σ_L, in the convention. */
  readonly stepSize: number;
  /** What ε means; `song-ermon-2019` unless said. */
  readonly convention?: AnnealedLangevinConvention;
  /** How many steps at each level, from 1. */
  readonly stepsPerLevel: number;
  /** Makes the noise: the same key, the same samples. */
  readonly key: Key;
  /** End with x + σ_L²·s(x, σ_L), the posterior mean of the point without the last level's noise (Tweedie). */
  readonly finalDenoise?: boolean;
  /** Called after every step. */
  readonly onStep?: (state: AnnealedLangevinStep) => void;
  /** Keep x0 and every k-th state after it, counted over all levels. */
  readonly trajectory?: number;
  /** What runs the compiled step; `eager` for a score that reads elements. WebAssembly unless said. */
  readonly backend?: SamplerBackend;
}

/**
 * Annealed Langevin sampling, one chain per row of x0: at each level σᵢ, from the largest, Langevin steps
 * x ← x + (εᵢ/2)·s(x, σᵢ) + √εᵢ·z with εᵢ = ε·σᵢ²/σ_L². Song & Ermon 2019, algorithm 1. With the convention
 * `song-ermon-2020` they are x ← x + εᵢ·s(x, σᵢ) + √(2εᵢ)·z; `finalDenoise` belongs to that paper's algorithm.
 *
 * @param score s(x, σ), [n, d] → [n, d]; σ is a scalar
 * @param x0 where the chains start, [n, d]
 * @throws RangeError when a chain becomes infinite or NaN, with the level, the step, the chain and what to do,
 *   and when an option is out of range
 * @throws ShapeError when x0 is not [n, d], or the score returns another shape
 *
 * @example
 * ```ts
 * import { mean, random } from "@scoretape/autograd";
 * import { annealedLangevin, data, geometricSchedule } from "@scoretape/score";
 *
 * const target = data.gaussian({ mean: [3] });
 * const { samples } = annealedLangevin((x, sigma) => target.score(x, sigma), random.normal(random.key(0), [2000, 1]), {
 *   sigmas: geometricSchedule(4, 0.1, 8),
 *   stepSize: 0.002,
 *   stepsPerLevel: 20,
 *   key: random.key(1),
 * });
 * console.log(mean(samples).item().toFixed(0)); // 3
 * ```
 */
export function annealedLangevin(
  score: NoiseConditionalScore,
  x0: Tensor,
  options: AnnealedLangevinOptions,
): Samples {
  const name = "annealedLangevin";
  checkOptions<AnnealedLangevinOptions & { readonly ratio?: number; readonly varianceRatio?: number }>(
    name,
    options,
    annealedKinds,
  );
  checkFunction(name, score, "the score");
  const { stepsPerLevel, convention = "song-ermon-2019", key, finalDenoise = false, onStep } = options;
  checkKey(name, options.key);
  checkData(name, x0, "x0");
  checkPositive(name, options.stepSize, "stepSize");
  checkCount(name, stepsPerLevel, "stepsPerLevel");
  if (!Object.hasOwn(rules, convention)) {
    throw new RangeError(`${name}: convention is ${convention}; it is ${Object.keys(rules).join(" or ")}`);
  }
  if (options.trajectory !== undefined) checkCount(name, options.trajectory, "trajectory");
  const sigmas = descending(name, options.sigmas);
  const levels = sigmas.length;
  const last = sigmas[levels - 1] ?? Number.NaN;
  const kept = trajectoryFrom(x0, options.trajectory);
  const kind = blockKind(options.backend, options);
  const block = stepper(options.backend, score, name, rules[convention], kind);
  let x = x0;
  sigmas.forEach((sigma, i) => {
    const level = i + 1;
    const stepSize = options.stepSize * portable.pow(sigma / last, 2);
    x = walk(x, {
      ...{ name, score, block, sigma, stepSize, steps: stepsPerLevel, kind },
      key: random.foldIn(key, i),
      // Counted over all levels: what both the trajectory and the level are made of.
      every: greatestCommonDivisor(options.trajectory ?? stepsPerLevel, stepsPerLevel),
      where: ` at level ${level} of ${levels} (sigma ${sigma})`,
      shown(done, y) {
        kept.add(y, i * stepsPerLevel + done);
        onStep?.({ level, levels, sigma, stepSize, step: done, steps: stepsPerLevel, x: y });
      },
    });
  });
  if (!finalDenoise) return { samples: x, trajectory: kept.states };
  const samples = cleaner(options.backend, score)(x, tensor(last, { dtype: floatOf(x) }));
  checkFinite(name, samples, "the result of the final denoising");
  return { samples, trajectory: kept.states };
}

const cleaner = /* @__PURE__ */ keptSteps(
  (score: NoiseConditionalScore) => (y: Tensor, sigma: Tensor) => tweedie((z) => score(z, sigma), y, sigma),
);

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
