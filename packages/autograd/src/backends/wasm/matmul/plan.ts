import type { ModuleBuilder, Target } from "../emitter/module.ts";
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

/** Where the arrays of a product lie, in bytes; `scratch` is any place that nothing else uses meanwhile. */
export interface MatmulAddresses {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly scratch: number;
}

/** The kernel for a matrix product, chosen by its sizes. */
export interface MatmulPlan {
  /** Equal for products that run on the same module. */
  readonly signature: string;
  /** Bytes of scratch memory. */
  readonly scratchBytes: number;
  /** Writes the module; its function is `matmul`. */
  build(target: Target): ModuleBuilder;
  /** What to call `matmul` with. */
  parameters(addresses: MatmulAddresses): number[];
}

/** A factor's strides in elements: from row to row, and from column to column. */
interface Strides {
  readonly row: number;
  readonly column: number;
}

/** Chooses the kernel for a product. */
export function planMatmul(problem: MatmulProblem): MatmulPlan {
  const { rows, columns, depth, transposeA, transposeB } = problem;
  const a: Strides = transposeA ? { row: 1, column: rows } : { row: depth, column: 1 };
  const b: Strides = transposeB ? { row: 1, column: depth } : { row: columns, column: 1 };
  if (columns <= THIN && columns > 0) {
    return thinColumns(problem, a, b, false);
  }
  if (rows <= THIN && rows > 0) {
    // cᵀ = bᵀ·aᵀ
    return thinColumns({ ...problem, rows: columns, columns: rows }, flipped(b), flipped(a), true);
  }
  if (depth <= THIN && depth > 0) {
    return {
      signature: `matmul depth ${depth}`,
      scratchBytes: ELEMENT * depth * roundUp(columns, 4),
      build: (target) => thinDepthMatmul(target, depth),
      parameters: (addresses) => parameterList(problem, a, b, addresses),
    };
  }
  const inPlace = a.column === 1 && columns <= FEW_COLUMNS;
  return {
    signature: `matmul tiles ${inPlace ? "in place" : "packed"}`,
    scratchBytes: blockedScratchBytes(columns, depth, inPlace),
    build: (target) => blockedMatmul(target, inPlace),
    parameters: (addresses) => parameterList(problem, a, b, addresses),
  };
}

function thinColumns(problem: MatmulProblem, a: Strides, b: Strides, transposed: boolean): MatmulPlan {
  const { columns, depth } = problem;
  const contiguous = a.column === 1 ? "steps" : "rows";
  const order = transposed ? "transposed" : "straight";
  return {
    signature: `matmul columns ${columns} ${contiguous} ${order}`,
    scratchBytes: ELEMENT * columns * roundUp(depth, 4),
    build: (target) => thinColumnsMatmul(target, { columns, contiguous, transposed }),
    parameters: ({ a: left, b: right, ...others }) =>
      parameterList(
        problem,
        a,
        b,
        transposed ? { ...others, a: right, b: left } : { ...others, a: left, b: right },
      ),
  };
}

function flipped({ row, column }: Strides): Strides {
  return { row: column, column: row };
}

function roundUp(n: number, step: number): number {
  return Math.ceil(n / step) * step;
}

function parameterList(problem: MatmulProblem, a: Strides, b: Strides, addresses: MatmulAddresses): number[] {
  const { batches, rows, columns, depth } = problem;
  const left = [rows * depth, a.row, a.column].map((stride) => ELEMENT * stride);
  const right = [depth * columns, b.row, b.column].map((stride) => ELEMENT * stride);
  return [
    ...[batches, rows, columns, depth, addresses.a, ...left, addresses.b, ...right],
    ...[addresses.c, ELEMENT * rows * columns, addresses.scratch],
  ];
}
