import type { Kernel, SolveParameters, TriangularSolveParameters } from "../../backend.ts";
import { log } from "../../portable/index.ts";
import type { Shape } from "../../shape.ts";
import { at, eachMatrix, nameOf, sizesOf, transposeInPlace } from "./matrices.ts";

/** x with Ax = b, or Aᵀx = b, by A = PLU. */
export const solve: Kernel<SolveParameters> = (output, { transpose, caller }, a, b) => {
  const [n, columns] = sizesOf(b);
  eachMatrix(a, (matrix, index) => {
    if (transpose) transposeInPlace(matrix, n);
    const order = factorize(matrix, n, caller, a.shape, index);
    const start = index * n * columns;
    const x = Float64Array.from({ length: n * columns }, (_, i) => {
      const column = i % columns;
      return at(b.data, start + at(order, (i - column) / columns) * columns + column);
    });
    substitute(matrix, x, n, columns, { from: "start", unit: true });
    substitute(matrix, x, n, columns, { from: "end", unit: false });
    output.data.set(x, start);
  });
};

/** log |det A| = Σ log |uᵢᵢ|. */
export const logDeterminant: Kernel = (output, _parameters, a) => {
  const [n] = sizesOf(a);
  eachMatrix(a, (matrix, index) => {
    factorize(matrix, n, "linalg.logDeterminant", a.shape, index);
    let total = 0;
    for (let i = 0; i < n; i++) total += log(Math.abs(at(matrix, i * n + i)));
    output.data[index] = total;
  });
};

/** x with Tx = b, or Tᵀx = b, T the lower or the upper triangle of a. */
export const triangularSolve: Kernel<TriangularSolveParameters> = (output, { lower, transpose }, a, b) => {
  const [n, columns] = sizesOf(b);
  eachMatrix(a, (matrix, index) => {
    if (transpose) transposeInPlace(matrix, n);
    for (let i = 0; i < n; i++) {
      checkPivot(at(matrix, i * n + i), i, "linalg.triangularSolve", a.shape, index);
    }
    const x = Float64Array.from(b.data.subarray(index * n * columns, (index + 1) * n * columns));
    substitute(matrix, x, n, columns, { from: lower === transpose ? "end" : "start", unit: false });
    output.data.set(x, index * n * columns);
  });
};

/** A ← L and U of PA = LU, with the largest pivot of each column; the rows in the order that P puts them in. */
function factorize(a: Float64Array, n: number, caller: string, shape: Shape, index: number): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  for (let k = 0; k < n; k++) {
    let best = k;
    for (let i = k + 1; i < n; i++) {
      if (Math.abs(at(a, i * n + k)) > Math.abs(at(a, best * n + k))) best = i;
    }
    if (best !== k) {
      const row = a.slice(k * n, (k + 1) * n);
      a.copyWithin(k * n, best * n, (best + 1) * n);
      a.set(row, best * n);
      [order[k], order[best]] = [at(order, best), at(order, k)];
    }
    const pivot = at(a, k * n + k);
    checkPivot(pivot, k, caller, shape, index);
    for (let i = k + 1; i < n; i++) {
      const factor = at(a, i * n + k) / pivot;
      a[i * n + k] = factor;
      for (let j = k + 1; j < n; j++) a[i * n + j] = at(a, i * n + j) - factor * at(a, k * n + j);
    }
  }
  return order;
}

function checkPivot(pivot: number, k: number, caller: string, shape: Shape, index: number): void {
  if (Number.isFinite(pivot) && pivot !== 0) return;
  const what = pivot === 0 ? "singular" : "not finite";
  throw new RangeError(
    `${caller}: ${nameOf(shape, index)} is ${what}: pivot ${k} is ${pivot}; ` +
      "check that no row is a combination of others, or add a small multiple of the identity",
  );
}

/** x ← T⁻¹x for the lower triangle T of a, from the start, or for the upper one, from the end. */
function substitute(
  a: Float64Array,
  x: Float64Array,
  n: number,
  columns: number,
  { from, unit }: { readonly from: "start" | "end"; readonly unit: boolean },
): void {
  const forward = from === "start";
  for (let step = 0; step < n; step++) {
    const i = forward ? step : n - 1 - step;
    const known = forward ? [0, i] : [i + 1, n];
    for (let j = at(known, 0); j < at(known, 1); j++) {
      const factor = at(a, i * n + j);
      for (let c = 0; c < columns; c++) {
        x[i * columns + c] = at(x, i * columns + c) - factor * at(x, j * columns + c);
      }
    }
    if (unit) continue;
    for (let c = 0; c < columns; c++) x[i * columns + c] = at(x, i * columns + c) / at(a, i * n + i);
  }
}
