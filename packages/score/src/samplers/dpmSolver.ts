import { checkOptions, div, neg, portable, type Tensor } from "@scoretape/autograd";
import type { NoiseConditionalScore } from "../score.ts";
import { keptSteps } from "./keptSteps.ts";
import type { Samples } from "./langevin.ts";
import {
  denoiserOf,
  descend,
  type NoiseLevelOptions,
  noiseLevelKinds,
  scalarLike,
  shrunkToward,
} from "./noiseLevels.ts";

/**
 * DPM-Solver++(2M), one sample per row of the start: from each level σ to the next σ'
 * x ← D̃ + (σ'/σ)·(x − D̃), where D̃ = D + (h/(2h₋))·(D − D₋) extrapolates the denoiser D(x, σ) = x + σ²·s(x, σ) from the
 * step before, whose D was D₋; h = log(σ/σ') and h₋ are the steps' lengths. No noise is added. The first step, and one
 * to σ' = 0, are those of {@link ddim}. Lu et al. 2022 (DPM-Solver++), algorithm 2, for noise of growing variance.
 *
 * Exact where D does not change along the way; its error falls with the square of the length of the steps. One evaluation
 * a step.
 *
 * @param score s(x, σ), [n, d] → [n, d]; σ is a scalar
 * @param start states at the level σ₀, [n, d]: noise N(0, σ₀²I) where σ₀ is far above the data's spread, or points with
 *   noise of that level, which are edited
 * @throws RangeError and ShapeError as {@link ddim} does
 *
 * @example
 * ```ts
 * import { tensor } from "@scoretape/autograd";
 * import { data, dpmSolver, karrasSchedule } from "@scoretape/score";
 *
 * const set = data.gaussian({ mean: [0], covariance: [[4]] });
 * const sigmas = karrasSchedule({ sigmaMin: 0.01, sigmaMax: 20, steps: 20 });
 * const { samples } = dpmSolver((x, sigma) => set.score(x, sigma), tensor([[20]]), { sigmas });
 * // The flow takes N(0, 4 + 400) to N(0, 4), by the factor √(4/404).
 * console.log(samples.item().toFixed(1), (20 * Math.sqrt(4 / 404)).toFixed(1)); // 2.0 2.0
 * ```
 */
export function dpmSolver(score: NoiseConditionalScore, start: Tensor, options: NoiseLevelOptions): Samples {
  const name = "dpmSolver";
  checkOptions(name, options, noiseLevelKinds);
  const step = steps(options.backend, score, name);
  let [before, length] = [start, Number.POSITIVE_INFINITY];
  return descend(name, score, start, options, (x, { from, to }) => {
    const own = portable.log(from / to);
    const weight = to === 0 ? 0 : own / (2 * length);
    const [next, clean] = step(x, before, scalarLike(x, from), scalarLike(x, to), scalarLike(x, weight));
    [before, length] = [clean, own];
    return next;
  });
}

const steps = /* @__PURE__ */ keptSteps((score: NoiseConditionalScore, name: string) => {
  const D = denoiserOf(name, score);
  return (x: Tensor, before: Tensor, from: Tensor, to: Tensor, weight: Tensor) => {
    const clean = D(x, from);
    // D + w·(D − D₋) lies beyond D, seen from D₋.
    const extrapolated = shrunkToward(clean, before, neg(weight));
    return [shrunkToward(extrapolated, x, div(to, from)), clean] as const;
  };
});
