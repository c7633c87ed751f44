import { portable, type Tensor, tensor } from "@scoretape/autograd";
import type { Score } from "@scoretape/score";
import { type Frame, gridPoints } from "../../plots/frame.ts";
import { densityFromScore2d } from "../../plots/potential.ts";
import { type Estimate, meanOf } from "../statistics.ts";

/** The density that a score of the plane stands for, on a grid. */
export interface GridDensity {
  readonly frame: Frame;
  readonly cells: number;
  /** [cells · cells], integrating to 1 over the frame. */
  readonly values: Float64Array;
}

/**
 * The density whose score is nearest to a given one on a grid of the plane: the gradient part of the score, integrated
 * and normalised over the frame (see `densityFromScore2d`). It stands for the score as far as that is a gradient.
 *
 * @param scale - The points' standard deviation: the frame reaches four of them to each side, and places far out count
 *   for little.
 */
export function densityOf(score: Score, scale: number, cells: number): GridDensity {
  const reach = 4 * scale;
  const frame: Frame = { x: [-reach, reach], y: [-reach, reach] };
  const points = tensor(gridPoints(frame, cells, cells), { shape: [cells * cells, 2], dtype: "float32" });
  const trust = Float64Array.from({ length: cells * cells }, (_, i) => {
    const squares =
      portable.pow(points.data[2 * i] as number, 2) + portable.pow(points.data[2 * i + 1] as number, 2);
    return portable.exp(-squares / (2 * (scale * scale))) + 1e-4;
  });
  return { frame, cells, values: densityFromScore2d(score(points).data, trust, frame, cells, cells) };
}

/** −log p of each point, [n], by the cell it is in; ∞ outside the frame. */
export function negativeLogDensity({ frame, cells, values }: GridDensity, x: Tensor): Float64Array {
  const width = (frame.x[1] - frame.x[0]) / cells;
  return Float64Array.from({ length: x.shape[0] ?? 0 }, (_, i) => {
    const column = Math.floor(((x.data[2 * i] as number) - frame.x[0]) / width);
    const row = Math.floor(((x.data[2 * i + 1] as number) - frame.y[0]) / width);
    const inside = column >= 0 && column < cells && row >= 0 && row < cells;
    return inside ? -portable.log(values[row * cells + column] as number) : Number.POSITIVE_INFINITY;
  });
}

/** The mean of −log p over points in the frame, beside that of another density at the same points. */
export function excess(
  own: Float64Array,
  exact: ArrayLike<number> | null,
): { readonly nll: Estimate; readonly excess: Estimate | null } {
  const inside = Array.from(own.keys()).filter((i) => Number.isFinite(own[i]));
  return {
    nll: meanOf(inside.map((i) => own[i] as number)),
    excess: exact === null ? null : meanOf(inside.map((i) => (own[i] as number) - (exact[i] as number))),
  };
}
