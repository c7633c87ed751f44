import { checkNumber } from "./bits.ts";

/**
 * √(x² + y² + …) within 2 ulp for a few numbers, without overflow or loss on the way; ∞ where one is infinite.
 *
 * @throws TypeError unless given numbers
 */
export function hypot(...values: number[]): number {
  let largest = 0;
  for (const value of values) {
    checkNumber("hypot", value);
    const magnitude = Math.abs(value);
    if (magnitude === Number.POSITIVE_INFINITY) return magnitude;
    largest = Math.max(largest, magnitude);
  }
  // A power of two takes the squares to where they are normal numbers, and back without rounding.
  const unit = largest > 2 ** 500 ? 2 ** 600 : largest < 2 ** -500 ? 2 ** -600 : 1;
  let total = 0;
  for (const value of values) total += (value / unit) * (value / unit);
  return Math.sqrt(total) * unit;
}
