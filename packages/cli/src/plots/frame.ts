import { column, type Table } from "@scoretape/score/tables";

export type Range = readonly [low: number, high: number];

/** The rectangle of data space that a picture shows. */
export interface Frame {
  readonly x: Range;
  readonly y: Range;
}

const PADDING = 0.06;
const OVERHANG = 0.25;

/**
 * The range of a picture's axis: all of the data, and of the samples as much as lies within a quarter of the
 * data's span beyond them, so that one stray sample does not squeeze the picture.
 *
 * @throws RangeError if the data hold no finite value.
 */
export function rangeOf(data: ArrayLike<number>, samples: ArrayLike<number> = []): Range {
  const [low, high] = extent(data);
  if (low > high) throw new RangeError("rangeOf: the data hold no finite value to show");
  const reach = OVERHANG * (high - low);
  const [sampleLow, sampleHigh] = extent(samples);
  const left = Math.min(low, Math.max(sampleLow, low - reach));
  const right = Math.max(high, Math.min(sampleHigh, high + reach));
  const padding = right > left ? PADDING * (right - left) : 0.5;
  return [left - padding, right + padding];
}

/** The frame that shows two-dimensional data and samples of it. */
export function frameOf(data: Table, samples?: Table): Frame {
  const range = (j: number): Range =>
    rangeOf(column(data, j), samples === undefined ? [] : column(samples, j));
  return { x: range(0), y: range(1) };
}

/** The centres of `count` equal cells that fill a range, [count]. */
export function cellCentres([low, high]: Range, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => low + ((i + 0.5) / count) * (high - low));
}

/**
 * The cell centres of a columns × rows grid over a frame as points (x, y), [rows · columns, 2]: x runs
 * fastest, y rises from row to row. Scores and densities for the pictures are given at these points.
 */
export function gridPoints(frame: Frame, columns: number, rows: number): Float64Array {
  const xs = cellCentres(frame.x, columns);
  const ys = cellCentres(frame.y, rows);
  const points = new Float64Array(2 * columns * rows);
  let at = 0;
  for (const y of ys) {
    for (const x of xs) {
      points[at++] = x;
      points[at++] = y;
    }
  }
  return points;
}

export function contains([low, high]: Range, value: number): boolean {
  return value >= low && value <= high;
}

/** Smallest and largest finite value; [∞, −∞] where there is none. */
export function extent(values: ArrayLike<number>): Range {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}
