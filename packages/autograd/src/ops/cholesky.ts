import * as kernels from "../backends/js/cholesky.ts";
import { bind, defineOp } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { mul } from "./arithmetic.ts";
import { firstShape, matrices, ofOneArgument } from "./construct.ts";
import { byPart, checkSquare, symmetric, transposed } from "./matrices.ts";
import { matmul } from "./products.ts";
import { once } from "./reach.ts";
import { triangularSolveOp } from "./solve.ts";

/** L̇ = L·Φ(L⁻¹ȦL⁻ᵀ), where Φ keeps what is below the diagonal, and half of that: Murray 2016, equations 8 to 10. */
export const choleskyOp = /* @__PURE__ */ defineOp({
  name: "cholesky",
  traits: matrices,
  kernel: kernels.cholesky,
  shape: firstShape,
  derivative: /* @__PURE__ */ ofOneArgument((_parameters, l) => {
    const kept = once(() => byPart(l, 1, 0.5, 0));
    const solve = (b: Tensor, transpose: boolean): Tensor =>
      bind(triangularSolveOp, { lower: true, transpose }, l, b);
    return {
      jvp: (t) => {
        const half = solve(symmetric(t), false);
        return matmul(l, mul(solve(transposed(half), false), kept()));
      },
      vjp: (c) => {
        const half = solve(mul(matmul(l, c, { transposeX: true }), kept()), true);
        return symmetric(solve(transposed(half), true));
      },
    };
  }),
});

/**
 * The Cholesky factor of symmetric positive definite matrices: the lower triangular L with a positive diagonal for which
 * LLᵀ = A, over the last two axes. Of A the symmetric part (A + Aᵀ)/2 counts, and derivatives are symmetric. It is computed
 * in double precision; compiled programs do so on the host.
 *
 * @param a [..., n, n]
 * @returns [..., n, n], 0 above the diagonal
 * @throws ShapeError when a is not square
 * @throws RangeError when a matrix is not positive definite, with its place in the batch and the pivot; compiled programs
 *   throw it when they run
 *
 * @example
 * ```ts
 * import { linalg, tensor } from "@scoretape/autograd";
 *
 * console.log(linalg.cholesky(tensor([[4, 2], [2, 5]])).toArray()); // [ [ 2, 0 ], [ 1, 2 ] ]
 * ```
 */
export function cholesky(a: Tensor): Tensor {
  checkSquare("linalg.cholesky", a);
  return bind(choleskyOp, {}, a);
}
