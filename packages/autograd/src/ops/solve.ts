import { checkOptions } from "../arguments.ts";
import type { KernelParameters, SolveParameters, TriangularSolveParameters } from "../backend.ts";
import * as kernels from "../backends/js/solve.ts";
import { bind, defineOp, type Op, type OpDeclaration, oneFloat } from "../op.ts";
import { ShapeError } from "../shape.ts";
import { checkTensor, type Tensor } from "../tensor.ts";
import { add, mul, neg } from "./arithmetic.ts";
import { matrices, pair, perArgument } from "./construct.ts";
import { expandDims, squeeze } from "./layout.ts";
import { alignBatches, byPart, checkSquare, identityLike } from "./matrices.ts";
import { matmul } from "./products.ts";

/**
 * x = A⁻¹b, or A⁻ᵀb, for the part of a matrix that counts: ẋ = A⁻¹(ḃ − Ȧx), and of a cotangent x̄ comes b̄ = A⁻ᵀx̄ and
 * Ā = −b̄xᵀ (Giles 2008, section 2.3.1).
 */
function solving<K extends "solve" | "triangularSolve">(
  declaration: Pick<OpDeclaration<K>, "name" | "kernel">,
  other: (parameters: KernelParameters[K]) => KernelParameters[K],
  part: (parameters: KernelParameters[K], a: Tensor) => Tensor,
): Op<KernelParameters[K]> {
  const op: Op<KernelParameters[K]> = defineOp<K>({
    ...declaration,
    traits: matrices,
    shape: (_parameters, _a, b = []) => b,
    derivative: (parameters, x, ...inputs) => {
      const [a] = pair(inputs);
      const { transpose } = parameters;
      const push = (b: Tensor): Tensor => bind(op, parameters, a, b);
      const pull = (c: Tensor): Tensor => bind(op, other(parameters), a, c);
      return perArgument(
        [
          {
            jvp: (t) => neg(push(matmul(part(parameters, t), x, { transposeX: transpose }))),
            vjp: (c) => {
              const [rows, columns] = transpose ? [x, pull(c)] : [pull(c), x];
              return neg(part(parameters, matmul(rows, columns, { transposeY: true })));
            },
          },
          { jvp: push, vjp: pull },
        ],
        add,
      );
    },
  });
  return op;
}

export const solveOp: Op<SolveParameters> = /* @__PURE__ */ solving(
  { name: "solve", kernel: kernels.solve },
  (parameters) => ({ ...parameters, transpose: !parameters.transpose }),
  (_parameters, a) => a,
);

export const triangularSolveOp: Op<TriangularSolveParameters> = /* @__PURE__ */ solving(
  { name: "triangularSolve", kernel: kernels.triangularSolve },
  (parameters) => ({ ...parameters, transpose: !parameters.transpose }),
  ({ lower }, a) => mul(a, lower ? byPart(a, 1, 1, 0) : byPart(a, 0, 1, 1)),
);

/** Which triangle of a matrix counts, and how it is read. */
export interface TriangularSolveOptions {
  /** Solve Lᵀx = b. */
  readonly transpose?: boolean;
  /** Whether it is the lower triangle, as unless said, or the upper one. */
  readonly lower?: boolean;
}

/** Solves for right sides that are matrices, or one vector. */
function forSides(name: string, a: Tensor, b: Tensor, solve: (a: Tensor, b: Tensor) => Tensor): Tensor {
  checkSquare(name, a);
  checkTensor(name, b, "b");
  oneFloat(name, [a.dtype, b.dtype]);
  if (b.rank === 0) throw new ShapeError(`${name}: b is a scalar; give [..., n, k], or [n]`);
  if (b.rank > 1) return solve(...alignBatches(name, a, b));
  return squeeze(solve(...alignBatches(name, a, expandDims(b, 1))), -1);
}

/**
 * The x for which Lx = b, or Lᵀx = b, with triangular L, over the last two axes; the other triangle is not read. Axes before
 * are broadcast. It is computed in double precision; compiled programs do so on the host.
 *
 * @param l [..., n, n]
 * @param b [..., n, k], or one vector [n]
 * @returns of the shape of b, with the axes before of both
 * @throws ShapeError when l is not square, or b does not fit it
 * @throws RangeError when an element of a diagonal is 0 or not finite, with its place; compiled programs throw it when they
 *   run
 *
 * @example
 * ```ts
 * import { linalg, tensor } from "@scoretape/autograd";
 *
 * const l = tensor([[2, 0], [1, 2]]);
 * console.log(linalg.triangularSolve(l, tensor([4, 4])).toArray()); // [ 2, 1 ]
 * console.log(linalg.triangularSolve(l, tensor([5, 2]), { transpose: true }).toArray()); // [ 2, 1 ]
 * ```
 */
export function triangularSolve(l: Tensor, b: Tensor, options: TriangularSolveOptions = {}): Tensor {
  const name = "linalg.triangularSolve";
  checkOptions(name, options, { transpose: "boolean", lower: "boolean" });
  const { transpose = false, lower = true } = options;
  return forSides(name, l, b, (a, sides) => bind(triangularSolveOp, { lower, transpose }, a, sides));
}

/**
 * The x for which Ax = b, over the last two axes, by elimination with the largest pivot of each column. Axes before are
 * broadcast. It is computed in double precision; compiled programs do so on the host.
 *
 * @param a [..., n, n]
 * @param b [..., n, k], or one vector [n]
 * @returns of the shape of b, with the axes before of both
 * @throws ShapeError when a is not square, or b does not fit it
 * @throws RangeError when a matrix is singular or not finite, with its place in the batch and the pivot; compiled programs
 *   throw it when they run. A matrix that is nearly so has a solution with few right digits
 *
 * @example
 * ```ts
 * import { linalg, tensor } from "@scoretape/autograd";
 *
 * console.log(linalg.solve(tensor([[0, 2], [4, 0]]), tensor([2, 8])).toArray()); // [ 2, 1 ]
 * ```
 */
export function solve(a: Tensor, b: Tensor): Tensor {
  const caller = "linalg.solve";
  return forSides(caller, a, b, (matrix, sides) =>
    bind(solveOp, { transpose: false, caller }, matrix, sides),
  );
}

/**
 * A⁻¹ over the last two axes: the solution of AX = I. To multiply by it, `solve` is faster and more accurate. It is computed
 * in double precision; compiled programs do so on the host.
 *
 * @param a [..., n, n]
 * @throws ShapeError when a is not square
 * @throws RangeError when a matrix is singular or not finite, with its place in the batch and the pivot; compiled programs
 *   throw it when they run
 *
 * @example
 * ```ts
 * import { linalg, tensor } from "@scoretape/autograd";
 *
 * console.log(linalg.inverse(tensor([[0, 2], [4, 0]])).toArray()); // [ [ 0, 0.25 ], [ 0.5, 0 ] ]
 * ```
 */
export function inverse(a: Tensor): Tensor {
  const caller = "linalg.inverse";
  checkSquare(caller, a);
  return bind(solveOp, { transpose: false, caller }, a, identityLike(a));
}
