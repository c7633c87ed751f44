import { portable } from "@scoretape/autograd";
import { column, type Table } from "@scoretape/score/tables";
import { cellCentres, type Frame, type Range } from "./frame.ts";

/**
 * A Gaussian kernel's standard deviation for a sample of n points in d dimensions:
 * h = 0.7 · min(s, IQR / 1.349) · n^(−1/(d + 4)), less than suits a single normal hump (Silverman 1986,
 * sections 3.4.2 and 4.3.2), since the densities drawn here tend to have several.
 */
export function bandwidth(values: Float64Array, dimensions = 1): number {
  const n = values.length;
  const mean = values.reduce((total, value) => total + value / n, 0);
  const deviation = Math.sqrt(values.reduce((total, value) => total + portable.pow(value - mean, 2) / n, 0));
  const sorted = values.toSorted();
  const quartiles = (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 1.349;
  const spread = quartiles > 0 ? Math.min(deviation, quartiles) : deviation;
  return (spread > 0 ? spread : 1) * 0.7 * portable.pow(n, -1 / (dimensions + 4));
}

/** Kernel density estimate at the cell centres of a range, [count]: p(x) = (1/n) Σᵢ N(x; xᵢ, h²). */
export function density1d(values: Float64Array, range: Range, count: number): Float64Array {
  const weights = kernel(values, cellCentres(range, count), bandwidth(values));
  const density = new Float64Array(count);
  for (const row of weights)
    for (let c = 0; c < count; c++) density[c] = (density[c] as number) + (row[c] as number);
  return density.map((total) => total / values.length);
}

/**
 * Kernel density estimate of two-dimensional points at the grid points of a frame, [rows · columns] in the
 * order of `gridPoints`: p(x, y) = (1/n) Σᵢ N(x; xᵢ, hₓ²) N(y; yᵢ, h_y²).
 */
export function density2d(points: Table, frame: Frame, columns: number, rows: number): Float64Array {
  const xs = column(points, 0);
  const ys = column(points, 1);
  const inX = kernel(xs, cellCentres(frame.x, columns), bandwidth(xs, 2));
  const inY = kernel(ys, cellCentres(frame.y, rows), bandwidth(ys, 2));
  const density = new Float64Array(rows * columns);
  for (let i = 0; i < points.rows; i++) {
    const alongX = inX[i] as Float64Array;
    const alongY = inY[i] as Float64Array;
    for (let r = 0; r < rows; r++) {
      const weight = (alongY[r] as number) / points.rows;
      if (weight === 0) continue;
      for (let c = 0; c < columns; c++) {
        const at = r * columns + c;
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
