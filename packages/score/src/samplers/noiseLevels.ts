import { add, checkFunction, mul, neg, square, sub, type Tensor, tensor } from "@scoretape/autograd";
import { checkCount, checkData } from "../check.ts";
import { checkedAtLevels, type NoiseConditionalScore } from "../score.ts";
import type { SamplerBackend } from "./compiled.ts";
import { descending } from "./descending.ts";
import type { Samples } from "./langevin.ts";
import { march } from "./march.ts";

/** Where a sampler along noise levels is. */
export interface NoiseLevelStep {
  /** How many steps are done, from 1. */
  readonly step: number;
  /** How many there will be. */
  readonly steps: number;
  /** The noise level after the step. */
  readonly sigma: number;
  /** The states after the step, [n, d]. */
  readonly x: Tensor;
}

/** How to go down noise levels. */
export interface NoiseLevelOptions {
  /** σ₀ > σ₁ > … ≥ 0: the level of the start, and those after each step. `karrasSchedule` gives such, with 0 at the end. */
  readonly sigmas: Tensor | readonly number[];
  /** Called after every step. */
  readonly onStep?: (state: NoiseLevelStep) => void;
  /** Keep the start and every k-th state after it. */
  readonly trajectory?: number;
  /** What runs the compiled step; `eager` for a score that reads elements. WebAssembly unless said. */
  readonly backend?: SamplerBackend;
}

/** The options of a sampler along noise levels, by their kinds. */
export const noiseLevelKinds = {
  sigmas: "any",
  onStep: "function",
  trajectory: "number",
  backend: "any",
} as const;

/** One step of a sampler along noise levels. */
export interface Descent {
  /** Which it is, from 1, and of how many. */
  readonly step: number;
  readonly steps: number;
  /** σ before it, and after it. */
  readonly from: number;
  readonly to: number;
}

/** Takes states from level to level, from those of the start at the first. */
export function descend(
  name: string,
  score: NoiseConditionalScore,
  start: Tensor,
  options: NoiseLevelOptions,
  advance: (x: Tensor, descent: Descent) => Tensor,
): Samples {
  checkFunction(name, score, "the score");
  checkData(name, start, "start");
  const sigmas = descending(name, options.sigmas, "zero");
  const { trajectory, onStep } = options;
  if (trajectory !== undefined) checkCount(name, trajectory, "trajectory");
  const steps = sigmas.length - 1;
  if (steps === 0) {
    throw new RangeError(
      `${name}: sigmas has one noise level, ${sigmas[0]}; give those of the way down, too`,
    );
  }
  const level = (i: number): number => sigmas[i] ?? 0;
  return march({
    name,
    start,
    steps,
    trajectory,
    advance: (x, step) => advance(x, { step, steps, from: level(step - 1), to: level(step) }),
    whereTo: (step) => `sigma ${level(step)}`,
    onStep: (step, x) => onStep?.({ step, steps, sigma: level(step), x }),
  });
}

/** A number of x's dtype. */
export function scalarLike(x: Tensor, value: number): Tensor {
  return tensor(value, { dtype: x.dtype });
}

/** D(x, σ) = x + σ²·s(x, σ), the posterior mean of the clean point; σ a scalar. */
export function denoiserOf(name: string, score: NoiseConditionalScore): (x: Tensor, sigma: Tensor) => Tensor {
  return (x, sigma) => add(x, mul(square(sigma), checkedAtLevels(name, score)(x, sigma)));
}

/** dx/dσ = −σ·s(x, σ), along which p_σ stays the density of the points. Karras et al. 2022, equation 1. */
export function flowSlope(score: NoiseConditionalScore, x: Tensor, sigma: Tensor): Tensor {
  return mul(neg(sigma), score(x, sigma));
}

/** c + ratio·(x − c). */
export function shrunkToward(c: Tensor, x: Tensor, ratio: Tensor): Tensor {
  return add(c, mul(ratio, sub(x, c)));
}
