import { checkNumbers } from "../check.ts";

/**
 * p-values of several tests, adjusted so that the chance of any at most α among the true hypotheses is at most α, whatever
 * they have to do with each other: in rising order, p₍ₖ₎' = max(p₍ₖ₋₁₎', min(1, (m − k + 1)·p₍ₖ₎)). Holm 1979.
 *
 * @param pValues of m tests, each from 0 to 1
 * @throws RangeError when there are none, or one is out of its range
 *
 * @example
 * ```ts
 * import { holmAdjusted } from "@scoretape/score";
 *
 * console.log(holmAdjusted([0.01, 0.5, 0.02])); // [ 0.03, 0.5, 0.04 ]
 * ```
 */
export function holmAdjusted(pValues: readonly number[]): number[] {
  checkNumbers("holmAdjusted", pValues, "pValues");
  if (pValues.length === 0) throw new RangeError("holmAdjusted: there are no p-values; give one or more");
  for (const [i, p] of pValues.entries()) {
    if (!(p >= 0 && p <= 1)) throw new RangeError(`holmAdjusted: p-value ${i} is ${p}; it is from 0 to 1`);
  }
  const rising = Array.from(pValues, (p, i) => ({ p, i })).sort((a, b) => a.p - b.p);
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  for (const [k, { p, i }] of rising.entries()) {
    largest = Math.max(largest, Math.min(1, (pValues.length - k) * p));
    adjusted[i] = largest;
  }
  return adjusted;
}
