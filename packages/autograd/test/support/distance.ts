import type { Tensor } from "../../src/index.ts";

/** The largest magnitude among the elements, at least 1: what rounding errors are measured against. */
export function scaleOf(...tensors: readonly Tensor[]): number {
  let scale = 1;
  for (const x of tensors) for (const value of x.data) scale = Math.max(scale, Math.abs(value));
  return scale;
}

/** The largest |a − b| over two lists of numbers; ∞ where they differ in length, or where one element is NaN. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const [x = Number.NaN, y = Number.NaN] = [a[i], b[i]];
    // Equal infinities have no difference.
    const difference = x === y ? 0 : Math.abs(x - y);
    if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY;
    largest = Math.max(largest, difference);
  }
  return largest;
}
