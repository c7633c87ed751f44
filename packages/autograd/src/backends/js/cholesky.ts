import type { Kernel } from "../../backend.ts";
import { at, eachMatrix, nameOf, sizesOf, symmetrize } from "./matrices.ts";

/** The lower L with LLᵀ = A, of A's symmetric part, column by column. */
export const cholesky: Kernel = (output, _parameters, a) => {
  const [n] = sizesOf(a);
  output.data.fill(0);
  eachMatrix(a, (matrix, index) => {
    symmetrize(matrix, n);
    for (let j = 0; j < n; j++) {
      const pivot = rest(matrix, n, j, j);
      if (!(pivot > 0 && pivot < Number.POSITIVE_INFINITY)) {
        throw new RangeError(
          `linalg.cholesky: ${nameOf(a.shape, index)} is not positive definite: pivot ${j} is ${pivot}; ` +
            "check its entries, or add a small multiple of the identity",
        );
      }
      const root = Math.sqrt(pivot);
      matrix[j * n + j] = root;
      for (let i = j + 1; i < n; i++) matrix[i * n + j] = rest(matrix, n, i, j) / root;
    }
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) output.data[(index * n + i) * n + j] = at(matrix, i * n + j);
    }
  });
};

/** aᵢⱼ − Σₖ lᵢₖlⱼₖ over the columns before j. */
function rest(matrix: Float64Array, n: number, i: number, j: number): number {
  let value = at(matrix, i * n + j);
  for (let k = 0; k < j; k++) value -= at(matrix, i * n + k) * at(matrix, j * n + k);
  return value;
}
