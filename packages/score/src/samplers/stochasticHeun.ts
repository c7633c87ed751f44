import { add, checkOptions, type Key, kindOf, mul, random, sub, type Tensor } from "@scoretape/autograd";
import { checkedKey } from "../check.ts";
import { checkedAtLevels, type NoiseConditionalScore } from "../score.ts";
import { compiled } from "./compiled.ts";
import { keptSteps } from "./keptSteps.ts";
import type { Samples } from "./langevin.ts";
import { descend, flowSlope, type NoiseLevelOptions, noiseLevelKinds, scalarLike } from "./noiseLevels.ts";
import { noiseLike } from "./walk.ts";

/** How to go down noise levels by Heun's method, with noise or without. */
export interface StochasticHeunOptions extends NoiseLevelOptions {
  /** S_churn ≥ 0: how much noise is added and taken away again over all steps; none, 0, unless said. */
  readonly churn?: number;
  /** S_tmin, the lowest level at which noise is added; 0 unless said. */
  readonly sMin?: number;
  /** S_tmax, the highest level at which noise is added; no end unless said. */
  readonly sMax?: number;
  /** S_noise, the deviation of what is added beside what is taken away; 1 unless said. */
  readonly sNoise?: number;
  /** Makes the noise: the same key, the same samples. Needed where there is churn. */
  readonly key?: Key;
}

/**
 * Heun's method along the probability flow dx/dσ = −σ·s(x, σ), one sample per row of the start, with noise added before
 * each step and taken away by it: Karras et al. 2022 (Elucidating the Design Space of Diffusion-Based Generative Models),
 * algorithm 2; without churn, algorithm 1.
 *
 * From each level σ to the next σ', of N steps in all: with γ = min(S_churn/N, √2 − 1) where S_tmin ≤ σ ≤ S_tmax, else 0,
 * first up to σ̂ = (1 + γ)·σ, x̂ = x + S_noise·√(σ̂² − σ²)·z; then down, k = −σ̂·s(x̂, σ̂), x' = x̂ + (σ' − σ̂)·k, and unless
 * σ' = 0 again with the mean of the slopes at both ends, k' = −σ'·s(x', σ'), x ← x̂ + (σ' − σ̂)·(k + k')/2.
 *
 * Without churn the error falls with the square of the length of the steps. With churn errors of earlier steps fade, at
 * the cost of more of them. Two evaluations a step, one of a step to 0.
 *
 * @param score s(x, σ), [n, d] → [n, d]; σ is a scalar
 * @param start states at the level σ₀, [n, d]: noise N(0, σ₀²I) where σ₀ is far above the data's spread, or points with
 *   noise of that level, which are edited
 * @throws RangeError and ShapeError as {@link ddim} does
 *
 * @example
 * ```ts
 * import { mul, random, variance } from "@scoretape/autograd";
 * import { data, karrasSchedule, type NoiseConditionalScore, stochasticHeun } from "@scoretape/score";
 *
 * const set = data.gaussian({ mean: [0], covariance: [[4]] });
 * const score: NoiseConditionalScore = (x, sigma) => set.score(x, sigma);
 * const sigmas = karrasSchedule({ sigmaMin: 0.01, sigmaMax: 50, steps: 20 });
 * const start = mul(50, random.normal(random.key(0), [20_000, 1]));
 * console.log(variance(stochasticHeun(score, start, { sigmas }).samples).item().toFixed(0)); // 4
 * const { samples } = stochasticHeun(score, start, { sigmas, churn: 5, key: random.key(1) });
 * console.log(variance(samples).item().toFixed(0)); // 4
 * ```
 */
export function stochasticHeun(
  score: NoiseConditionalScore,
  start: Tensor,
  options: StochasticHeunOptions,
): Samples {
  const name = "stochasticHeun";
  checkOptions(name, options, {
    ...noiseLevelKinds,
    churn: "number",
    sMin: "number",
    sMax: "number",
    sNoise: "number",
    key: "any",
  });
  const { key, backend, churn = 0, sMin = 0, sMax = Number.POSITIVE_INFINITY, sNoise = 1 } = options;
  for (const [what, value] of Object.entries({ churn, sMin, sMax, sNoise })) {
    if (!(value >= 0)) throw new RangeError(`${name}: ${what} is ${kindOf(value)}; it is a number from 0`);
  }
  const raised = compiled(
    (x: Tensor, key: Key, deviation: Tensor) => add(x, mul(deviation, noiseLike(key, x))),
    backend,
  );
  const [predicted, corrected] = [predictions(backend, score, name), corrections(backend, score, name)];
  const noise = key === undefined && churn === 0 ? undefined : checkedKey(name, key);
  return descend(name, score, start, options, (x, { step, steps, from, to }) => {
    const scalar = (value: number): Tensor => scalarLike(x, value);
    const gamma = sMin <= from && from <= sMax ? Math.min(churn / steps, Math.SQRT2 - 1) : 0;
    const up = (1 + gamma) * from;
    const added = scalar(sNoise * Math.sqrt(up * up - from * from));
    const noisy = gamma === 0 || noise === undefined ? x : raised(x, random.foldIn(noise, step - 1), added);
    const [end, slope] = predicted(noisy, scalar(up), scalar(to));
    return to === 0 ? end : corrected(noisy, slope, end, scalar(up), scalar(to));
  });
}

const predictions = /* @__PURE__ */ keptSteps(
  (score: NoiseConditionalScore, name: string) => (x: Tensor, from: Tensor, to: Tensor) => {
    const slope = flowSlope(checkedAtLevels(name, score), x, from);
    return [add(x, mul(sub(to, from), slope)), slope] as const;
  },
);

const corrections = /* @__PURE__ */ keptSteps(
  (score: NoiseConditionalScore, name: string) =>
    (x: Tensor, slope: Tensor, end: Tensor, from: Tensor, to: Tensor) => {
      const both = add(slope, flowSlope(checkedAtLevels(name, score), end, to));
      return add(x, mul(mul(0.5, sub(to, from)), both));
    },
);
