import {
  add,
  cast,
  div,
  expandDims,
  greaterEqual,
  log,
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

/** What elimination leaves of covariances C, [n, d, d], and of vectors b, [n, d]. */
export interface Eliminated {
  /** The lower triangular L with LLᵀ = C, or near it, [n, d, d]. */
  readonly L: Tensor;
  /** bᵀ(LLᵀ)⁻¹b, [n]. */
  readonly squaredLength: Tensor;
  /** log det L, half that of C, [n]. */
  readonly logDeterminant: Tensor;
}

/**
 * Cholesky's elimination, column by column, of covariances that a learned score may have spoiled, in ops that work on all rows
 * at once: where C is positive definite above the floor, LLᵀ = C. Else a pivot is raised to the floor, or as far as no entry
 * of L becomes larger than the largest variance allows: Gill, Murray & Wright 1981 (Practical Optimization), section 4.4.2.2.
 *
 * @param floor the least variance, a scalar
 * @param b [n, d]
 */
export function eliminated(C: Tensor, floor: Tensor, b: Tensor): Eliminated {
  const [n = 0, d = 0] = C.shape;
  const like = { dtype: C.dtype };
  const places = tensor(
    Array.from({ length: d }, (_, i) => i),
    like,
  );
  const entry = (M: Tensor, j: number): Tensor => slice(M, [0, j], [M.shape[0] ?? 1, j + 1]);
  const columnAt = (M: Tensor, j: number): Tensor => squeeze(slice(M, [0, 0, j], [n, d, j + 1]), -1);
  const largest = Array.from({ length: d }, (_, j) => entry(columnAt(C, j), j)).reduce(
    (a, own) => maximum(a, own),
    floor,
  );
  const columns: Tensor[] = [];
  const white: Tensor[] = [];
  const logs: Tensor[] = [];
  let [left, right] = [C, b];
  for (let j = 0; j < d; j++) {
    const own = columnAt(left, j);
    const off = where(greaterEqual(places, j + 1), own, 0);
    const bound = div(max(square(off), { axis: 1, keepDims: true }), largest);
    const pivot = sqrt(maximum(maximum(entry(own, j), floor), bound));
    const column = add(div(off, pivot), mul(cast(oneHot(tensor(new Uint32Array([j])), d), C.dtype), pivot));
    columns.push(column);
    logs.push(log(pivot));
    const component = div(entry(right, j), pivot);
    white.push(square(component));
    if (j === d - 1) break;
    right = sub(right, mul(component, column));
    left = sub(left, mul(expandDims(column, -1), expandDims(column, -2)));
  }
  const total = (terms: readonly Tensor[]): Tensor =>
    squeeze(
      terms.reduce((a, term) => add(a, term)),
      1,
    );
  return { L: stack(columns, -1), squaredLength: total(white), logDeterminant: total(logs) };
}
