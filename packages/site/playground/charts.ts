import { line } from "d3-shape";
import { type Axis, logAxis, niceAxis, type Tick } from "./axis.ts";

/** A point of a curve. */
export type Place = readonly [x: number, y: number];

export interface Curve {
  readonly path: string;
  readonly dots: readonly Place[];
}

/** The axes of a chart, with where their numbers stand. */
export interface Axes {
  readonly x: readonly Tick[];
  readonly y: readonly Tick[];
}

/** The size of a chart, and the room for the numbers of its axes. */
export const [WIDTH, HEIGHT, LEFT, RIGHT, BELOW] = [400, 180, 44, 16, 22];

interface Kinds {
  readonly x: "linear" | "log";
  readonly y: "linear" | "log";
}

function extent(values: readonly number[], kind: "linear" | "log"): [number, number] {
  const own = values.filter((value) => Number.isFinite(value) && (kind === "linear" || value > 0));
  if (own.length === 0) return kind === "log" ? [0.1, 1] : [0, 1];
  const [low, high] = [Math.min(...own), Math.max(...own)];
  if (low < high) return [low, high];
  return kind === "log" ? [low / 2, high * 2] : [low - 1, high + 1];
}

/** Curves in common axes. */
export function chart(curves: readonly (readonly Place[])[], kinds: Kinds): { curves: Curve[]; axes: Axes } {
  const axisOf = (j: 0 | 1, kind: "linear" | "log", range: readonly [number, number]): Axis => {
    const domain = extent(
      curves.flatMap((curve) => curve.map((place) => place[j])),
      kind,
    );
    return kind === "log" ? logAxis(domain, range) : niceAxis(domain, range);
  };
  const x = axisOf(0, kinds.x, [LEFT, WIDTH - RIGHT]);
  const y = axisOf(1, kinds.y, [HEIGHT - BELOW, 8]);
  const isShown = ([a, b]: Place): boolean => Number.isFinite(x.place(a)) && Number.isFinite(y.place(b));
  const drawn = line<Place>(
    ([a]) => x.place(a),
    ([, b]) => y.place(b),
  );
  return {
    curves: curves.map((curve) => {
      const shown = curve.filter(isShown);
      return { path: drawn(shown) ?? "", dots: shown.map(([a, b]) => [x.place(a), y.place(b)] as const) };
    }),
    axes: { x: x.ticks, y: y.ticks },
  };
}

/** So many points of a curve are told apart. */
const BINS = 150;

/** Means of equally many values after one another, each at the middle of its steps. */
export function binned(values: readonly number[]): Place[] {
  const size = Math.max(1, Math.ceil(values.length / BINS));
  return Array.from({ length: Math.ceil(values.length / size) }, (_, i) => {
    const part = values.slice(i * size, (i + 1) * size);
    return [i * size + (part.length + 1) / 2, part.reduce((sum, value) => sum + value, 0) / part.length];
  });
}
