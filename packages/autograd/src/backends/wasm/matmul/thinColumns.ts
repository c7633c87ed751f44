import type { FunctionBody, Variable } from "../emitter/body.ts";
import { ModuleBuilder, type Target } from "../emitter/module.ts";
import { type F32, I32 } from "../emitter/scalar.ts";
import { F32x4 } from "../emitter/vector.ts";
import { loadPartial } from "../partial.ts";
import { copyMatrix, eachProduct, type Matrices, PARAMETERS, type Product } from "./product.ts";

/** Vectors of sums that stay in registers beside the factors. */
const HELD = 8;

export interface ThinColumnsOptions {
  /** Columns of the right factor, 1 to 8. */
  readonly columns: number;
  /** What lies side by side in the left factor: the steps of a row, or the rows of a step. */
  readonly contiguous: "steps" | "rows";
  /**
   * Whether the product is written transposed, dense as [columns, rows].
   * A product with few rows is the transposed product of transposed factors.
   */
  readonly transposed: boolean;
}

/** A module with `matmul` for a right factor of few columns: sums of four elements side by side. */
export function thinColumnsMatmul(target: Target, options: ThinColumnsOptions): ModuleBuilder {
  const module = new ModuleBuilder(target);
  module.define("matmul", PARAMETERS, (f, p) => {
    eachProduct(f, p, (matrices) => {
      if (options.contiguous === "steps") dotRows(f, p, options, matrices);
      else combineSteps(f, p, options, matrices);
    });
  });
  return module;
}

/** Each element is a dot product along the row; the columns of the right factor are packed as rows. */
function dotRows(f: FunctionBody, p: Product, options: ThinColumnsOptions, { a, b, c }: Matrices): void {
  const { columns } = options;
  const padded = f.let(p.depth.add(3).and(-4).shl(2));
  f.fill(p.scratch, padded.mul(columns));
  copyMatrix(
    f,
    { at: b, rowStride: p.bColumn, columnStride: p.bStep },
    { at: p.scratch, rowStride: padded },
    p.columns,
    p.depth,
  );
  const right = [p.scratch];
  for (let j = 1; j < columns; j++) right.push(f.let(p.scratch.add(padded.mul(j))));
  const whole = f.let(p.depth.and(-4).shl(2));
  const rest = f.let(p.depth.and(3));
  const left = f.variable(a);
  const row = f.variable(I32.constant(0));
  const height = Math.min(4, Math.floor(HELD / columns));
  for (const rows of height > 1 ? [height, 1] : [1]) {
    f.advance(row, f.let(p.rows.and(-rows)), rows, () => {
      const lefts = [left.value];
      for (let i = 1; i < rows; i++) lefts.push(f.let(left.value.add(p.aRow.mul(i))));
      const sums = zeros(f, rows, columns);
      const k = f.variable(I32.constant(0));
      const step = (load: (at: I32) => F32x4): void => {
        const bs = right.map((column) => f.let(F32x4.load(column.add(k.value))));
        sums.forEach((line, i) => {
          const factor = f.let(load((lefts[i] as I32).add(k.value)));
          addProducts(f, line, factor, bs);
        });
      };
      f.advance(k, whole, 16, () => step((at) => F32x4.load(at)));
      f.when(rest, () => step((at) => loadPartial(f, f.let(at), rest)));
      sums.forEach((line, i) => {
        const at = f.let(row.value.add(i));
        line.forEach((sum, j) => {
          finish(f, p, options, c, at, j, sumOfLanes(f, sum.value));
        });
      });
      left.set(left.value.add(p.aRow.mul(rows)));
    });
  }
}

/** Each step adds some rows of the left factor, side by side, times one element of each column. */
function combineSteps(f: FunctionBody, p: Product, options: ThinColumnsOptions, { a, b, c }: Matrices): void {
  const { columns } = options;
  copyMatrix(
    f,
    { at: b, rowStride: p.bStep, columnStride: p.bColumn },
    { at: p.scratch, rowStride: I32.constant(4 * columns) },
    p.depth,
    p.columns,
  );
  const combine = (
    vectors: number,
    load: (at: I32, offset: number) => F32x4,
    left: I32,
  ): Variable<F32x4>[][] => {
    const sums = zeros(f, vectors, columns);
    const from = f.variable(left);
    const right = f.variable(p.scratch);
    f.advance(right, f.let(p.scratch.add(p.depth.mul(4 * columns))), 4 * columns, () => {
      const bs = Array.from({ length: columns }, (_, j) => f.let(F32x4.loadSplat(right.value, 4 * j)));
      sums.forEach((line, i) => {
        const factor = f.let(load(from.value, 16 * i));
        addProducts(f, line, factor, bs);
      });
      from.set(from.value.add(p.aStep));
    });
    return sums;
  };
  const row = f.variable(I32.constant(0));
  const widest = Math.min(4, Math.floor(HELD / columns));
  const lanes = [0, 1, 2, 3] as const;
  for (const vectors of widest > 1 ? [widest, 1] : [1]) {
    f.advance(row, f.let(p.rows.and(-4 * vectors)), 4 * vectors, () => {
      const sums = combine(vectors, F32x4.load, a.add(row.value.shl(2)));
      sums.forEach((line, i) => {
        line.forEach((sum, j) => {
          for (const lane of lanes) {
            finish(f, p, options, c, f.let(row.value.add(4 * i + lane)), j, sum.value.lane(lane));
          }
        });
      });
    });
  }
  const rest = f.let(p.rows.and(3));
  f.when(rest, () => {
    const sums = combine(1, (at) => loadPartial(f, at, rest), a.add(row.value.shl(2)));
    for (const lane of lanes.slice(0, 3)) {
      f.when(I32.constant(lane).lt(rest), () => {
        sums[0]?.forEach((sum, j) => {
          finish(f, p, options, c, f.let(row.value.add(lane)), j, sum.value.lane(lane));
        });
      });
    }
  });
}

function zeros(f: FunctionBody, rows: number, columns: number): Variable<F32x4>[][] {
  return Array.from({ length: rows }, () =>
    Array.from({ length: columns }, () => f.variable(F32x4.constant(0))),
  );
}

function addProducts(
  f: FunctionBody,
  sums: readonly Variable<F32x4>[],
  factor: F32x4,
  others: readonly F32x4[],
): void {
  sums.forEach((sum, j) => {
    sum.set(f.madd(factor, others[j] as F32x4, sum.value));
  });
}

/** (x₀ + x₂) + (x₁ + x₃). */
function sumOfLanes(f: FunctionBody, x: F32x4): F32 {
  const pairs = f.let(x.add(x.shuffle(x, [2, 3, 0, 1])));
  return f.let(pairs.lane(0).add(pairs.lane(1)));
}

/** Writes one element of the product. */
function finish(
  f: FunctionBody,
  p: Product,
  { columns, transposed }: ThinColumnsOptions,
  c: I32,
  row: I32,
  column: number,
  sum: F32,
): void {
  const index = transposed ? row.add(p.rows.mul(column)) : row.mul(columns).add(column);
  f.store(c.add(index.shl(2)), sum);
}
