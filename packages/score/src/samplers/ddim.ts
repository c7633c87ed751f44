import { checkOptions, div, type Tensor } from "@scoretape/autograd";
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
 * DDIM, one sample per row of the start: x ← D + (σ'/σ)·(x − D) from each level σ to the next σ', with the denoiser
 * D(x, σ) = x + σ²·s(x, σ). No noise is added. Song, Meng & Ermon 2021 (Denoising Diffusion Implicit Models), equation 13:
 * Euler's method along the probability flow dx/dσ = −σ·s(x, σ), with an error that falls with the length of the steps. One
 * evaluation a step.
 *
 * @param score s(x, σ), [n, d] → [n, d]; σ is a scalar
 * @param start states at the level σ₀, [n, d]: noise N(0, σ₀²I) where σ₀ is far above the data's spread, or points with
 *   noise of that level, which are edited
 * @throws RangeError when a state becomes infinite or NaN, with the step, the row and what to do, and when an option is
 *   out of range
 * @throws ShapeError when the start is not [n, d], or the score returns another shape
 *
 * @example
 * ```ts
 * import { tensor } from "@scoretape/autograd";
 * import { data, ddim, karrasSchedule } from "@scoretape/score";
 *
 * const set = data.gaussian({ mean: [0], covariance: [[4]] });
 * const sigmas = karrasSchedule({ sigmaMin: 0.01, sigmaMax: 20, steps: 200 });
 * const { samples } = ddim((x, sigma) => set.score(x, sigma), tensor([[20]]), { sigmas });
 * // The flow takes N(0, 4 + 400) to N(0, 4), by the factor √(4/404).
 * console.log(samples.item().toFixed(1), (20 * Math.sqrt(4 / 404)).toFixed(1)); // 2.0 2.0
 * ```
 */
export function ddim(score: NoiseConditionalScore, start: Tensor, options: NoiseLevelOptions): Samples {
  const name = "ddim";
  checkOptions(name, options, noiseLevelKinds);
  const step = steps(options.backend, score, name);
  return descend(name, score, start, options, (x, { from, to }) =>
    step(x, scalarLike(x, from), scalarLike(x, to)),
  );
}

const steps = /* @__PURE__ */ keptSteps((score: NoiseConditionalScore, name: string) => {
  const D = denoiserOf(name, score);
  return (x: Tensor, from: Tensor, to: Tensor) => shrunkToward(D(x, from), x, div(to, from));
});
