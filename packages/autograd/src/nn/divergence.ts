import { add, mul } from "../ops/arithmetic.ts";
import { squeeze, transpose } from "../ops/layout.ts";
import { slice } from "../ops/movement.ts";
import { dot, matmul } from "../ops/products.ts";
import { sum } from "../ops/reduce.ts";
import { eye, type Tensor } from "../tensor.ts";

// The Jacobian of a perceptron at one row is, for rows as vectors, the product W₁D₁W₂D₂⋯W_L of its weights and
// the diagonal matrices of the slopes of its activations. A trace is cyclic, tr AB = tr BA, so that the product
// may be cut open at any layer, the narrow input and output need never be expanded, and W_L·W₁ comes first.

/** A factor M·diag(g) of a product around a cycle; g differs from row to row, and `null` is all ones. */
interface Factor {
  /** [inner, outer] */
  readonly matrix: Tensor;
  /** [n, outer] */
  readonly diagonal: Tensor | null;
}

/**
 * tr(W₁D₁W₂D₂⋯W_L) of each row: [n], or a scalar for a single weight, which is the same for all rows.
 *
 * @param weights W₁ [d, h₁], W₂ [h₁, h₂], …, W_L [h_{L−1}, d]
 * @param slopes the diagonals of D₁, …, D_{L−1}: [n, h₁], …, [n, h_{L−1}]
 */
export function traceOfProduct(weights: readonly Tensor[], slopes: readonly Tensor[]): Tensor {
  const [W1, W2, W3] = weights;
  const [d1, d2] = slopes;
  if (W1 === undefined) throw new Error("traceOfProduct: no weight");
  if (W2 === undefined || d1 === undefined)
    return sum(mul(W1, eye(W1.shape[0] ?? 0, { dtype: W1.dtype, backend: W1.backend })));
  // tr(W₁D₁W₂) = Σₖ d₁[k]·(W₂W₁)[k, k]
  if (W3 === undefined || d2 === undefined) return dot(d1, sum(mul(transpose(W1), W2), { axis: 1 }));
  // tr(W₁D₁W₂D₂W₃) = d₁ᵀ(W₂ ∘ (W₃W₁)ᵀ)d₂
  if (weights.length === 3) {
    const around = matmul(W1, W3, { transposeX: true, transposeY: true });
    return dot(matmul(d1, mul(W2, around)), d2);
  }
  return traceOfCycle(cheapest(cutsOf(weights, slopes)));
}

/** The product as it starts after its input, or after each hidden layer with the input skipped by W_L·W₁. */
function cutsOf(weights: readonly Tensor[], slopes: readonly Tensor[]): Factor[][] {
  const chain = weights.map((matrix, i): Factor => ({ matrix, diagonal: slopes[i] ?? null }));
  const [first, ...rest] = chain;
  const last = rest.pop();
  if (first === undefined || last === undefined) return [chain];
  const cycle = [{ matrix: matmul(last.matrix, first.matrix), diagonal: first.diagonal }, ...rest];
  return [chain, ...cycle.map((_, i) => [...cycle.slice(i), ...cycle.slice(0, i)])];
}

/**
 * The cut with the fewest multiplications a row, the narrowest among equals: as many directions as it is wide go
 * through all factors but the first and the last.
 */
function cheapest(cuts: readonly Factor[][]): Factor[] {
  const width = ([first]: readonly Factor[]): number => first?.matrix.shape[0] ?? 0;
  const cost = (factors: readonly Factor[]): number =>
    width(factors) * factors.slice(1, -1).reduce((total, { matrix }) => total + matrix.size, 0);
  return cuts.reduce((best, cut) => ((cost(cut) - cost(best) || width(cut) - width(best)) < 0 ? cut : best));
}

/** The trace of a product of two factors or more: Σⱼ eⱼᵀ(⋯)eⱼ, with the basis of where it is cut pushed through. */
function traceOfCycle(factors: readonly Factor[]): Tensor {
  const [first, ...between] = factors;
  const last = between.pop();
  if (first === undefined || last === undefined) throw new Error("traceOfCycle: fewer than two factors");
  const closing = transpose(last.matrix);
  const terms = Array.from({ length: closing.shape[0] ?? 0 }, (_, j) => {
    const pushed = between.reduce(
      (values, { matrix, diagonal }) => scaled(matmul(values, matrix), diagonal),
      scaled(rowOf(first.matrix, j), first.diagonal),
    );
    const returned = dot(pushed, rowOf(closing, j));
    return last.diagonal === null ? returned : mul(returned, columnOf(last.diagonal, j));
  });
  return terms.reduce((x, y) => add(x, y));
}

/** Rows of values times the diagonal of each. */
function scaled(values: Tensor, diagonal: Tensor | null): Tensor {
  return diagonal === null ? values : mul(values, diagonal);
}

/** Row j of a matrix, [1, columns]. */
function rowOf(matrix: Tensor, j: number): Tensor {
  return slice(matrix, [j, 0], [j + 1, matrix.shape[1] ?? 0]);
}

/** Column j of a matrix, [rows]. */
function columnOf(matrix: Tensor, j: number): Tensor {
  return squeeze(slice(matrix, [0, j], [matrix.shape[0] ?? 0, j + 1]), 1);
}
