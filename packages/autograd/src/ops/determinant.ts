import * as kernels from "../backends/js/solve.ts";
import { bind, defineOp } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { mul } from "./arithmetic.ts";
import { matrices, ofOneArgument } from "./construct.ts";
import { expandDims } from "./layout.ts";
import { checkSquare, identityLike } from "./matrices.ts";
import { once } from "./reach.ts";
import { sum } from "./reduce.ts";
import { solveOp } from "./solve.ts";

/** d log |det A| = tr(A⁻¹dA): Giles 2008, section 2.2.4. */
export const logDeterminantOp = /* @__PURE__ */ defineOp({
  name: "logDeterminant",
  traits: matrices,
  kernel: kernels.logDeterminant,
  shape: (_parameters, a) => a.slice(0, -2),
  derivative: /* @__PURE__ */ ofOneArgument((_parameters, _output, a) => {
    const caller = "linalg.logDeterminant";
    const gradient = once(() => bind(solveOp, { transpose: true, caller }, a, identityLike(a)));
    return {
      jvp: (t) => sum(mul(gradient(), t), { axis: [-2, -1] }),
      vjp: (c) => mul(expandDims(expandDims(c, -1), -1), gradient()),
    };
  }),
});

/**
 * log |det A| over the last two axes, without overflow; the sign of the determinant is lost. Of A = LLᵀ it is twice the sum
 * of the logarithms of L's diagonal. It is computed in double precision; compiled programs do so on the host.
 *
 * @param a [..., n, n]
 * @returns one number for each matrix, [...]
 * @throws ShapeError when a is not square
 * @throws RangeError when a matrix is singular or not finite, with its place in the batch and the pivot; compiled programs
 *   throw it when they run
 *
 * @example
 * ```ts
 * import { linalg, tensor } from "@scoretape/autograd";
 *
 * console.log(Math.exp(linalg.logDeterminant(tensor([[0, 2], [4, 0]])).item()).toFixed(3)); // 8.000
 * ```
 */
export function logDeterminant(a: Tensor): Tensor {
  checkSquare("linalg.logDeterminant", a);
  return bind(logDeterminantOp, {}, a);
}
