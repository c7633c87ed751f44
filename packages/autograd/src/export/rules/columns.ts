import type { TriangularSolveParameters } from "../../backend.ts";
import { sizeAt } from "../../shape.ts";
import type { Builder } from "../builder.ts";
import type { Value } from "../primitives.ts";

// What is done to matrices, over the last two axes, one column after another, in the order of the reference kernels.

/** A matrix with its columns as rows. */
export function transposed(b: Builder, x: Value): Value {
  const rank = x.shape.length;
  return b.transpose(
    x,
    x.shape.map((_, axis) => (axis === rank - 1 ? rank - 2 : axis === rank - 2 ? rank - 1 : axis)),
  );
}

/** The row and the column of each element. */
export function placesIn(b: Builder, { shape }: Value): readonly [row: Value, column: Value] {
  return [b.iota(shape, shape.length - 2), b.iota(shape, shape.length - 1)];
}

/** What a step makes of a value, for each number k below n, in increasing order or from the last; k is [1]. */
function forEachPlace(
  b: Builder,
  n: number,
  start: Value,
  step: (run: Builder, x: Value, k: Value) => { readonly next: Value; readonly row?: Value },
  isReversed = false,
): readonly [last: Value, rows: Value | undefined] {
  const options = { length: n, isReversed };
  const [last = start, rows] = b.scan([start], [b.iota([n], 0)], options, (run, [x = start], [k]) => {
    if (k === undefined) throw new Error("a loop over places has their numbers");
    const { next, row } = step(run, x, run.reshape(k, [1]));
    return { carries: [next], rows: row === undefined ? [] : [row] };
  });
  return [last, rows];
}

const rowAt = (b: Builder, x: Value, k: Value): Value => b.gather(x, k, x.shape.length - 2);
const columnAt = (b: Builder, x: Value, k: Value): Value => b.gather(x, k, x.shape.length - 1);

/** The products of a column's elements with those of a row. */
function outer(b: Builder, column: Value, row: Value): Value {
  const shape = [...column.shape.slice(0, -1), sizeAt(row.shape, row.shape.length - 1)];
  return b.mul(b.broadcast(column, shape), b.broadcast(row, shape));
}

/** Compares each row's number with k. */
function rowIs(b: Builder, name: "less" | "equal" | "greater", x: Value, k: Value): Value {
  return b.compare(name, placesIn(b, x)[0], b.broadcast(k, x.shape));
}

/** The lower L with LLᵀ = x: column k of L from what is left of x, x ← x − lₖlₖᵀ. NaN from a pivot below 0 on. */
export function choleskyByColumns(b: Builder, x: Value): Value {
  const n = sizeAt(x.shape, x.shape.length - 1);
  const [, columns] = forEachPlace(b, n, x, (run, left, k) => {
    const column = columnAt(run, left, k);
    const root = run.broadcast(run.unary("sqrt", rowAt(run, column, k)), column.shape);
    const below = run.select(rowIs(run, "greater", column, k), run.div(column, root), 0);
    const own = run.select(rowIs(run, "equal", column, k), root, below);
    const next = run.sub(left, outer(run, own, transposed(run, own)));
    return { next, row: run.reshape(own, own.shape.slice(0, -1)) };
  });
  // [n columns, ..., n] to [..., n, n columns].
  if (columns === undefined) return x;
  return b.transpose(columns, [...x.shape.slice(1).map((_, axis) => axis + 1), 0]);
}

/** The X with TX = Y, or TᵀX = Y: row k of X from what is left of Y, which then loses the multiples of that row. */
export function triangularSolveByColumns(
  b: Builder,
  { lower, transpose }: TriangularSolveParameters,
  matrix: Value,
  y: Value,
): Value {
  const t = transpose ? transposed(b, matrix) : matrix;
  const isReversed = lower === transpose;
  const step = (run: Builder, left: Value, k: Value): { readonly next: Value } => {
    const column = columnAt(run, t, k);
    const own = rowAt(run, left, k);
    const solved = run.div(own, run.broadcast(rowAt(run, column, k), own.shape));
    const isLeft = rowIs(run, isReversed ? "less" : "greater", left, k);
    const rest = run.select(isLeft, run.sub(left, outer(run, column, solved)), left);
    return { next: run.select(rowIs(run, "equal", left, k), run.broadcast(solved, left.shape), rest) };
  };
  return forEachPlace(b, sizeAt(t.shape, t.shape.length - 1), y, step, isReversed)[0];
}

/**
 * Matrices [..., n, m], m ≥ n, with zeros below the diagonal of their first n columns, by subtracting multiples of rows from
 * those below; each column's row is the one with its largest element (Golub & Van Loan, Matrix Computations, section 3.4.4).
 * What stands below the diagonal is not written. Of a singular matrix elements are not finite.
 */
export function eliminatedByColumns(b: Builder, x: Value): Value {
  const n = sizeAt(x.shape, x.shape.length - 2);
  const rows = x.shape.length - 2;
  return forEachPlace(b, n, x, (run, left, k) => {
    const column = columnAt(run, left, k);
    const size = run.select(rowIs(run, "less", column, k), -1, run.unary("abs", column));
    const isLargest = run.compare("equal", size, run.broadcast(run.reduce("max", size, [rows]), size.shape));
    const places = placesIn(run, column)[0];
    // The largest of a column with NaN is NaN, which equals nothing: no row is chosen, and the quotients are NaN.
    const best = run.reduce("min", run.select(isLargest, places, n), [rows]);
    const isBest = run.compare("equal", placesIn(run, left)[0], run.broadcast(best, left.shape));
    const pivotRow = run.reduce("sum", run.select(isBest, left, 0), [rows]);
    const wide = (row: Value): Value => run.broadcast(row, left.shape);
    const swapped = run.select(
      rowIs(run, "equal", left, k),
      wide(pivotRow),
      run.select(isBest, wide(rowAt(run, left, k)), left),
    );
    const own = columnAt(run, swapped, k);
    const factors = run.div(own, run.broadcast(columnAt(run, pivotRow, k), own.shape));
    const reduced = run.sub(swapped, outer(run, factors, pivotRow));
    return { next: run.select(rowIs(run, "greater", left, k), reduced, swapped) };
  })[0];
}
