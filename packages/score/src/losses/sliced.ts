import { add, checkOptions, dot, jvp, linearize, mul, square, stack, type Tensor } from "@scoretape/autograd";
import { checkData, checkProbes } from "../check.ts";
import { eachProbe, meanOverProbes } from "../probeLists.ts";
import { squaredNorm } from "../rows.ts";
import { checked, type Score } from "../score.ts";
import { type LossOptions, lossKinds, reduce } from "./reduction.ts";

/**
 * Sliced score matching: per row vᵀJ(x)v + ½(vᵀs(x))² with J = ∂s/∂x, averaged over the probes v of the row
 * and then over the rows. Song et al. 2019, eq. 8.
 *
 * For probes with E[vvᵀ] = I its expectation over v is that of {@link exactScoreMatching}: the minimiser is
 * s = ∇log p and the value there −½E‖∇log p‖², −d/2 for p = N(0, I). {@link slicedScoreMatchingVR} has the same
 * expectation and usually less variance.
 *
 * One probe costs one Jacobian-vector product; several share one primal pass, and a gradient keeps all of
 * them in memory.
 *
 * @param x data, [n, d]
 * @param probes v, [n, d] or [m, n, d], independent of x: see `probes.rademacher` and its neighbours
 * @returns a scalar; with `reduction: "none"` the value of each row, [n]
 * @throws ShapeError when x is not [n, d] with rows in it, the probes do not fit it, or the score does not
 * return its shape
 * @throws RangeError when an element of x or of the probes is NaN or infinite
 *
 * @example
 * ```ts
 * import { neg, random, tensor } from "@scoretape/autograd";
 * import { probes, slicedScoreMatching } from "@scoretape/score";
 *
 * // s = −x at (1, 2) along v = (1, −1): vᵀJv = −2, vᵀs = 1.
 * console.log(slicedScoreMatching(neg, tensor([[1, 2]]), tensor([[1, -1]])).item()); // -1.5
 * // −x is the score of N(0, I): the minimum, −d/2.
 * const x = random.normal(random.key(0), [100_000, 4]);
 * const v = probes.rademacher(random.key(1), x.shape);
 * console.log(slicedScoreMatching(neg, x, v).item().toFixed(1)); // -2.0
 * ```
 */
export function slicedScoreMatching(
  score: Score,
  x: Tensor,
  probes: Tensor,
  options: LossOptions = {},
): Tensor {
  const name = "slicedScoreMatching";
  checkOptions(name, options, lossKinds);
  checkData(name, x);
  checkProbes(name, probes, x);
  return reduce(name, slicedRows(checked(name, score), x, probes), options);
}

/**
 * Sliced score matching with reduced variance: per row vᵀJ(x)v + ½‖s(x)‖² with J = ∂s/∂x, averaged over the
 * probes v of the row and then over the rows. Song et al. 2019, eq. 9.
 *
 * It is {@link slicedScoreMatching} with (vᵀs)² replaced by its expectation ‖s‖² over v, so that only the trace
 * is estimated (by Hutchinson's estimator). Expectation, minimiser, minimum and cost are the same.
 *
 * @param x data, [n, d]
 * @param probes v, [n, d] or [m, n, d], independent of x: see `probes.rademacher` and its neighbours
 * @returns a scalar; with `reduction: "none"` the value of each row, [n]
 * @throws ShapeError and RangeError as {@link slicedScoreMatching} does
 *
 * @example
 * ```ts
 * import { neg, random, tensor } from "@scoretape/autograd";
 * import { probes, slicedScoreMatchingVR } from "@scoretape/score";
 *
 * // s = −x at (1, 2) along v = (1, −1): vᵀJv = −2, ‖s‖² = 5.
 * console.log(slicedScoreMatchingVR(neg, tensor([[1, 2]]), tensor([[1, -1]])).item()); // 0.5
 * // −x is the score of N(0, I): the minimum, −d/2.
 * const x = random.normal(random.key(0), [100_000, 4]);
 * const v = probes.rademacher(random.key(1), x.shape);
 * console.log(slicedScoreMatchingVR(neg, x, v).item().toFixed(1)); // -2.0
 * ```
 */
export function slicedScoreMatchingVR(
  score: Score,
  x: Tensor,
  probes: Tensor,
  options: LossOptions = {},
): Tensor {
  const name = "slicedScoreMatchingVR";
  checkOptions(name, options, lossKinds);
  checkData(name, x);
  checkProbes(name, probes, x);
  return reduce(name, slicedRowsVR(checked(name, score), x, probes), options);
}

/** vᵀJv + ½(vᵀs)² of each row, [n], from checked arguments. */
export function slicedRows(score: Score, x: Tensor, v: Tensor): Tensor {
  const [s, Jv] = pushProbes(score, x, v);
  return meanOverProbes(add(dot(v, Jv), mul(0.5, square(dot(v, s)))));
}

/** vᵀJv + ½‖s‖² of each row, [n], from checked arguments. */
export function slicedRowsVR(score: Score, x: Tensor, v: Tensor): Tensor {
  const [s, Jv] = pushProbes(score, x, v);
  return add(meanOverProbes(dot(v, Jv)), mul(0.5, squaredNorm(s)));
}

/** s(x) [n, d], and J(x)v of the shape of the probes v, [n, d] or [m, n, d]. */
function pushProbes(score: Score, x: Tensor, v: Tensor): [Tensor, Tensor] {
  if (v.rank === 2) return jvp(score, [x], [v]);
  const [s, push] = linearize(score, [x]);
  return [s, stack(eachProbe(v).map((probe) => push(probe)))];
}
