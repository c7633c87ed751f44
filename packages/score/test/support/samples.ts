import type { Tensor } from "@scoretape/autograd";
import { expect } from "vitest";
import { momentsOf } from "./statistics.ts";

/** One column of a matrix. */
export function columnOf(x: Tensor, j: number): number[] {
  const [n = 0, d = 0] = x.shape;
  return Array.from({ length: n }, (_, i) => x.data[i * d + j] ?? Number.NaN);
}

/** The rows of a matrix. */
export function rowsOf(x: Tensor): number[][] {
  const [n = 0, d = 0] = x.shape;
  return Array.from({ length: n }, (_, i) => [...x.data.subarray(i * d, (i + 1) * d)]);
}

/** Independent values have the expected mean, to within four of its standard errors. */
export function expectMean(values: readonly number[], expected: number, what = "values"): void {
  const { mean, meanError } = momentsOf(values);
  const z = (mean - expected) / meanError;
  expect(Math.abs(z), `${what}: mean ${mean} ± ${meanError}, expected ${expected}`).toBeLessThan(4);
}

/** Independent values have the expected variance, to within four of its standard errors. */
export function expectVariance(values: readonly number[], expected: number, what = "values"): void {
  const { variance, varianceError } = momentsOf(values);
  const z = (variance - expected) / varianceError;
  expect(Math.abs(z), `${what}: variance ${variance} ± ${varianceError}, expected ${expected}`).toBeLessThan(
    4,
  );
}

/** Counts of equally likely cells: χ² is at most four of its standard deviations above its mean. */
export function expectEqualCounts(counts: readonly number[]): void {
  const expected = momentsOf(counts).mean;
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  const freedom = counts.length - 1;
  expect(chiSquare, `counts ${counts.join(", ")}`).toBeLessThan(freedom + 4 * Math.sqrt(2 * freedom));
}

/** |a − b| ≤ tolerance·max(1, |a|, |b|), element by element. */
export function expectNear(a: ArrayLike<number>, b: ArrayLike<number>, tolerance: number): void {
  expect(a.length).toBe(b.length);
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] ?? Number.NaN, b[i] ?? Number.NaN];
    const scale = Math.max(1, Math.abs(x), Math.abs(y));
    expect(Math.abs(x - y) / scale, `element ${i}: ${x} and ${y}`).toBeLessThanOrEqual(tolerance);
  }
}
