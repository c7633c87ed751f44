import type { FunctionBody } from "../emitter/body.ts";
import type { FunctionHandle } from "../emitter/code.ts";
import { ModuleBuilder, type Target } from "../emitter/module.ts";
import { I32 } from "../emitter/scalar.ts";
import { definePack } from "../matmul/pack.ts";
import { TILE_COLUMNS } from "../matmul/tile.ts";
import { clearFrame, hasNonFinite } from "./absent.ts";
import { ELEMENT, FRAME_PARAMETERS, placeImage } from "./frame.ts";
import { definePanel } from "./panel.ts";

/** The parameters of `sweep`; strides and addresses are in bytes. */
export const SWEEP_PARAMETERS = [
  "images",
  "x",
  "xImage",
  "xGroup",
  ...FRAME_PARAMETERS,
  "groups",
  "places",
  "width",
  "step",
  "jump",
  "windowLines",
  "windowLine",
  "taps",
  "tap",
  "run",
  // The weights, tap by tap in the order in which the window has them: the steps of a tap are the channels that it sums.
  "k",
  "kTaps",
  "kTap",
  "kSteps",
  "kStep",
  "kColumn",
  "kGroup",
  "y",
  "yImage",
  "yGroup",
  "yPlace",
  "columns",
  "scratch",
] as const;

type Sweep = Readonly<Record<(typeof SWEEP_PARAMETERS)[number], I32>>;

/** The first bytes of the scratch memory hold a tile, also what is read behind an array that ends there. */
const SPARE = 128;

/** Bytes of the scratch memory: a spare tile, an image in its frame, and the packed weights. */
export function sweepScratchBytes(frame: number, groups: number, columns: number, steps: number): number {
  return SPARE + frame + groups * Math.ceil(columns / TILE_COLUMNS) * TILE_COLUMNS * ELEMENT * steps;
}

/**
 * A module with `sweep`: a window goes over images, y[n, p, j] = Σ x[n, what the window meets at p]·k[·, j], group by group
 * of channels. The weights are packed into panels of columns, and each image is put into its frame, once.
 */
export function sweepModule(target: Target): ModuleBuilder {
  const module = new ModuleBuilder(target);
  const pack = definePack(module, "pack", TILE_COLUMNS);
  const [panel, marked] = [definePanel(module, false), definePanel(module, true)];
  module.define("sweep", SWEEP_PARAMETERS, (f, p) => {
    const frame = f.let(p.scratch.add(SPARE));
    const packed = f.let(frame.add(p.frameBytes));
    packWeights(f, p, pack, packed);
    const runBytes = f.let(p.run.mul(ELEMENT * TILE_COLUMNS));
    const panelBytes = f.let(p.kTaps.mul(p.kSteps).mul(ELEMENT * TILE_COLUMNS));
    const isMarked = hasNonFinite(
      f,
      packed,
      panelBytes.mul(p.groups).mul(p.columns.add(TILE_COLUMNS - 1).shr(3)),
    );
    clearFrame(f, frame, p.frameBytes, isMarked);
    const [image, result] = [f.variable(p.x), f.variable(p.y)];
    f.times(p.images, () => {
      const from = f.variable(placeImage(f, p, image.value, frame));
      const to = f.variable(result.value);
      const weights = f.variable(packed);
      f.times(p.groups, () => {
        f.range(0, p.columns, TILE_COLUMNS, (column) => {
          const values = [
            ...[p.places, p.width, from.value, p.step, p.jump],
            ...[p.windowLines, p.windowLine, p.taps, p.tap, runBytes, weights.value],
            ...[to.value.add(column.mul(ELEMENT)), p.yPlace, p.columns.sub(column), p.scratch],
          ];
          f.when(
            isMarked,
            () => f.call(marked, ...values),
            () => f.call(panel, ...values),
          );
          weights.set(weights.value.add(panelBytes));
        });
        from.set(from.value.add(p.xGroup));
        to.set(to.value.add(p.yGroup));
      });
      image.set(image.value.add(p.xImage));
      result.set(result.value.add(p.yImage));
    });
  });
  return module;
}

/** Packs the weights into panels: group by group, eight columns of all taps side by side. */
function packWeights(f: FunctionBody, p: Sweep, pack: FunctionHandle, packed: I32): void {
  const tapBytes = f.let(p.kSteps.mul(ELEMENT * TILE_COLUMNS));
  const [weights, to] = [f.variable(p.k), f.variable(packed)];
  f.times(p.groups, () => {
    f.range(0, p.columns, TILE_COLUMNS, (column) => {
      const width = f.let(f.let(p.columns.sub(column)).min(I32.constant(TILE_COLUMNS)));
      const from = f.variable(weights.value.add(p.kColumn.mul(column)));
      f.times(p.kTaps, () => {
        f.call(pack, from.value, p.kColumn, p.kStep, width, p.kSteps, to.value);
        from.set(from.value.add(p.kTap));
        to.set(to.value.add(tapBytes));
      });
    });
    weights.set(weights.value.add(p.kGroup));
  });
}
