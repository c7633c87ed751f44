import { oneFloat } from "../op.ts";
import { broadcastShapes, type Shape, ShapeError, showShape, sizeAt } from "../shape.ts";
import { checkTensor, eye, type Tensor, tensor } from "../tensor.ts";
import { add, mul } from "./arithmetic.ts";
import { broadcastTo } from "./broadcast.ts";
import { moveAxis } from "./layout.ts";

// What functions of matrices, over the last two axes, have in common.

/** The number of rows of square matrices. */
export function orderOf(shape: Shape): number {
  return sizeAt(shape, shape.length - 1);
}

/** Throws unless a is a tensor of square matrices of floats. */
export function checkSquare(name: string, a: Tensor): void {
  checkTensor(name, a, "a");
  oneFloat(name, [a.dtype]);
  const { shape } = a;
  if (shape.length >= 2 && shape.at(-1) === shape.at(-2)) return;
  throw new ShapeError(`${name}: a ${showShape(shape)} is not square in its last two axes; give [..., n, n]`);
}

/** Matrices [..., n, n] and right sides [..., n, k] with the same axes before, repeated where one lacks them. */
export function alignBatches(name: string, a: Tensor, b: Tensor): readonly [a: Tensor, b: Tensor] {
  const both = `${name}: a ${showShape(a.shape)}, b ${showShape(b.shape)}`;
  if (b.rank < 2 || b.shape.at(-2) !== a.shape.at(-1)) {
    throw new ShapeError(
      `${both}: b needs ${orderOf(a.shape)} rows, one for each of a; give [..., n, k], or [n]`,
    );
  }
  const batch = broadcastShapes(
    `${both}, axes before the last two`,
    a.shape.slice(0, -2),
    b.shape.slice(0, -2),
  );
  return [broadcastTo(a, [...batch, ...a.shape.slice(-2)]), broadcastTo(b, [...batch, ...b.shape.slice(-2)])];
}

/** Aᵀ of each matrix. */
export function transposed(a: Tensor): Tensor {
  return moveAxis(a, a.rank - 1, a.rank - 2);
}

/** (A + Aᵀ)/2. */
export function symmetric(a: Tensor): Tensor {
  return mul(0.5, add(a, transposed(a)));
}

/** The identity for each of square matrices. */
export function identityLike(a: Tensor): Tensor {
  return broadcastTo(eye(orderOf(a.shape), { dtype: a.dtype }), a.shape);
}

/** n×n numbers, one below the diagonal, one on it and one above. */
export function byPart(like: Tensor, below: number, on: number, above: number): Tensor {
  const n = orderOf(like.shape);
  const numbers = Array.from({ length: n * n }, (_, k) => {
    const [i, j] = [Math.floor(k / n), k % n];
    return i > j ? below : i === j ? on : above;
  });
  return tensor(Float64Array.from(numbers), { shape: [n, n], dtype: like.dtype });
}
