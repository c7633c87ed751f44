import type { Operand } from "../../backend.ts";
import { indexAt, type Shape, showShape, sizeAt, sizeOf } from "../../shape.ts";

/** Calls for each n×m matrix over the last two axes, with a copy of it in double precision. */
export function eachMatrix(x: Operand, visit: (matrix: Float64Array, index: number) => void): void {
  const size = sizeOf(x.shape.slice(-2));
  const count = sizeOf(x.shape.slice(0, -2));
  for (let i = 0; i < count; i++) {
    visit(Float64Array.from(x.data.subarray(i * size, (i + 1) * size)), i);
  }
}

/** The number of rows of the matrices, and of their columns. */
export function sizesOf({ shape }: Operand): readonly [rows: number, columns: number] {
  return [sizeAt(shape, shape.length - 2), sizeAt(shape, shape.length - 1)];
}

/** A ← Aᵀ, n×n. */
export function transposeInPlace(a: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const above = at(a, j * n + i);
      a[j * n + i] = at(a, i * n + j);
      a[i * n + j] = above;
    }
  }
}

/** A ← (A + Aᵀ)/2, n×n. */
export function symmetrize(a: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const mean = 0.5 * (at(a, i * n + j) + at(a, j * n + i));
      a[i * n + j] = mean;
      a[j * n + i] = mean;
    }
  }
}

/** One matrix of a batch, in words. */
export function nameOf(shape: Shape, index: number): string {
  const batch = shape.slice(0, -2);
  return batch.length === 0
    ? `the matrix ${showShape(shape)}`
    : `matrix ${showShape(indexAt(index, batch))} of ${showShape(shape)}`;
}

export function at(values: ArrayLike<number>, i: number): number {
  return values[i] as number;
}
