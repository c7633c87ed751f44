import { checkOptions, type Tensor, type TensorLike } from "@scoretape/autograd";
import { checkProbes } from "../check.ts";
import { checked, type Score } from "../score.ts";
import { checkedLevels, noisyData } from "./noisyData.ts";
import { type LossOptions, lossKinds, reduce } from "./reduction.ts";
import { slicedRows, slicedRowsVR } from "./sliced.ts";

/**
 * Sliced score matching of data perturbed by noise: {@link slicedScoreMatching} at y = x + σz, per row
 * vᵀJ(y)v + ½(vᵀs(y))² with J = ∂s/∂y. Song et al. 2019, eq. 8, with the noise of Song & Ermon 2019, section 3.1.
 *
 * For z standard normal its expectation is the Fisher divergence ½E‖s − ∇log q_σ‖² to q_σ, the data's density
 * blurred by N(0, σ²I), less ½E‖∇log q_σ‖². So its minimiser is s = ∇log q_σ, that of
 * {@link denoisingScoreMatching}, which exists even for data on a surface; on p = N(0, I) it is −x/(1 + σ²), and
 * the value there −d/(2(1 + σ²)). For σ that differ from row to row see {@link multiLevelSlicedScoreMatching}.
 *
 * @param x clean data, [n, d]
 * @param noise z, [n, d]: see `random.normal`
 * @param sigma σ > 0, a number or [n], one per row
 * @param probes v, [n, d] or [m, n, d], independent of x and z: see `probes.rademacher` and its neighbours
 * @returns a scalar; with `reduction: "none"` the value of each row, [n]
 * @throws ShapeError when x is not [n, d] with rows in it, the noise, sigma or the probes do not fit it, or the
 * score does not return its shape
 * @throws RangeError when an element of x, of the noise or of the probes is NaN or infinite, or sigma is not
 * positive and finite
 *
 * @example
 * ```ts
 * import { mul, random } from "@scoretape/autograd";
 * import { noisySlicedScoreMatching, probes } from "@scoretape/score";
 *
 * const x = random.normal(random.key(0), [20000, 1]);
 * const z = random.normal(random.key(1), x.shape);
 * const v = probes.rademacher(random.key(2), x.shape);
 * const loss = noisySlicedScoreMatching((y) => mul(-0.5, y), x, z, 1, v);
 * console.log(loss.item().toFixed(2)); // -0.25
 * ```
 */
export function noisySlicedScoreMatching(
  score: Score,
  x: Tensor,
  noise: Tensor,
  sigma: TensorLike,
  probes: Tensor,
  options: LossOptions = {},
): Tensor {
  return noisy("noisySlicedScoreMatching", slicedRows, score, x, noise, sigma, probes, options);
}

/**
 * Sliced score matching with reduced variance of data perturbed by noise: {@link slicedScoreMatchingVR} at
 * y = x + σz, per row vᵀJ(y)v + ½‖s(y)‖² with J = ∂s/∂y. Song et al. 2019, eq. 9.
 *
 * Expectation, minimiser, minimum and cost are those of {@link noisySlicedScoreMatching}.
 *
 * @param x clean data, [n, d]
 * @param noise z, [n, d]: see `random.normal`
 * @param sigma σ > 0, a number or [n], one per row
 * @param probes v, [n, d] or [m, n, d], independent of x and z: see `probes.rademacher` and its neighbours
 * @returns a scalar; with `reduction: "none"` the value of each row, [n]
 * @throws ShapeError and RangeError as {@link noisySlicedScoreMatching} does
 *
 * @example
 * ```ts
 * import { mul, random } from "@scoretape/autograd";
 * import { noisySlicedScoreMatchingVR, probes } from "@scoretape/score";
 *
 * const x = random.normal(random.key(0), [20000, 4]);
 * const z = random.normal(random.key(1), x.shape);
 * const v = probes.rademacher(random.key(2), x.shape);
 * const loss = noisySlicedScoreMatchingVR((y) => mul(-0.5, y), x, z, 1, v);
 * console.log(loss.item().toFixed(1)); // -1.0
 * ```
 */
export function noisySlicedScoreMatchingVR(
  score: Score,
  x: Tensor,
  noise: Tensor,
  sigma: TensorLike,
  probes: Tensor,
  options: LossOptions = {},
): Tensor {
  return noisy("noisySlicedScoreMatchingVR", slicedRowsVR, score, x, noise, sigma, probes, options);
}

/** One of the sliced losses at x + σz; checks all arguments. */
function noisy(
  name: string,
  rowsOf: typeof slicedRows,
  score: Score,
  x: Tensor,
  noise: Tensor,
  sigma: TensorLike,
  probes: Tensor,
  options: LossOptions,
): Tensor {
  checkOptions(name, options, lossKinds);
  const y = noisyData(x, noise, checkedLevels(name, x, noise, sigma));
  checkProbes(name, probes, x);
  return reduce(name, rowsOf(checked(name, score), y, probes), options);
}
