import {
  add,
  cast,
  div,
  expandDims,
  greaterEqual,
  max,
  maximum,
  mul,
  oneHot,
  slice,
  sqrt,
  square,
  squeeze,
  stack,
  sub,
  type Tensor,
  tensor,
  where,
} from "@scoretape/autograd";

/**
 * A lower triangular L with LLᵀ = C for covariances C, [n, d, d], that a learned score may have spoiled: where C is positive
 * definite above the floor, that is Cholesky's. Else a pivot is raised to the floor, or as far as no entry of L becomes
 * larger than the largest variance allows: Gill, Murray & Wright 1981 (Practical Optimization), section 4.4.2.2.
 *
 * @param floor the least variance, a scalar
 */
export function flooredCholesky(C: Tensor, floor: Tensor): Tensor {
  const [n = 0, d = 0] = C.shape;
  const places = tensor(
    Array.from({ length: d }, (_, i) => i),
    { dtype: C.dtype },
  );
  const diagonal = (M: Tensor, j: number): Tensor => slice(M, [0, j, j], [n, j + 1, j + 1]);
  const largest = maximum(
    floor,
    Array.from({ length: d }, (_, j) => diagonal(C, j)).reduce((a, b) => maximum(a, b)),
  );
  const columns: Tensor[] = [];
  let rest = C;
  for (let j = 0; j < d; j++) {
    const below = where(greaterEqual(places, j), squeeze(slice(rest, [0, 0, j], [n, d, j + 1]), -1), 0);
    const off = where(greaterEqual(places, j + 1), below, 0);
    const bound = div(max(square(off), { axis: 1, keepDims: true }), squeeze(largest, -1));
    const pivot = maximum(maximum(squeeze(diagonal(rest, j), -1), floor), bound);
    const own = cast(oneHot(tensor(new Uint32Array([j])), d), C.dtype);
    const column = add(div(off, sqrt(pivot)), mul(own, sqrt(pivot)));
    columns.push(column);
    rest = sub(rest, mul(expandDims(column, -1), expandDims(column, -2)));
  }
  return stack(columns, -1);
}
