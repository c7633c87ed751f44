import * as kernels from "../backends/js/eigh.ts";
import { bind, defineOp } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { add, mul, sub } from "./arithmetic.ts";
import { equal, jumping, where } from "./choice.ts";
import { matrices, ofOneArgument } from "./construct.ts";
import { div } from "./elementwise.ts";
import { squeeze } from "./layout.ts";
import { byPart, checkSquare, identityLike, orderOf, symmetric, transposed } from "./matrices.ts";
import { concat, slice } from "./movement.ts";
import { matmul } from "./products.ts";
import { once } from "./reach.ts";
import { sum } from "./reduce.ts";

/**
 * The eigenvalues as a row, and the eigenvectors below it, in one array. With S = VᵀȦV the values move by the diagonal of S
 * and V by V·(S/(λⱼ − λᵢ)) off the diagonal (Giles 2008, section 3.1).
 */
export const eighOp = /* @__PURE__ */ defineOp({
  name: "eigh",
  traits: matrices,
  kernel: kernels.eigh,
  shape: (_parameters, a) => [...a.slice(0, -2), orderOf(a) + 1, orderOf(a)],
  derivative: /* @__PURE__ */ ofOneArgument((_parameters, both, a) => {
    const { values, vectors } = apart(both);
    const gaps = once(() => sub(values, transposed(values)));
    const identity = once(() => identityLike(a));
    return {
      jvp: (t) => {
        const S = matmul(matmul(vectors, symmetric(t), { transposeX: true }), vectors);
        const moved = sum(mul(S, identity()), { axis: -2, keepDims: true });
        return concat([moved, matmul(vectors, quotients(S, gaps()))], a.rank - 2);
      },
      vjp: (c) => {
        const { values: ofValues, vectors: ofVectors } = apart(c);
        const turned = quotients(matmul(vectors, ofVectors, { transposeX: true }), gaps());
        const inside = add(mul(identity(), ofValues), turned);
        return symmetric(matmul(matmul(vectors, inside), vectors, { transposeY: true }));
      },
    };
  }),
});

/** The row of values, [..., 1, n], and the matrix of vectors, [..., n, n]. */
function apart(both: Tensor): { readonly values: Tensor; readonly vectors: Tensor } {
  const { shape, rank } = both;
  const n = orderOf(shape);
  const first = shape.map(() => 0);
  return {
    values: slice(both, first, shape.with(rank - 2, 1)),
    vectors: slice(both, first.with(rank - 2, 1), shape.with(rank - 2, n + 1)),
  };
}

/**
 * S/(λⱼ − λᵢ) off the diagonal, and 0 on it. Where values are equal, vectors turn into any others: there it is NaN, and 0
 * where S is, so that functions of the values alone have a gradient. It has no derivative there.
 */
function quotients(S: Tensor, gaps: Tensor): Tensor {
  const off = byPart(gaps, 1, 0, 1);
  const tied = (gap: Tensor): Tensor => mul(equal(gap, 0), off);
  const apart = mul(off, div(S, where(equal(gaps, 0), 1, gaps)));
  const value = where(tied(gaps), where(equal(S, 0), 0, Number.NaN), apart);
  return jumping(value, [gaps, S], tied);
}

/**
 * Eigenvalues in increasing order and orthonormal eigenvectors of symmetric matrices, over the last two axes: AV = VΛ, with
 * one vector in each column. Of A the symmetric part (A + Aᵀ)/2 counts, and derivatives are symmetric. Of the two signs a
 * vector has that with which its largest component is positive: of components that are equally large up to a millionth, the
 * first. It is computed in double precision; compiled programs do so on the host.
 *
 * Equal eigenvalues (not one bit apart) leave their vectors undetermined. Then the vectors have no derivative: what depends
 * on it is NaN. A function of the values alone that does not tell equal ones apart, such as their sum or the sum of their
 * exponentials, has its right gradient; any other one has that with the vectors that were found. Second derivatives are NaN. Values
 * that are nearly equal have vectors whose derivatives are as large as 1/(λⱼ − λᵢ).
 *
 * @param a [..., n, n]
 * @returns [values, vectors], [..., n] and [..., n, n]
 * @throws ShapeError when a is not square
 * @throws RangeError when an element is not finite, with its place; compiled programs throw it when they run
 *
 * @example
 * ```ts
 * import { linalg, tensor } from "@scoretape/autograd";
 *
 * const [values, vectors] = linalg.eigh(tensor([[2, 0], [0, 1]]));
 * console.log(values.toArray(), vectors.toArray()); // [ 1, 2 ] [ [ 0, 1 ], [ 1, 0 ] ]
 * ```
 */
export function eigh(a: Tensor): [values: Tensor, vectors: Tensor] {
  checkSquare("linalg.eigh", a);
  const { values, vectors } = apart(bind(eighOp, {}, a));
  return [squeeze(values, -2), vectors];
}
