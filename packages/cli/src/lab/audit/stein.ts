import {
  add,
  cos,
  div,
  exp,
  expandDims,
  grad,
  type Key,
  matmul,
  mean,
  mul,
  onesLike,
  portable,
  random,
  reshape,
  sin,
  square,
  squeeze,
  sum,
  type Tensor,
  tanh,
} from "@scoretape/autograd";
import type { Score } from "@scoretape/score";
import { CONFIDENCE, type Estimate, normalQuantile } from "../statistics.ts";

/** What one test function tells of a score. */
export interface SteinResidual {
  readonly name: string;
  /** E[s(x)g(x) + ∇g(x)] over √E[s(x)²], each the root mean square over the coordinates. */
  readonly residual: number;
  /** Its standard error: the root mean square of the coordinates'. */
  readonly error: number;
  /** The largest coordinate in units of its standard error. */
  readonly largest: number;
}

type TestFunction = readonly [name: string, g: (x: Tensor) => Tensor];

/** Functions [n, d] → [n] that look at points along one direction, and at their distance from the centre. */
function testFunctions(d: number, scale: number, key: Key): readonly TestFunction[] {
  const direction = reshape(random.sphere(key, [1, d]), [d, 1]);
  const along = (x: Tensor): Tensor => div(squeeze(matmul(x, direction), 1), scale);
  return [
    ["1", (x) => onesLike(along(x))],
    ["u", along],
    ["tanh u", (x) => tanh(along(x))],
    ["sin 2u", (x) => sin(mul(2, along(x)))],
    ["cos 2u", (x) => cos(mul(2, along(x)))],
    ["exp(−‖x‖²/2dτ²)", (x) => exp(div(sum(square(x), { axis: 1 }), -2 * d * (scale * scale)))],
  ];
}

/**
 * Stein's identity, E[s(x)g(x) + ∇g(x)] = 0 for the score s of the points' own distribution and every smooth g that
 * does not grow too fast (Stein 1972), for several g of points x [n, d] with standard deviation τ a coordinate.
 */
export function steinResiduals(score: Score, x: Tensor, scale: number, key: Key): SteinResidual[] {
  const s = score(x);
  const size = Math.sqrt(mean(square(s)).item());
  return testFunctions(x.shape[1] ?? 1, scale, key).map(([name, g]) => {
    const slope = grad((y: Tensor) => sum(g(y)))(x);
    const { means, errors } = columnMeans(div(add(mul(s, expandDims(g(x), 1)), slope), size));
    return {
      name,
      residual: rootMeanSquare(means),
      error: rootMeanSquare(errors),
      largest: Math.max(...means.map((mean, j) => Math.abs(mean) / (errors[j] ?? Number.NaN))),
    };
  });
}

/** The largest residual, with the interval of its standard error. The largest of several is above 0 by chance alone. */
export function largestResidual(residuals: readonly SteinResidual[]): Estimate {
  const worst = residuals.reduce((a, b) => (b.residual > a.residual ? b : a));
  const half = normalQuantile() * worst.error;
  return { value: worst.residual, low: Math.max(0, worst.residual - half), high: worst.residual + half };
}

/** The largest of all coordinates of all residuals, in its standard errors. */
export function largestDeviation(residuals: readonly SteinResidual[]): number {
  return Math.max(...residuals.map(({ largest }) => largest));
}

/** What the largest of so many independent standard normal numbers exceeds with 1 %, by Bonferroni. */
export function largestByChance(count: number): number {
  return normalQuantile(1 - (1 - CONFIDENCE) / count);
}

function columnMeans({ data, shape }: Tensor): { means: number[]; errors: number[] } {
  const [n = 0, d = 0] = shape;
  const columns = Array.from({ length: d }, (_, j) => {
    let [total, squares] = [0, 0];
    for (let i = 0; i < n; i++) {
      total += data[i * d + j] as number;
      squares += portable.pow(data[i * d + j] as number, 2);
    }
    return {
      mean: total / n,
      error: Math.sqrt(Math.max(0, squares / n - portable.pow(total / n, 2)) / (n - 1)),
    };
  });
  return { means: columns.map(({ mean }) => mean), errors: columns.map(({ error }) => error) };
}

function rootMeanSquare(values: readonly number[]): number {
  return portable.hypot(...values) / Math.sqrt(values.length);
}
