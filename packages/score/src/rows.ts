import {
  broadcastTo,
  expandDims,
  ones,
  pad,
  square,
  sum,
  Tensor,
  type TensorLike,
  tensor,
} from "@scoretape/autograd";

// Algebra on tensors whose rows are points: x [n, d].

/** ‖xᵢ‖² of each row: [n, d] → [n]. */
export function squaredNorm(x: Tensor): Tensor {
  return sum(square(x), { axis: -1 });
}

/** One number for each row of x, from a number, a scalar or [n]: [n] of x's dtype. */
export function perRow(value: TensorLike, x: Tensor): Tensor {
  const known = value instanceof Tensor ? value : tensor(value, { dtype: x.dtype });
  return broadcastTo(known, x.shape.slice(0, 1));
}

/** [n] as a column [n, 1], which broadcasts along the rows of [n, d]. */
export function column(values: Tensor): Tensor {
  return expandDims(values, 1);
}

/** d, the number of coordinates of each row of x [n, d]. */
export function dimensionOf(x: Tensor): number {
  return x.shape[1] ?? 0;
}

/** The number 1 as [1, 1], of x's dtype. */
export function oneLike(x: Tensor): Tensor {
  return ones([1, 1], { dtype: x.dtype, backend: x.backend });
}

/** The unit vector eᵢ in every row, of x's shape; made from the number 1, which may be a tracer. */
export function unitTangent(x: Tensor, i: number, one = oneLike(x)): Tensor {
  const row = pad(one, [
    [0, 0],
    [i, dimensionOf(x) - 1 - i],
  ]);
  return broadcastTo(row, x.shape);
}
