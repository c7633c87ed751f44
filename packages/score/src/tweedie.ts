import {
  add,
  concat,
  eye,
  linearize,
  mul,
  slice,
  square,
  stack,
  type Tensor,
  type TensorLike,
} from "@scoretape/autograd";
import { checkData, checkSigma } from "./check.ts";
import { column, dimensionOf, perRow, unitTangent } from "./rows.ts";
import { checked, type Score } from "./score.ts";

/**
 * Tweedie's formula: x + σ²s(x), row by row. When s = ∇log q_σ is the score of clean points blurred by
 * N(0, σ²I), it is the posterior mean E[clean | x]: the best denoiser in mean square. Efron 2011, eq. 1.4.
 *
 * @param x noisy points, [n, d]
 * @param sigma σ > 0, a number or [n], one per row
 * @returns [n, d]
 * @throws ShapeError when x is not [n, d] with rows in it, sigma does not fit it, or the score does not return
 * its shape
 * @throws RangeError when an element of x is NaN or infinite, or sigma is not positive and finite
 *
 * @example
 * ```ts
 * import { tensor } from "@scoretape/autograd";
 * import { data, tweedie } from "@scoretape/score";
 *
 * // Of N(0, 1) with noise of σ = 1 half of what is seen is signal.
 * const normal = data.gaussian({ mean: [0] });
 * console.log(tweedie((x) => normal.score(x, 1), tensor([[3]]), 1).toArray()); // [ [ 1.5 ] ]
 * ```
 */
export function tweedie(score: Score, x: Tensor, sigma: TensorLike): Tensor {
  const name = "tweedie";
  checkData(name, x);
  checkSigma(name, sigma, x);
  const variance = column(square(perRow(sigma, x)));
  return add(x, mul(variance, checked(name, score)(x)));
}

/**
 * σ²(I + σ²J(x)) with J = ∂s/∂x, row by row. When s = ∇log q_σ is the score of clean points blurred by
 * N(0, σ²I), it is the posterior covariance Cov[clean | x]. Efron 2011, eq. 2.8, in d dimensions. Where s is not a
 * gradient the result is not symmetric.
 *
 * By d Jacobian-vector products that share one primal pass.
 *
 * @param x noisy points, [n, d]
 * @param sigma σ > 0, a number or [n], one per row
 * @returns [n, d, d]
 * @throws ShapeError and RangeError as {@link tweedie} does
 *
 * @example
 * ```ts
 * import { tensor } from "@scoretape/autograd";
 * import { data, tweedieCovariance } from "@scoretape/score";
 *
 * const normal = data.gaussian({ mean: [0] });
 * console.log(tweedieCovariance((x) => normal.score(x, 1), tensor([[3]]), 1).toArray()); // [ [ [ 0.5 ] ] ]
 * ```
 */
export function tweedieCovariance(score: Score, x: Tensor, sigma: TensorLike): Tensor {
  const name = "tweedieCovariance";
  checkData(name, x);
  checkSigma(name, sigma, x);
  const J = stack(jacobianColumns(name, score, x), -1);
  const variance = column(column(square(perRow(sigma, x))));
  return mul(variance, add(eye(dimensionOf(x), { dtype: x.dtype }), mul(variance, J)));
}

/**
 * The diagonal of {@link tweedieCovariance}, σ²(1 + σ²Jⱼⱼ), without its other entries: [n, d]. Below 0 where s is
 * too far from a score.
 */
export function tweedieVariance(score: Score, x: Tensor, sigma: TensorLike): Tensor {
  const columns = jacobianColumns("tweedieVariance", score, x);
  const n = x.shape[0] ?? 0;
  const diagonal = concat(
    columns.map((ofJ, j) => slice(ofJ, [0, j], [n, j + 1])),
    1,
  );
  const variance = column(square(perRow(sigma, x)));
  return mul(variance, add(1, mul(variance, diagonal)));
}

/** ∂s/∂xⱼ for each j, [n, d] each. */
function jacobianColumns(name: string, score: Score, x: Tensor): Tensor[] {
  const [, push] = linearize(checked(name, score), [x]);
  return Array.from({ length: dimensionOf(x) }, (_, j) => push(unitTangent(x, j)));
}
