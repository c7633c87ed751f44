import type { FunctionHandle } from "../emitter/code.ts";
import type { ModuleBuilder } from "../emitter/module.ts";
import { F32x4 } from "../emitter/vector.ts";
import { storeTile, TILE_COLUMNS, TURN, zeroTile } from "../matmul/tile.ts";
import { addPresent } from "./absent.ts";

/** What `outer` is called with, in bytes but for numbers of lines, places, rows and columns. */
const PARAMETERS = [
  // Elements that the window meets at the first place; from place to place, and from line to line of places.
  "a",
  "step",
  "line",
  "lines",
  "width",
  // The other factor: from place to place.
  "b",
  "bStep",
  // Rows and columns of what is summed; whether it goes on.
  "k",
  "kRow",
  "rows",
  "columns",
  "accumulate",
  "spare",
] as const;

/**
 * Adds a function that sums outer products over places, k[i, j] = Σₚ a[p, i]·b[p, j], for up to four neighbouring rows
 * and all columns, a tile at a time. What it reads behind the rows and the columns that there are, it does not use. If elements of a
 * are `marked`, it leaves them out.
 */
export function defineOuter(module: ModuleBuilder, marked: boolean): FunctionHandle {
  return module.define(marked ? "marked" : "outer", PARAMETERS, (f, p) => {
    const lineBytes = f.let(p.bStep.mul(p.width));
    const [start, corner] = [f.variable(p.b), f.variable(p.k)];
    f.range(0, p.columns, TILE_COLUMNS, (column) => {
      const sums = zeroTile(f);
      const [line, right] = [f.variable(p.a), f.variable(start.value)];
      f.times(p.lines, () => {
        const left = f.variable(line.value);
        const end = f.let(right.value.add(lineBytes));
        f.turns(TURN, () => {
          const row = [0, 16].map((half) => f.let(F32x4.load(right.value, half)));
          sums.forEach((pair, i) => {
            const factor = f.let(F32x4.loadSplat(left.value, 4 * i));
            pair.forEach((sum, half) => {
              const [x, y, z] = [factor, row[half] as F32x4, sum.value];
              sum.set(marked ? addPresent(f, x, y, z) : f.madd(x, y, z));
            });
          });
          left.set(left.value.add(p.step));
          right.set(right.value.add(p.bStep));
          return right.value.ne(end);
        });
        line.set(line.value.add(p.line));
      });
      storeTile(f, sums, {
        corner: corner.value,
        stride: p.kRow,
        rows: p.rows,
        columns: f.let(p.columns.sub(column)),
        accumulate: p.accumulate,
        spare: p.spare,
      });
      start.set(start.value.add(4 * TILE_COLUMNS));
      corner.set(corner.value.add(4 * TILE_COLUMNS));
    });
  });
}
