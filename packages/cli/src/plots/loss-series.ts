import { portable } from "@scoretape/autograd";
import { quantile } from "./density.ts";
import type { Range } from "./frame.ts";

/** Losses at rising step numbers. */
export interface Series {
  readonly steps: ArrayLike<number>;
  readonly losses: ArrayLike<number>;
}

export interface CurvePoint {
  readonly step: number;
  readonly loss: number;
}

export type AxisType = "linear" | "log";

/** The series as points, without the values that are not finite. */
export function pointsOf({ steps, losses }: Series): CurvePoint[] {
  return Array.from({ length: steps.length }, (_, i) => ({
    step: steps[i] as number,
    loss: losses[i] ?? Number.NaN,
  })).filter(({ loss }) => Number.isFinite(loss));
}

/**
 * "log" where the loss falls further in the first tenth of the run than in all the rest, so that the start is
 * not a vertical line at the picture's edge.
 */
export function stepAxis(points: readonly CurvePoint[]): AxisType {
  const first = points[0]?.step ?? 0;
  const last = points.at(-1)?.step ?? 0;
  if (first <= 0 || last < 20 * first) return "linear";
  const mean = (from: number, to: number): number => {
    const part = points.filter(({ step }) => step >= from * last && step <= to * last);
    return part.reduce((sum, { loss }) => sum + loss / part.length, 0);
  };
  const start = mean(0, 0.01);
  const tenth = mean(0.08, 0.12);
  const end = mean(0.9, 1);
  return start - tenth > Math.abs(tenth - end) ? "log" : "linear";
}

/**
 * Means over a window that slides along the axis as it is drawn: a thirtieth of the run each way on a linear
 * axis, steps within a factor of 1.25 on a logarithmic one. Near the ends the window shrinks evenly on
 * both sides, to half its reach at most.
 */
export function smooth(points: readonly CurvePoint[], axis: AxisType): CurvePoint[] {
  if (points.length < 30) return [...points];
  const place = axis === "log" ? portable.log : (step: number): number => step;
  const at = points.map(({ step }) => place(step));
  const [low, high] = [at[0] as number, at.at(-1) as number];
  const reach = axis === "log" ? portable.log(1.25) : (high - low) / 30;
  const sums = new Float64Array(points.length + 1);
  points.forEach(({ loss }, i) => {
    sums[i + 1] = (sums[i] as number) + loss;
  });
  let from = 0;
  let to = 0;
  return points.map(({ step }, i) => {
    const centre = at[i] as number;
    const window = Math.max(reach / 2, Math.min(reach, centre - low, high - centre));
    while ((at[from] as number) < centre - window) from++;
    while (to < at.length && (at[to] as number) <= centre + window) to++;
    return { step, loss: ((sums[to] as number) - (sums[from] as number)) / (to - from) };
  });
}

/**
 * At most four points for each of `count` equal stretches of the axis: its first, lowest, highest and last, in
 * their order, which a line through all of them cannot be told from.
 */
export function thin(points: readonly CurvePoint[], axis: AxisType, count: number): CurvePoint[] {
  if (points.length <= 4 * count) return [...points];
  const place = axis === "log" ? portable.log : (step: number): number => step;
  const low = place(points[0]?.step ?? 1);
  const width = (place(points.at(-1)?.step ?? 1) - low) / count;
  const stretch = points.map(({ step }) => Math.floor((place(step) - low) / width));
  const lossAt = (i: number): number => points[i]?.loss ?? Number.NaN;
  const kept = new Set<number>();
  let start = 0;
  for (let end = 1; end <= points.length; end++) {
    if (end < points.length && stretch[end] === stretch[start]) continue;
    let lowest = start;
    let highest = start;
    for (let i = start; i < end; i++) {
      if (lossAt(i) < lossAt(lowest)) lowest = i;
      if (lossAt(i) > lossAt(highest)) highest = i;
    }
    for (const i of [start, lowest, highest, end - 1]) kept.add(i);
    start = end;
  }
  return points.filter((_, i) => kept.has(i));
}

/**
 * The losses to show: all of the smoothed curves, unless their start towers over the rest, and the middle 98 %
 * of the single steps' losses.
 */
export function lossRange(single: readonly CurvePoint[], curves: readonly (readonly CurvePoint[])[]): Range {
  const rising = (points: readonly CurvePoint[]): Float64Array =>
    Float64Array.from(points, ({ loss }) => loss).sort();
  const smoothed = rising(curves.flat());
  const steps = rising(single);
  const low = smoothed[0] ?? 0;
  const upper = quantile(smoothed, 0.75);
  const ceiling = Math.min(smoothed.at(-1) ?? 1, upper + 6 * Math.max(upper - low, 1e-12));
  const bottom =
    steps.length > 0 ? Math.min(low, Math.max(quantile(steps, 0.01), low - (ceiling - low))) : low;
  const top =
    steps.length > 0
      ? Math.max(ceiling, Math.min(quantile(steps, 0.99), ceiling + (ceiling - low)))
      : ceiling;
  const padding = top > bottom ? 0.04 * (top - bottom) : 0.5;
  return [bottom - padding, top + padding];
}
