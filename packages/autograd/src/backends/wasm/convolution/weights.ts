import type { FunctionBody } from "../emitter/body.ts";
import { ModuleBuilder, type Target } from "../emitter/module.ts";
import { I32 } from "../emitter/scalar.ts";
import { TILE_ROWS } from "../matmul/tile.ts";
import { clearFrame, hasNonFinite } from "./absent.ts";
import { ELEMENT, FRAME_PARAMETERS, placeImage } from "./frame.ts";
import { defineOuter } from "./outer.ts";

/** The parameters of `weights`; strides and addresses are in bytes. */
export const WEIGHTS_PARAMETERS = [
  "images",
  "x",
  "xImage",
  "xGroup",
  ...FRAME_PARAMETERS,
  "groups",
  // The places of the window in an image, and how many lines of them are summed before the next tile.
  "lines",
  "width",
  "block",
  "step",
  "line",
  "windowLines",
  "windowLine",
  "taps",
  "tap",
  "run",
  "y",
  "yImage",
  "yGroup",
  "yPlace",
  "columns",
  "k",
  "kRow",
  "kGroup",
  // The tiles of rows that are computed.
  "first",
  "last",
  "scratch",
] as const;

type Weights = Readonly<Record<(typeof WEIGHTS_PARAMETERS)[number], I32>>;

/** The first bytes of the scratch memory hold a tile, also what is read behind an array that ends there. */
const SPARE = 128;

/** Bytes of the scratch memory: a spare tile, and an image in its frame. */
export function weightsScratchBytes(frame: number): number {
  return SPARE + frame;
}

/**
 * A module with `weights`: what a window's weights are to be multiplied with, k[i, j] = Σ over images n and places p of
 * x[n, what the window's element i meets at p]·y[n, p, j], group by group of channels.
 */
export function weightsModule(target: Target): ModuleBuilder {
  const module = new ModuleBuilder(target);
  const [outer, marked] = [defineOuter(module, false), defineOuter(module, true)];
  module.define("weights", WEIGHTS_PARAMETERS, (f, p) => {
    const frame = f.let(p.scratch.add(SPARE));
    const yBytes = f.let(p.yPlace.mul(p.width).mul(p.lines));
    const isMarked = f.variable(I32.constant(0));
    clearFrame(f, frame, p.frameBytes, isMarked.value);
    const [image, result] = [f.variable(p.x), f.variable(p.y)];
    const accumulate = f.variable(I32.constant(0));
    f.times(p.images, () => {
      f.when(p.frameBytes, () => {
        const isHard = hasNonFinite(f, result.value, yBytes);
        f.when(isHard.ne(isMarked.value), () => {
          isMarked.set(isHard);
          clearFrame(f, frame, p.frameBytes, isHard);
        });
      });
      const start = f.variable(placeImage(f, p, image.value, frame));
      const right = f.variable(result.value);
      f.range(0, p.lines, p.block, (first) => {
        const lines = f.let(f.let(p.lines.sub(first)).min(p.block));
        eachTile(f, p, ({ at, rows, k, group }) => {
          const values = [
            ...[start.value.add(at), p.step, p.line, lines, p.width],
            ...[right.value.add(p.yGroup.mul(group)), p.yPlace],
            ...[k, p.kRow, rows, p.columns, accumulate.value, p.scratch],
          ];
          f.when(
            isMarked.value,
            () => f.call(marked, ...values),
            () => f.call(outer, ...values),
          );
        });
        start.set(start.value.add(p.line.mul(lines)));
        right.set(right.value.add(p.yPlace.mul(p.width).mul(lines)));
        accumulate.set(I32.constant(1));
      });
      image.set(image.value.add(p.xImage));
      result.set(result.value.add(p.yImage));
    });
  });
  return module;
}

interface WeightTile {
  /** How far the window's elements of the tile's rows are from where the window begins. */
  readonly at: I32;
  readonly rows: I32;
  /** Where the tile goes. */
  readonly k: I32;
  readonly group: I32;
}

/** Visits the tiles of rows that are computed: up to four elements of a run, run by run of the window, group by group. */
function eachTile(f: FunctionBody, p: Weights, visit: (tile: WeightTile) => void): void {
  const number = f.variable(I32.constant(0));
  const kRun = f.let(p.kRow.mul(p.run));
  f.times(p.groups, (group) => {
    const k = f.variable(p.k.add(p.kGroup.mul(group)));
    const line = f.variable(p.xGroup.mul(group));
    f.times(p.windowLines, () => {
      const tap = f.variable(line.value);
      f.times(p.taps, () => {
        f.range(0, p.run, TILE_ROWS, (row) => {
          f.when(p.first.le(number.value).and(number.value.lt(p.last)), () => {
            visit({
              at: f.let(tap.value.add(row.mul(ELEMENT))),
              rows: f.let(p.run.sub(row)),
              k: f.let(k.value.add(p.kRow.mul(row))),
              group,
            });
          });
          number.set(number.value.add(1));
        });
        k.set(k.value.add(kRun));
        tap.set(tap.value.add(p.tap));
      });
      line.set(line.value.add(p.windowLine));
    });
  });
}
