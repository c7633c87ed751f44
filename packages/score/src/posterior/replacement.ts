import { checkOptions, type Tensor } from "@scoretape/autograd";
import type { Samples } from "../samplers/langevin.ts";
import type { NoiseConditionalScore } from "../score.ts";
import { type PosteriorOptions, posteriorKinds } from "./options.ts";
import { repainted } from "./repaint.ts";

/**
 * Samples of points x of which y = Ax was measured exactly, one per row of the start, by replacement (Song et al. 2021,
 * Score-Based Generative Modeling through Stochastic Differential Equations, appendix I.2): after an ancestral step from σ to
 * σ', what was measured is replaced by y + σ'·Az. It is {@link repaint} without repeats: one evaluation a step and no
 * derivative, but the rest learns of what was measured too late, and fits it less than it should.
 *
 * @param score s(x, σ), [n, d] → [n, d]; σ is a scalar
 * @param start states at the level σ₀, [n, d], as for {@link ancestral}
 * @throws RangeError and ShapeError as {@link repaint} does
 *
 * @example
 * ```ts
 * import { broadcastTo, mean, mul, random, tensor } from "@scoretape/autograd";
 * import { data, karrasSchedule, linearMeasurement, posterior } from "@scoretape/score";
 *
 * // Two numbers that go together; the first was measured, the second is sought: it is 1.6 on average, 0.8 times the first.
 * const set = data.gaussian({ mean: [0, 0], covariance: [[1, 0.8], [0.8, 1]] });
 * const start = mul(20, random.normal(random.key(0), [5000, 2]));
 * const { samples } = posterior.replacement((x, sigma) => set.score(x, sigma), start, {
 *   measurement: linearMeasurement({ mask: tensor([1, 0]) }),
 *   observed: broadcastTo(tensor([2, 0]), start.shape),
 *   sigmas: karrasSchedule({ sigmaMin: 0.02, sigmaMax: 20, steps: 50 }),
 *   key: random.key(1),
 * });
 * console.log([...mean(samples, { axis: 0 }).data].map((x) => x.toFixed(1)).join(" ")); // 2.0 0.9
 * ```
 */
export function replacement(score: NoiseConditionalScore, start: Tensor, options: PosteriorOptions): Samples {
  const name = "posterior.replacement";
  checkOptions(name, options, posteriorKinds);
  return repainted(name, score, start, { ...options, repeats: 1 });
}
