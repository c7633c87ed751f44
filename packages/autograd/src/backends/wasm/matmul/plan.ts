import type { PlannedKernel } from "../planned.ts";
import { blockedMatmul, blockedScratchBytes } from "./blocked.ts";
import { thinColumnsMatmul } from "./thinColumns.ts";
import { thinDepthMatmul } from "./thinDepth.ts";

/** Up to this size a dimension is thin: packing would cost more than the kernels that do without it. */
const THIN = 4;
/** Up to so many columns, reading the left factor where it is costs less than packing it. */
const FEW_COLUMNS = 128;
/** Bytes of an element. */
const ELEMENT = 4;

/** A batch of matrix products, c[i, j] = Σₖ a[i, k]·b[k, j], all arrays dense and row-major. */
export interface MatmulProblem {
  readonly batches: number;
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  /** Whether the matrices of a are stored as [depth, rows]. */
  readonly transposeA: boolean;
  /** Whether the matrices of b are stored as [columns, depth]. */
  readonly transposeB: boolean;
}

/** A factor's strides in elements: from row to row, and from column to column. */
interface Strides {
  readonly row: number;
  readonly column: number;
}

/** Chooses the kernel for a product. */
export function planMatmul(problem: MatmulProblem): PlannedKernel {
  const { rows, columns, depth, transposeA, transposeB } = problem;
  const a: Strides = transposeA ? { row: 1, column: rows } : { row: depth, column: 1 };
  const b: Strides = transposeB ? { row: 1, column: depth } : { row: columns, column: 1 };
  if (columns <= THIN && columns > 0) return thinColumns(problem, a, b, false);
  if (rows <= THIN && rows > 0) {
    // cᵀ = bᵀ·aᵀ
    return thinColumns({ ...problem, rows: columns, columns: rows }, flipped(b), flipped(a), true);
  }
  const entry = "matmul";
  const place: PlannedKernel["place"] = ([x = 0, y = 0], c, scratch) =>
    parameterList(problem, a, x, b, y, c, scratch);
  if (depth <= THIN && depth > 0) {
    return {
      signature: `matmul depth ${depth}`,
      entry,
      scratchBytes: ELEMENT * depth * roundUp(columns, 4),
      build: (target) => thinDepthMatmul(target, depth),
      place,
    };
  }
  const inPlace = a.column === 1 && columns <= FEW_COLUMNS;
  return {
    signature: `matmul tiles ${inPlace ? "in place" : "packed"}`,
    entry,
    scratchBytes: blockedScratchBytes(columns, depth, inPlace),
    build: (target) => blockedMatmul(target, inPlace),
    place,
  };
}

/** A product with few columns; a `transposed` one is that of the factors in the other order. */
function thinColumns(problem: MatmulProblem, a: Strides, b: Strides, transposed: boolean): PlannedKernel {
  const { columns, depth } = problem;
  const contiguous = a.column === 1 ? "steps" : "rows";
  const order = transposed ? "transposed" : "straight";
  return {
    signature: `matmul columns ${columns} ${contiguous} ${order}`,
    entry: "matmul",
    scratchBytes: ELEMENT * columns * roundUp(depth, 4),
    build: (target) => thinColumnsMatmul(target, { columns, contiguous, transposed }),
    place: ([x = 0, y = 0], c, scratch) =>
      transposed
        ? parameterList(problem, a, y, b, x, c, scratch)
        : parameterList(problem, a, x, b, y, c, scratch),
  };
}

function flipped({ row, column }: Strides): Strides {
  return { row: column, column: row };
}

function roundUp(n: number, step: number): number {
  return Math.ceil(n / step) * step;
}

/** The parameters of `matmul`, whose factors have these strides and addresses. */
function parameterList(
  { batches, rows, columns, depth }: MatmulProblem,
  a: Strides,
  left: number,
  b: Strides,
  right: number,
  c: number,
  scratch: number,
): number[] {
  const bytes = (...elements: readonly number[]): number[] => elements.map((count) => ELEMENT * count);
  return [
    ...[batches, rows, columns, depth, left, ...bytes(rows * depth, a.row, a.column)],
    ...[right, ...bytes(depth * columns, b.row, b.column), c, ...bytes(rows * columns), scratch],
  ];
}
