import type { FunctionHandle } from "../emitter/code.ts";
import type { ModuleBuilder } from "../emitter/module.ts";
import { I32 } from "../emitter/scalar.ts";
import type { F32x4 } from "../emitter/vector.ts";
import { addSteps, storeTile, TILE_ROWS, TURN, zeroTile } from "../matmul/tile.ts";
import { addPresent } from "./absent.ts";

/** What `panel` is called with, in bytes but for the numbers of places, of lines and taps, and of columns. */
const PARAMETERS = [
  // The places of the window in an image, and how many stand in a line.
  "places",
  "width",
  // Where the window's first element lies at the first place; from place to place, and to the first of the next line.
  "a",
  "step",
  "jump",
  // The window: runs of elements side by side, in lines of taps, and the bytes of a run's part of the panel.
  "windowLines",
  "windowLine",
  "taps",
  "tap",
  "runBytes",
  // A packed panel of the weights, and the results.
  "panel",
  "y",
  "yPlace",
  "columns",
  "spare",
] as const;

/**
 * Adds a function that computes up to eight channels of a convolution's result at all places of an image, four places at
 * a time: a product whose rows are what the window meets, read where it lies. If elements are `marked`, it leaves them out.
 */
export function definePanel(module: ModuleBuilder, marked: boolean): FunctionHandle {
  return module.define(marked ? "marked" : "panel", PARAMETERS, (f, p) => {
    const present = (x: F32x4, y: F32x4, z: F32x4): F32x4 => addPresent(f, x, y, z);
    const at = f.variable(p.a);
    const corner = f.variable(p.y);
    const rest = f.variable(p.places);
    const left = f.variable(p.width);
    /** Goes on to the next place. */
    const advance = (): void => {
      left.set(left.value.sub(1));
      f.when(
        left.value,
        () => at.set(at.value.add(p.step)),
        () => {
          left.set(p.width);
          at.set(at.value.add(p.jump));
        },
      );
    };
    f.range(0, p.places, TILE_ROWS, () => {
      const starts = Array.from({ length: TILE_ROWS }, (_, i) => {
        // Places that do not exist are the last one again.
        if (i > 0) f.when(I32.constant(i).lt(rest.value), advance);
        return f.let(at.value);
      });
      advance();
      const sums = zeroTile(f);
      const right = f.variable(p.panel);
      const line = f.variable(I32.constant(0));
      f.times(p.windowLines, () => {
        const offset = f.variable(line.value);
        f.times(p.taps, () => {
          const rows = starts.map((start) => f.variable(start.add(offset.value)));
          const end = f.let(right.value.add(p.runBytes));
          addSteps(f, sums, rows, 4 * TURN, right, end, marked ? present : undefined);
          right.set(end);
          offset.set(offset.value.add(p.tap));
        });
        line.set(line.value.add(p.windowLine));
      });
      storeTile(f, sums, {
        corner: corner.value,
        stride: p.yPlace,
        rows: rest.value,
        columns: p.columns,
        accumulate: I32.constant(0),
        spare: p.spare,
      });
      corner.set(corner.value.add(p.yPlace.mul(TILE_ROWS)));
      rest.set(rest.value.sub(TILE_ROWS));
    });
  });
}
