import { portable } from "@scoretape/autograd";
import { type Axis, binnedDensity, cellOf } from "./binned.ts";
import { cellCentres, type Frame } from "./frame.ts";

/** The values of a column, and how widely most of them are spread. */
export interface Variable {
  readonly values: Float64Array;
  /** min(s, IQR / 1.349), 1 where all values are equal. */
  readonly spread: number;
}

/** A column as a density needs it: its spread takes a sort, and is told once for all pictures of it. */
export function variableOf(values: Float64Array): Variable {
  const n = values.length;
  const mean = values.reduce((total, value) => total + value / n, 0);
  const deviation = Math.sqrt(values.reduce((total, value) => total + portable.pow(value - mean, 2) / n, 0));
  const sorted = values.toSorted();
  const quartiles = (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 1.349;
  const spread = quartiles > 0 ? Math.min(deviation, quartiles) : deviation;
  return { values, spread: spread > 0 ? spread : 1 };
}

/**
 * A Gaussian kernel's standard deviation for a sample of n points of the plane: h = 0.7 · min(s, IQR / 1.349) · n^(−1/6),
 * less than suits a single normal hump (Silverman 1986, sections 3.4.2 and 4.3.2), since the densities drawn here
 * tend to have several.
 */
export function bandwidth({ values, spread }: Variable): number {
  return spread * 0.7 * portable.pow(values.length, -1 / 6);
}

/** Of more points the sum over all of them and all cells would take seconds. */
export const MOST_SUMMED = 5000;

/**
 * Kernel density estimate of n points (x, y) at the grid points of a frame, [rows · columns] in the order of `gridPoints`:
 * p(x, y) = (1/n) Σᵢ N(x; xᵢ, hₓ²) N(y; yᵢ, h_y²). Of more than 5,000 points it is `binnedDensity`, of kernels that are
 * at least half a cell wide: what is finer does not show.
 */
export function density2d(
  x: Variable,
  y: Variable,
  frame: Frame,
  columns: number,
  rows: number,
): Float64Array {
  const [inX, inY] = [
    { values: x.values, range: frame.x, count: columns, h: bandwidth(x) },
    { values: y.values, range: frame.y, count: rows, h: bandwidth(y) },
  ];
  if (x.values.length <= MOST_SUMMED) return summedDensity(inX, inY);
  const wide = (axis: Axis): Axis => ({ ...axis, h: Math.max(axis.h, 0.5 * cellOf(axis)) });
  return binnedDensity(wide(inX), wide(inY));
}

/** The estimate as it is written: all points at all cells. */
export function summedDensity(x: Axis, y: Axis): Float64Array {
  const n = x.values.length;
  const [inX, inY] = [x, y].map((axis) => kernel(axis.values, cellCentres(axis.range, axis.count), axis.h));
  const density = new Float64Array(y.count * x.count);
  for (let i = 0; i < n; i++) {
    const alongX = inX?.[i] ?? density;
    const alongY = inY?.[i] ?? density;
    for (let r = 0; r < y.count; r++) {
      const weight = (alongY[r] as number) / n;
      if (weight === 0) continue;
      for (let c = 0; c < x.count; c++) {
        const at = r * x.count + c;
        density[at] = (density[at] as number) + weight * (alongX[c] as number);
      }
    }
  }
  return density;
}

/**
 * For each cell of a grid the share of all probability that lies in cells of lower density, from 0 in the
 * tails to nearly 1 at the highest peak: the contour at 1 − p is the edge of the region of highest density
 * that holds the share p (Hyndman 1996).
 */
export function lowerMass(density: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from({ length: density.length }, (_, i) => i).sort(
    (a, b) => (density[a] as number) - (density[b] as number),
  );
  const total = order.reduce((sum, cell) => sum + (density[cell] as number), 0);
  const shares = new Float64Array(density.length);
  let below = 0;
  for (const cell of order) {
    shares[cell] = total > 0 ? below / total : 0;
    below += density[cell] as number;
  }
  return shares;
}

/** √(p / max p), from 0 to 1: its equal steps show low modes beside high ones, and what is even as even. */
export function rootDensity(density: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(density);
  const highest = values.reduce((most, value) => Math.max(most, value), 0);
  return values.map((value) => (highest > 0 ? Math.sqrt(value / highest) : 0));
}

/** The value below which the share p of ascending values lies, linear between neighbours. */
export function quantile(sorted: Float64Array, p: number): number {
  const position = p * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below] ?? Number.NaN;
  const high = sorted[below + 1] ?? low;
  return low + (position - below) * (high - low);
}

/** N(at; value, h²) for every value (rows) and every place (columns). */
function kernel(values: Float64Array, places: Float64Array, h: number): Float64Array[] {
  const peak = 1 / (h * Math.sqrt(2 * Math.PI));
  return Array.from(values, (value) =>
    places.map((place) => peak * portable.exp(-0.5 * portable.pow((place - value) / h, 2))),
  );
}
