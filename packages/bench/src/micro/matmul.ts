import { matmul as blockedMatmul, js, random, type Tensor, tensor } from "@scoretape/autograd";
import { naiveMatmul, type StridedMatrix } from "./naiveMatmul.ts";
import type { Case, Suite } from "./suite.ts";
import { timeOf } from "./time.ts";

/** Rows, depth and columns of the products: [M, K] @ [K, N]. */
const sizes: readonly (readonly [number, number, number])[] = [
  [64, 64, 64],
  [256, 256, 256],
  [256, 128, 128],
  [256, 2, 128],
  [256, 128, 2],
];

const transpositions = [
  { label: "X·Y", transposeX: false, transposeY: false },
  { label: "X·Yᵀ", transposeX: false, transposeY: true },
  { label: "Xᵀ·Y", transposeX: true, transposeY: false },
  { label: "Xᵀ·Yᵀ", transposeX: true, transposeY: true },
] as const;

/** The product of matrices on the reference backend, and a triple loop. */
export const matmul: Suite = {
  name: "matmul",
  seconds: 15,
  title: "matrix products M×K×N on the reference backend, and a naive triple loop",
  cases: () => sizes.flatMap((size) => transpositions.flatMap((form) => productCases(size, form))),
};

function productCases(
  [rows, depth, columns]: readonly [number, number, number],
  { label, transposeX, transposeY }: (typeof transpositions)[number],
): Case[] {
  const x = stored(random.key(1), rows, depth, transposeX);
  const y = stored(random.key(2), depth, columns, transposeY);
  const [a, b] = [strided(x, transposeX), strided(y, transposeY)];
  const blocked = (): Tensor => blockedMatmul(x, y, { transposeX, transposeY });
  const naive = (): Float32Array => naiveMatmul(a, b, rows, depth, columns);
  const row = `${rows}×${depth}×${columns} ${label}`;
  checkEqual(row, blocked().data, naive());
  // One multiplication and one addition per term: operations per nanosecond are GFLOP/s.
  const operations = 2 * rows * depth * columns;
  const product = (column: string, run: () => unknown): Case => ({
    row,
    column,
    unit: "GFLOP/s",
    measure: async (effort) => operations / (await timeOf(run, effort)),
  });
  return [product("blocked", blocked), product("naive", naive)];
}

/** A rows×columns matrix as the product reads it: stored with its axes swapped when it is read transposed. */
function stored(key: random.Key, rows: number, columns: number, transposed: boolean): Tensor {
  const { data, shape } = random.normal(key, transposed ? [columns, rows] : [rows, columns]);
  return tensor(data, { shape, backend: js });
}

function strided({ data, shape }: Tensor, transposed: boolean): StridedMatrix {
  const [, width = 0] = shape;
  return transposed
    ? { data, rowStride: 1, columnStride: width }
    : { data, rowStride: width, columnStride: 1 };
}

/** Throws unless both products are the same up to rounding: the speed of a wrong answer is of no use. */
function checkEqual(name: string, actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  for (let i = 0; i < Math.max(actual.length, expected.length); i++) {
    const [a = Number.NaN, b = Number.NaN] = [actual[i], expected[i]];
    if (!(Math.abs(a - b) <= 1e-4)) {
      throw new Error(`matmul: ${name}: element ${i} is ${a} by the engine and ${b} by the triple loop`);
    }
  }
}
