import { portable } from "@scoretape/autograd";
import type { Range } from "./frame.ts";

/**
 * The density whose score is given at the `count` cell centres of a range, [count]: exp of the score's
 * integral by the trapezoid rule, scaled to integrate to 1 over the range.
 *
 * @throws RangeError if a score is not finite.
 */
export function densityFromScore1d(score: ArrayLike<number>, range: Range): Float64Array {
  checkValues("densityFromScore1d", "score", score, score.length);
  const spacing = (range[1] - range[0]) / score.length;
  const logDensity = new Float64Array(score.length);
  for (let i = 1; i < score.length; i++) {
    const mean = 0.5 * ((score[i - 1] as number) + (score[i] as number));
    logDensity[i] = (logDensity[i - 1] as number) + spacing * mean;
  }
  return normalised(logDensity, spacing);
}

/**
 * exp(−E) at the grid points of a frame, from the energies there, [rows · columns], scaled to integrate to 1 over the frame.
 *
 * @throws RangeError if an energy is not finite, or their number does not match the grid.
 */
export function densityFromEnergy(
  energies: ArrayLike<number>,
  { x, y }: { readonly x: Range; readonly y: Range },
  columns: number,
  rows: number,
): Float64Array {
  checkValues("densityFromEnergy", "energies", energies, columns * rows);
  const cell = ((x[1] - x[0]) / columns) * ((y[1] - y[0]) / rows);
  return normalised(
    Float64Array.from(energies, (value) => -value),
    cell,
  );
}

/** Two grid cells side by side, and what the score says of φ(to) − φ(from). */
interface Edges {
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  readonly rise: Float64Array;
  readonly weight: Float64Array;
}

/**
 * The density whose score comes nearest to the given one, at the grid points of a frame, scaled to integrate
 * to 1: exp(φ), where φ minimises Σ w (φ(b) − φ(a) − ½ (s(a) + s(b)) · (b − a))² over neighbouring cells a, b.
 * That is the discrete Poisson equation Δφ = ∇ · s (the gradient part of Helmholtz's decomposition), solved
 * by conjugate gradients.
 *
 * @param score - Scores at the cell centres of a columns × rows grid over the frame, [rows · columns, 2].
 * @param weights - How far the score is to be trusted at each cell, [rows · columns], all positive: a model
 *   knows the score where data are, so a rough density serves.
 * @throws RangeError if a score or a weight is not finite, a weight is not positive, or their numbers do not
 *   match the grid.
 */
export function densityFromScore2d(
  score: ArrayLike<number>,
  weights: ArrayLike<number>,
  { x, y }: { readonly x: Range; readonly y: Range },
  columns: number,
  rows: number,
): Float64Array {
  checkValues("densityFromScore2d", "score", score, 2 * columns * rows);
  checkValues("densityFromScore2d", "weights", weights, columns * rows, 0);
  const dx = (x[1] - x[0]) / columns;
  const dy = (y[1] - y[0]) / rows;
  const edges = edgesOf(score, weights, dx, dy, columns, rows);
  return normalised(leastSquares(edges, columns * rows), dx * dy);
}

function edgesOf(
  score: ArrayLike<number>,
  weights: ArrayLike<number>,
  dx: number,
  dy: number,
  columns: number,
  rows: number,
): Edges {
  const pairs: { from: number; to: number; rise: number; weight: number }[] = [];
  const join = (from: number, to: number, axis: number, distance: number): void => {
    const slope = 0.5 * ((score[2 * from + axis] as number) + (score[2 * to + axis] as number));
    const weight = Math.min(weights[from] as number, weights[to] as number);
    pairs.push({ from, to, rise: slope * distance, weight });
  };
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const cell = r * columns + c;
      if (c + 1 < columns) join(cell, cell + 1, 0, dx);
      if (r + 1 < rows) join(cell, cell + columns, 1, dy);
    }
  }
  return {
    from: Uint32Array.from(pairs, ({ from }) => from),
    to: Uint32Array.from(pairs, ({ to }) => to),
    rise: Float64Array.from(pairs, ({ rise }) => rise),
    weight: Float64Array.from(pairs, ({ weight }) => weight),
  };
}

/** φ of least Σ w (φ(to) − φ(from) − rise)²; fixed up to a constant. Conjugate gradients, scaled by the diagonal. */
function leastSquares({ from, to, rise, weight }: Edges, size: number): Float64Array {
  const diagonal = new Float64Array(size);
  const residual = new Float64Array(size);
  for (let e = 0; e < rise.length; e++) {
    const [a, b, w] = [from[e] as number, to[e] as number, weight[e] as number];
    diagonal[a] = (diagonal[a] as number) + w;
    diagonal[b] = (diagonal[b] as number) + w;
    residual[a] = (residual[a] as number) - w * (rise[e] as number);
    residual[b] = (residual[b] as number) + w * (rise[e] as number);
  }
  const laplacian = (v: Float64Array): Float64Array => {
    const product = new Float64Array(size);
    for (let e = 0; e < rise.length; e++) {
      const [a, b] = [from[e] as number, to[e] as number];
      const flow = (weight[e] as number) * ((v[b] as number) - (v[a] as number));
      product[a] = (product[a] as number) - flow;
      product[b] = (product[b] as number) + flow;
    }
    return product;
  };
  const scaled = (v: Float64Array): Float64Array => v.map((value, i) => value / (diagonal[i] as number));

  const solution = new Float64Array(size);
  let direction = scaled(residual);
  let size2 = dot(residual, direction);
  const goal = 1e-16 * size2;
  for (let iteration = 0; iteration < 20 * Math.sqrt(size) && size2 > goal; iteration++) {
    const image = laplacian(direction);
    const step = size2 / dot(direction, image);
    for (let i = 0; i < size; i++) {
      solution[i] = (solution[i] as number) + step * (direction[i] as number);
      residual[i] = (residual[i] as number) - step * (image[i] as number);
    }
    const next = scaled(residual);
    const nextSize2 = dot(residual, next);
    const previous = direction;
    const ratio = nextSize2 / size2;
    direction = next.map((value, i) => value + ratio * (previous[i] as number));
    size2 = nextSize2;
  }
  return solution;
}

function checkValues(
  caller: string,
  name: string,
  values: ArrayLike<number>,
  count: number,
  above = Number.NEGATIVE_INFINITY,
): void {
  if (values.length !== count) {
    throw new RangeError(`${caller}: ${name} must hold ${count} values, got ${values.length}`);
  }
  for (let i = 0; i < count; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value) || value <= above) {
      const needed = above === 0 ? "positive and finite" : "finite";
      throw new RangeError(`${caller}: ${name} must be ${needed}, but value ${i} is ${value}`);
    }
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += (a[i] as number) * (b[i] as number);
  return total;
}

/** exp(φ) scaled so that its sum over cells of the given size is 1. */
function normalised(logDensity: Float64Array, cell: number): Float64Array {
  const highest = logDensity.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const relative = logDensity.map((value) => portable.exp(value - highest));
  const total = cell * relative.reduce((sum, value) => sum + value, 0);
  return relative.map((value) => value / total);
}
