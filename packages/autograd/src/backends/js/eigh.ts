import type { Kernel } from "../../backend.ts";
import { at, eachMatrix, nameOf, sizesOf, symmetrize } from "./matrices.ts";
import { symmetricEigen } from "./symmetricEigen.ts";

/** Of A's symmetric part the eigenvalues in increasing order, one row, and below them the eigenvectors, in columns. */
export const eigh: Kernel = (output, _parameters, a) => {
  const [n] = sizesOf(a);
  eachMatrix(a, (matrix, index) => {
    const wrong = matrix.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) {
      throw new RangeError(
        `linalg.eigh: ${nameOf(a.shape, index)} has the entry ${at(matrix, wrong)} in row ${Math.floor(wrong / n)}, ` +
          `column ${wrong % n}; give finite numbers`,
      );
    }
    symmetrize(matrix, n);
    const { values, vectors } = symmetricEigen(matrix, n);
    const order = Array.from(values.keys()).sort((i, j) => at(values, i) - at(values, j));
    const start = index * (n + 1) * n;
    order.forEach((from, to) => {
      const vector = vectors.subarray(from * n, (from + 1) * n);
      const sign = signOf(vector);
      output.data[start + to] = at(values, from);
      vector.forEach((value, i) => {
        output.data[start + (i + 1) * n + to] = sign * value;
      });
    });
  });
};

/** The sign of the largest component; of those that are equally large up to rounding, of the first. */
function signOf(vector: Float64Array): number {
  const largest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const first = vector.find((value) => Math.abs(value) >= (1 - 1e-6) * largest) ?? 1;
  return first < 0 ? -1 : 1;
}
