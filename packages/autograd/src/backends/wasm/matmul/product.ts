import type { FunctionBody } from "../emitter/body.ts";
import { F32, type I32 } from "../emitter/scalar.ts";

/**
 * The parameters of every `matmul`: c[i, j] = Σₖ a[i, k]·b[k, j] for each matrix of a batch. Addresses and
 * strides are in bytes.
 */
export const PARAMETERS = [
  "batches",
  "rows",
  "columns",
  "depth",
  "a",
  "aBatch",
  "aRow",
  "aStep",
  "b",
  "bBatch",
  "bStep",
  "bColumn",
  "c",
  "cBatch",
  "scratch",
] as const;

/** The same, as values while a function is written. */
export type Product = Readonly<Record<(typeof PARAMETERS)[number], I32>>;

/** The addresses of one matrix product of a batch. */
export interface Matrices {
  readonly a: I32;
  readonly b: I32;
  readonly c: I32;
}

/** Runs the body for each product of the batch. */
export function eachProduct(f: FunctionBody, p: Product, body: (matrices: Matrices) => void): void {
  const a = f.variable(p.a);
  const b = f.variable(p.b);
  const c = f.variable(p.c);
  f.times(p.batches, () => {
    body({ a: a.value, b: b.value, c: c.value });
    a.set(a.value.add(p.aBatch));
    b.set(b.value.add(p.bBatch));
    c.set(c.value.add(p.cBatch));
  });
}

/** Copies a matrix of any strides to rows that are `toStride` bytes apart. */
export function copyMatrix(
  f: FunctionBody,
  from: { readonly at: I32; readonly rowStride: I32; readonly columnStride: I32 },
  to: { readonly at: I32; readonly rowStride: I32 },
  rows: I32,
  columns: I32,
): void {
  const source = f.variable(from.at);
  const target = f.variable(to.at);
  const width = f.let(columns.shl(2));
  f.times(rows, () => {
    const x = f.variable(source.value);
    f.range(target.value, f.let(target.value.add(width)), 4, (y) => {
      f.store(y, F32.load(x.value));
      x.set(x.value.add(from.columnStride));
    });
    source.set(source.value.add(from.rowStride));
    target.set(target.value.add(to.rowStride));
  });
}
