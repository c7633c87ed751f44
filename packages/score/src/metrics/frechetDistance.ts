import {
  linalg,
  matmul,
  maximum,
  mul,
  ShapeError,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
} from "@scoretape/autograd";
import { scatterOf } from "../data/scatter.ts";
import { checkPair } from "./checkPair.ts";

/**
 * The Fréchet distance, squared, between the normal distributions with the moments of two sets of points:
 * ‖μ_x − μ_y‖² + tr(A + B − 2(A^½BA^½)^½), with the covariances A and B (divided by n − 1): Dowson & Landau 1982, where it is
 * the square of the 2-Wasserstein distance. Of the features that a classifier makes of images it tells how far samples are
 * from data: Heusel et al. 2017.
 *
 * In the square of the points' unit. Sets of finitely many points from one distribution have one above 0 too, the larger the
 * fewer they are: compare it with that of as many points of the data.
 *
 * @param x [n, d] with n ≥ 2
 * @param y [m, d] with m ≥ 2; m need not be n
 * @throws ShapeError when x and y are not matrices of equal width, or one has a single row
 * @throws RangeError when a point is not finite
 *
 * @example
 * ```ts
 * import { tensor } from "@scoretape/autograd";
 * import { frechetDistance } from "@scoretape/score";
 *
 * // Means 3 apart; deviations 1 and 2, which differ by 1.
 * const [x, y] = [tensor([[-1], [0], [1]]), tensor([[1], [3], [5]])];
 * console.log(frechetDistance(x, y).toFixed(3)); // 10.000
 * ```
 */
export function frechetDistance(x: Tensor, y: Tensor): number {
  const name = "frechetDistance";
  checkPair(name, x, y);
  const [first, second] = [momentsOf(name, x, "x"), momentsOf(name, y, "y")];
  const shift = sum(square(sub(first.mean, second.mean))).item();
  const root = squareRoot(first.covariance);
  const product = matmul(matmul(root, second.covariance), root);
  const common = sum(rootsOf(linalg.eigh(product)[0])).item();
  // Rounding may leave less than the 0 of equal sets.
  return Math.max(0, shift + traceOf(first.covariance) + traceOf(second.covariance) - 2 * common);
}

function momentsOf(
  name: string,
  x: Tensor,
  what: string,
): { readonly mean: Tensor; readonly covariance: Tensor } {
  const [n = 0] = x.shape;
  if (n < 2) {
    throw new ShapeError(
      `${name}: ${what} has shape [${x.shape.join(", ")}]; one row has no spread, give two or more`,
    );
  }
  const { mean, scatter } = scatterOf(x);
  return { mean, covariance: mul(1 / (n - 1), scatter) };
}

/** A^½ = Q·√Λ·Qᵀ of a covariance. */
function squareRoot(A: Tensor): Tensor {
  const [values, Q] = linalg.eigh(A);
  return matmul(mul(Q, rootsOf(values)), Q, { transposeY: true });
}

/** Square roots, of what rounding left below 0 too. */
function rootsOf(values: Tensor): Tensor {
  return sqrt(maximum(values, 0));
}

function traceOf(A: Tensor): number {
  const [d = 0] = A.shape;
  return Array.from({ length: d }, (_, i) => A.data[i * d + i] ?? 0).reduce(
    (total, value) => total + value,
    0,
  );
}
