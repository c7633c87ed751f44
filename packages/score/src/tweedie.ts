import { add, eye, linearize, mul, square, stack, type Tensor, type TensorLike } from "@scoretape/autograd";
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
 */
export function tweedieCovariance(score: Score, x: Tensor, sigma: TensorLike): Tensor {
  const name = "tweedieCovariance";
  checkData(name, x);
  checkSigma(name, sigma, x);
  const [, push] = linearize(checked(name, score), [x]);
  const d = dimensionOf(x);
  const columns = Array.from({ length: d }, (_, i) => push(unitTangent(x, i)));
  const J = stack(columns, -1);
  const variance = column(column(square(perRow(sigma, x))));
  return mul(variance, add(eye(d, { dtype: x.dtype }), mul(variance, J)));
}
