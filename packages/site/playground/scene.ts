import { contours } from "d3-contour";
import { linearAxis } from "./axis.ts";
import { arrowsIn, cellsIn, placesOf } from "./places.ts";

/** What a picture of the plane shows: standardised points, x and y in turn. */
export interface Scene {
  readonly reach: number;
  readonly data: ArrayLike<number> | null;
  readonly samples: ArrayLike<number> | null;
  readonly field: ArrayLike<number> | null;
  /** log p at the middles of cells. */
  readonly density: ArrayLike<number> | null;
  /** What 0 and 1 are in the data's own units, along x and y. */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** The parts of a picture by their inks. */
export type Ink = "data" | "samples" | "field" | "density" | "text";

export interface Layer {
  readonly ink: Ink;
  readonly path: string;
  /** The width of its line; it is filled where there is none. */
  readonly line?: number;
  readonly opacity?: number;
}

export interface Label {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly anchor: "start" | "middle" | "end";
}

/** The side of a picture, in the units of its paths. */
export const SIDE = 400;

const short = (value: number): string => String(Math.round(10 * value) / 10);

function dots(points: ArrayLike<number>, reach: number, radius: number): string {
  const parts: string[] = [];
  for (let i = 0; i + 1 < points.length; i += 2) {
    const [x = 0, y = 0] = [points[i], points[i + 1]];
    if (Math.abs(x) > reach || Math.abs(y) > reach) continue;
    const [left, top] = [SIDE * (0.5 + x / (2 * reach)) - radius, SIDE * (0.5 - y / (2 * reach))];
    parts.push(
      `M${short(left)} ${short(top)}a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0`,
    );
  }
  return parts.join("");
}

function fieldOf(values: ArrayLike<number>, reach: number): string {
  const square = arrowsIn(reach);
  const places = placesOf(square);
  const cell = SIDE / square.side;
  const parts: string[] = [];
  for (let i = 0; i + 1 < values.length; i += 2) {
    const [u = 0, v = 0] = [values[i], values[i + 1]];
    const size = Math.hypot(u, v);
    if (!(size > 0 && size < Number.POSITIVE_INFINITY)) continue;
    // A score of σ·s = 1 is half a cell long; longer ones do not cover their neighbours.
    const length = cell * Math.min(0.9, 0.5 * size);
    const [dx, dy] = [(length * u) / size, (-length * v) / size];
    const [x, y] = [
      SIDE * (0.5 + (places[i] ?? 0) / (2 * reach)),
      SIDE * (0.5 - (places[i + 1] ?? 0) / (2 * reach)),
    ];
    const [ax, ay] = [x + dx / 2, y + dy / 2];
    const barb = (turn: number): string =>
      `M${short(ax)} ${short(ay)}l${short(-0.35 * dx + turn * dy)} ${short(-0.35 * dy - turn * dx)}`;
    parts.push(
      `M${short(x - dx / 2)} ${short(y - dy / 2)}L${short(ax)} ${short(ay)}${barb(0.22)}${barb(-0.22)}`,
    );
  }
  return parts.join("");
}

/** Each contour is so many nats below the one before. */
const NATS = [8, 6, 4, 3, 2, 1, 0.5];

function densityOf(values: ArrayLike<number>, reach: number): Layer[] {
  const { side } = cellsIn(reach);
  // Contours count rows from above.
  const rows = Array.from({ length: side * side }, (_, k) => {
    const row = side - 1 - Math.floor(k / side);
    return values[row * side + (k % side)] ?? Number.NEGATIVE_INFINITY;
  });
  const top = Math.max(...rows);
  const at = (count: number): string => short((SIDE * count) / side);
  return contours()
    .size([side, side])
    .thresholds(NATS.map((nats) => top - nats))(rows)
    .map(({ coordinates }) => ({
      ink: "density" as const,
      opacity: 0.13,
      path: coordinates
        .flatMap((polygon) =>
          polygon.map((ring) => `M${ring.map(([x = 0, y = 0]) => `${at(x)} ${at(y)}`).join("L")}Z`),
        )
        .join(""),
    }));
}

/** A picture as paths, the hindmost first. */
export function layersOf({ reach, data, samples, field, density }: Scene): Layer[] {
  return [
    ...(density === null ? [] : densityOf(density, reach)),
    ...(data === null ? [] : [{ ink: "data", path: dots(data, reach, 1.6), opacity: 0.75 } as const]),
    ...(samples === null
      ? []
      : [{ ink: "samples", path: dots(samples, reach, 1.9), opacity: 0.85 } as const]),
    ...(field === null ? [] : [{ ink: "field", path: fieldOf(field, reach), line: 1.1 } as const]),
  ];
}

/** The numbers along the lower and the left edge, in the data's own units. */
export function labelsOf({ reach, mean, deviation }: Pick<Scene, "reach" | "mean" | "deviation">): Label[] {
  const along = (j: 0 | 1) => {
    const [middle, unit] = [mean[j] ?? 0, deviation[j] ?? 1];
    const ends = [middle - reach * unit, middle + reach * unit] as const;
    const { ticks } = linearAxis(ends, j === 0 ? [0, SIDE] : [SIDE, 0]);
    return ticks.filter(({ at }) => at > 24 && at < SIDE - 24);
  };
  return [
    ...along(0).map(({ at, text }) => ({ x: at, y: SIDE - 5, text, anchor: "middle" as const })),
    ...along(1).map(({ at, text }) => ({ x: 5, y: at + 4, text, anchor: "start" as const })),
  ];
}
