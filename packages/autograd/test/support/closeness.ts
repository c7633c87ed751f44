import { expect } from "vitest";
import type { Tensor } from "../../src/index.ts";

/** Fails unless |actual − expected| ≤ tolerance, or both are the same infinity; NaN fails. */
export function expectNear(actual: number, expected: number, tolerance: number, what: string): void {
  if (Math.abs(actual - expected) <= tolerance || actual === expected) return;
  throw new Error(
    `${what}: ${actual}, expected ${expected} within ${tolerance} (off by ${Math.abs(actual - expected)})`,
  );
}

/** Fails unless two tensors have one shape and every pair of elements is within the tolerance. */
export function expectTensorsNear(actual: Tensor, expected: Tensor, tolerance: number, what: string): void {
  expectSameShape(actual, expected, what);
  const [a, b] = [actual.data, expected.data];
  for (let i = 0; i < a.length; i++) expectNear(a[i] ?? NaN, b[i] ?? NaN, tolerance, `${what} [${i}]`);
}

/** Fails unless two tensors have one shape, one dtype and the same elements, bit by bit up to the sign of 0. */
export function expectTensorsEqual(actual: Tensor, expected: Tensor, what: string): void {
  if (actual.dtype !== expected.dtype)
    throw new Error(`${what}: ${actual.dtype}, expected ${expected.dtype}`);
  expectTensorsNear(actual, expected, 0, what);
}

function expectSameShape(actual: Tensor, expected: Tensor, what: string): void {
  const [a, b] = [actual.shape.join(), expected.shape.join()];
  if (a !== b) throw new Error(`${what}: shape [${a}], expected [${b}]`);
}

/** Fails unless the numbers are as many as expected, each within the tolerance relative to its size (at least 1). */
export function expectClose(actual: Iterable<number>, expected: readonly number[], tolerance: number): void {
  const values = [...actual];
  expect(values.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs((values[i] ?? Number.NaN) - value)).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(value)),
    );
  });
}
