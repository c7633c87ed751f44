import type { FunctionBody, Variable } from "../emitter/body.ts";
import type { FunctionHandle } from "../emitter/code.ts";
import type { ModuleBuilder } from "../emitter/module.ts";
import { F32, I32 } from "../emitter/scalar.ts";
import { F32x4 } from "../emitter/vector.ts";

/** Rows of a tile. */
export const TILE_ROWS = 4;
/** Columns of a tile: two vectors. */
export const TILE_COLUMNS = 8;
const PANEL_STEP = 4 * TILE_COLUMNS;

/**
 * Adds a function that multiplies packed panels, one tile of the product in registers at a time. With
 * `accumulate`, what the product holds is added. Tiles at the edges pass through `spare`, a tile of memory.
 */
export function defineTiles(module: ModuleBuilder): FunctionHandle {
  return module.define(
    "tiles",
    ["rows", "columns", "depth", "a", "b", "c", "cRow", "accumulate", "spare"],
    (f, { rows, columns, depth, a, b, c, cRow, accumulate, spare }) => {
      const aPanel = f.let(depth.mul(4 * TILE_ROWS));
      const bPanel = f.let(depth.mul(PANEL_STEP));
      const right = f.variable(b);
      f.range(0, columns, TILE_COLUMNS, (column) => {
        const left = f.variable(a);
        const corner = f.variable(c.add(column.shl(2)));
        const wide = f.let(column.add(TILE_COLUMNS).le(columns));
        f.range(0, rows, TILE_ROWS, (row) => {
          const sums = multiplyPanels(f, left, right.value, bPanel);
          f.when(
            wide.and(row.add(TILE_ROWS).le(rows)),
            () => {
              f.when(accumulate, () => eachRow(f, sums, corner.value, cRow, (at, pair) => addTo(pair, at)));
              eachRow(f, sums, corner.value, cRow, (at, pair) => {
                pair.forEach((sum, half) => {
                  f.store(at, sum.value, 16 * half);
                });
              });
            },
            () => {
              sums.flat().forEach((sum, i) => {
                f.store(spare, sum.value, 16 * i);
              });
              const size = { rows: f.let(rows.sub(row)), columns: f.let(columns.sub(column)) };
              copyCorner(f, spare, corner.value, cRow, size.rows, size.columns, accumulate);
            },
          );
          left.set(left.value.add(aPanel));
          corner.set(corner.value.add(cRow.mul(TILE_ROWS)));
        });
        right.set(right.value.add(bPanel));
      });
    },
  );
}

type Tile = readonly (readonly Variable<F32x4>[])[];

/** The sums of one tile: each step adds a column of the left panel times a row of the right one. */
function multiplyPanels(f: FunctionBody, left: Variable<I32>, right: I32, panelBytes: I32): Tile {
  const sums = Array.from({ length: TILE_ROWS }, () =>
    [0, 0].map((zero) => f.variable(F32x4.constant(zero))),
  );
  const a = f.variable(left.value);
  const b = f.variable(right);
  f.advance(b, f.let(right.add(panelBytes)), PANEL_STEP, () => {
    const row = [f.let(F32x4.load(b.value)), f.let(F32x4.load(b.value, 16))];
    sums.forEach((pair, i) => {
      const factor = f.let(F32x4.loadSplat(a.value, 4 * i));
      pair.forEach((sum, half) => {
        sum.set(f.madd(factor, row[half] as F32x4, sum.value));
      });
    });
    a.set(a.value.add(4 * TILE_ROWS));
  });
  return sums;
}

function addTo(pair: readonly Variable<F32x4>[], at: I32): void {
  pair.forEach((sum, half) => {
    sum.set(sum.value.add(F32x4.load(at, 16 * half)));
  });
}

function eachRow(
  f: FunctionBody,
  tile: Tile,
  corner: I32,
  stride: I32,
  visit: (at: I32, pair: readonly Variable<F32x4>[]) => void,
): void {
  const at = f.variable(corner);
  tile.forEach((pair, i) => {
    if (i > 0) at.set(at.value.add(stride));
    visit(at.value, pair);
  });
}

/** Copies or adds the part of a tile that the product has. */
function copyCorner(
  f: FunctionBody,
  spare: I32,
  corner: I32,
  stride: I32,
  rows: I32,
  columns: I32,
  accumulate: I32,
): void {
  const to = f.variable(corner);
  const bytes = f.let(columns.min(I32.constant(TILE_COLUMNS)).shl(2));
  const count = f.let(rows.min(I32.constant(TILE_ROWS)));
  const from = f.variable(spare);
  f.times(count, () => {
    f.range(0, bytes, 4, (i) => {
      const value = f.variable(F32.load(from.value.add(i)));
      f.when(accumulate, () => value.set(value.value.add(F32.load(to.value.add(i)))));
      f.store(to.value.add(i), value.value);
    });
    from.set(from.value.add(PANEL_STEP));
    to.set(to.value.add(stride));
  });
}
