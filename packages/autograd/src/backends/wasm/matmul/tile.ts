import type { FunctionBody, Variable } from "../emitter/body.ts";
import type { FunctionHandle } from "../emitter/code.ts";
import type { ModuleBuilder } from "../emitter/module.ts";
import { I32 } from "../emitter/scalar.ts";
import { F32x4 } from "../emitter/vector.ts";
import { copyMatrix } from "./product.ts";

/** Rows of a tile. */
export const TILE_ROWS = 4;
/** Rows of a tall one, which needs 15 registers: for its sums, a step of the panel, and an element of a row. */
export const TALL_ROWS = 6;
/** Columns of a tile: two vectors. */
export const TILE_COLUMNS = 8;
const PANEL_STEP = 4 * TILE_COLUMNS;

/** Steps in a turn of the loop over them. */
export const TURN = 4;

/**
 * Adds a function that multiplies rows with packed panels of columns, one tile of the product in registers at a time. Rows
 * are `aRow` bytes apart, four steps of a row side by side, `aTurn` bytes after the four before. With `accumulate`, what
 * the product holds is added. Tiles at the edges pass through `spare`, memory for the largest tile. The order of a sum does not
 * depend on the height of its tile.
 */
export function defineTiles(module: ModuleBuilder, packed: boolean): FunctionHandle {
  return module.define(
    "tiles",
    ["rows", "columns", "depth", "a", "aRow", "aTurn", "b", "c", "cRow", "accumulate", "spare"],
    (f, { rows, columns, depth, a, aRow, aTurn, b, c, cRow, accumulate, spare }) => {
      const panelBytes = f.let(depth.mul(PANEL_STEP));
      const right = f.variable(b);
      f.range(0, columns, TILE_COLUMNS, (column) => {
        const left = f.variable(a);
        const corner = f.variable(c.add(column.shl(2)));
        const row = f.variable(I32.constant(0));
        const width = f.let(columns.sub(column));
        const next = f.let(right.value.add(panelBytes));
        const tilesOf = (height: number, end: I32): void =>
          f.advance(row, end, height, () => {
            const rest = f.let(rows.sub(row.value));
            const sums = zeroTile(f, height);
            const lefts = packed ? [f.variable(left.value)] : rowsOf(f, left.value, aRow, rest, height);
            f.when(depth, () => addSteps(f, sums, lefts, aTurn, f.variable(right.value), next));
            const place = {
              corner: corner.value,
              stride: cRow,
              rows: rest,
              columns: width,
              accumulate,
              spare,
            };
            storeTile(f, sums, place);
            left.set(left.value.add(aRow.mul(height)));
            corner.set(corner.value.add(cRow.mul(height)));
          });
        // Tall ones leave up to eight rows, so that no tile has rows to spare where their number is a multiple of four.
        if (module.target.tall) tilesOf(TALL_ROWS, f.let(rows.sub(rows.min(I32.constant(2 * TILE_ROWS)))));
        tilesOf(TILE_ROWS, rows);
        right.set(next);
      });
    },
  );
}

/** Where the rows of a tile begin; rows that do not exist are the last one again. */
function rowsOf(f: FunctionBody, first: I32, stride: I32, count: I32, height: number): Variable<I32>[] {
  const at = f.variable(first);
  return Array.from({ length: height }, (_, i) => {
    if (i > 0) f.when(I32.constant(i).lt(count), () => at.set(at.value.add(stride)));
    return f.variable(at.value);
  });
}

export type Tile = readonly (readonly Variable<F32x4>[])[];

export function zeroTile(f: FunctionBody, height = TILE_ROWS): Tile {
  return Array.from({ length: height }, () => [0, 0].map((zero) => f.variable(F32x4.constant(zero))));
}

/**
 * Adds to a tile's sums: each step, up to the end of the right panel, adds an element of each row of the left side times
 * a row of the panel. From one turn of steps to the next there are `turn` bytes. `madd` is x·y + z.
 */
export function addSteps(
  f: FunctionBody,
  sums: Tile,
  lefts: readonly Variable<I32>[],
  turn: I32 | number,
  right: Variable<I32>,
  end: I32,
  madd = (x: F32x4, y: F32x4, z: F32x4): F32x4 => f.madd(x, y, z),
): void {
  const [packed] = lefts.length === 1 ? lefts : [];
  const ends = Array.from({ length: TURN - 1 }, (_, k) => f.let(end.sub(PANEL_STEP * (k + 1))));
  f.turns(TURN, (k) => {
    const row = [0, 16].map((half) => f.let(F32x4.load(right.value, PANEL_STEP * k + half)));
    sums.forEach((pair, i) => {
      const { value: left } = packed ?? (lefts[i] as Variable<I32>);
      const factor = f.let(F32x4.loadSplat(left, 4 * (k + (packed === undefined ? 0 : TURN * i))));
      pair.forEach((sum, half) => {
        sum.set(madd(factor, row[half] as F32x4, sum.value));
      });
    });
    const last = ends[k];
    if (last !== undefined) return right.value.ne(last);
    for (const left of lefts) left.set(left.value.add(turn));
    right.set(right.value.add(PANEL_STEP * TURN));
    return right.value.ne(end);
  });
}

/** Where a tile goes: what is there of it, in rows and columns, may be less than the whole. */
export interface TilePlace {
  readonly corner: I32;
  /** Bytes from row to row. */
  readonly stride: I32;
  readonly rows: I32;
  readonly columns: I32;
  readonly accumulate: I32;
  /** Memory for a tile. */
  readonly spare: I32;
}

/** Writes a tile, or adds it. */
export function storeTile(f: FunctionBody, sums: Tile, place: TilePlace): void {
  const { corner, stride, accumulate, spare } = place;
  const rows = f.let(place.rows.min(I32.constant(sums.length)));
  const columns = f.let(place.columns.min(I32.constant(TILE_COLUMNS)));
  const isPart = f.let(rows.mul(columns).ne(sums.length * TILE_COLUMNS));
  const step = f.let(isPart.select(I32.constant(PANEL_STEP), stride));
  const there = { at: corner, rowStride: stride, columnStride: I32.constant(4) };
  const here = { at: spare, rowStride: step, columnStride: I32.constant(4) };
  const each = (visit: (at: I32, sum: Variable<F32x4>, offset: number) => void): void => {
    const at = f.variable(isPart.select(spare, corner));
    for (const pair of sums) {
      pair.forEach((sum, half) => {
        visit(at.value, sum, 16 * half);
      });
      at.set(at.value.add(step));
    }
  };
  f.when(accumulate, () => {
    f.when(isPart, () => copyMatrix(f, there, here, rows, columns));
    each((at, sum, offset) => sum.set(sum.value.add(F32x4.load(at, offset))));
  });
  each((at, sum, offset) => f.store(at, sum.value, offset));
  f.when(isPart, () => copyMatrix(f, here, there, rows, columns));
}
