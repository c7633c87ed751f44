import type { Values } from "@scoretape/autograd";

/** A matrix inside an array: element (i, j) is at `i * rowStride + j * columnStride`. */
export interface StridedMatrix {
  readonly data: Values;
  readonly rowStride: number;
  readonly columnStride: number;
}

/** X·Y by the definition, element by element: what the blocked kernel is measured against. */
export function naiveMatmul(
  x: StridedMatrix,
  y: StridedMatrix,
  rows: number,
  depth: number,
  columns: number,
): Float32Array {
  const product = new Float32Array(rows * columns);
  const { data: a, rowStride: aRow, columnStride: aColumn } = x;
  const { data: b, rowStride: bRow, columnStride: bColumn } = y;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (let k = 0; k < depth; k++) {
        sum += (a[i * aRow + k * aColumn] as number) * (b[k * bRow + j * bColumn] as number);
      }
      product[i * columns + j] = sum;
    }
  }
  return product;
}
