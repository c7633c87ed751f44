import type { Tensor } from "@scoretape/autograd";
import { expect } from "vitest";

/** Asserts |a − b| ≤ tolerance·(1 + max|b|) for all elements, and equal shapes. */
export function expectClose(actual: Tensor, expected: Tensor, tolerance = 1e-10): void {
  expect(actual.shape).toEqual(expected.shape);
  let scale = 1;
  for (const value of expected.data) scale = Math.max(scale, 1 + Math.abs(value));
  expected.data.forEach((value, i) => {
    const difference = Math.abs((actual.data[i] ?? Number.NaN) - value);
    // So written, NaN fails.
    if (!(difference <= tolerance * scale)) {
      expect.fail(`element ${i}: ${actual.data[i]} is not ${value} to within ${tolerance * scale}`);
    }
  });
}

/** {@link expectClose} for lists of tensors of one length. */
export function expectAllClose(
  actual: readonly Tensor[],
  expected: readonly Tensor[],
  tolerance?: number,
): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((x, i) => {
    const y = expected[i];
    if (y !== undefined) expectClose(x, y, tolerance);
  });
}
