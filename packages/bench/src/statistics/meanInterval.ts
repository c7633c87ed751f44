import { deviationOf, type Interval, meanOf } from "./summary.ts";

/** The point that a standard normal variable passes once in 40 times. */
const NORMAL = 1.959963984540054;

/**
 * Student's 95 % interval for the mean of the law that the values come from, x̄ ± t·s/√n. The quantile t at ν = n − 1
 * degrees of freedom is Abramowitz & Stegun's expansion about the normal one (1964, equation 26.7.5), right to 1 % from
 * ν = 2 on, and to four digits from ν = 9 on.
 *
 * @throws RangeError for fewer than three values
 */
export function meanInterval(values: readonly number[]): Interval {
  const n = values.length;
  if (n < 3) throw new RangeError(`meanInterval: there are ${n} values; give three or more`);
  const mean = meanOf(values);
  const half = (studentQuantile(n - 1) * deviationOf(values)) / Math.sqrt(n);
  return { low: mean - half, high: mean + half, confidence: 0.95 };
}

function studentQuantile(freedom: number): number {
  const z = NORMAL;
  const square = z * z;
  const terms = [
    (square + 1) / 4,
    ((5 * square + 16) * square + 3) / 96,
    (((3 * square + 19) * square + 17) * square - 15) / 384,
    ((((79 * square + 776) * square + 1482) * square - 1920) * square - 945) / 92_160,
  ];
  return z * (1 + terms.reduceRight((sum, term) => (sum + term) / freedom, 0));
}
