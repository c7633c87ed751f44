import { median, quantileSorted } from "simple-statistics";

/** The rounds of one quantity in few numbers. */
export interface Summary {
  readonly median: number;
  readonly least: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
  readonly greatest: number;
}

/** @throws RangeError without values */
export function summarize(values: readonly number[]): Summary {
  if (values.length === 0) throw new RangeError("summarize: no values");
  const sorted = values.toSorted((a, b) => a - b);
  const quantile = (p: number): number => quantileSorted(sorted, p);
  return {
    median: median(sorted),
    least: quantile(0),
    lowerQuartile: quantile(0.25),
    upperQuartile: quantile(0.75),
    greatest: quantile(1),
  };
}

export function medianOf(values: readonly number[]): number {
  return summarize(values).median;
}

/** NaN without values. */
export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** √(Σ(x − x̄)²/(n − 1)), the deviation of the law that the values come from. */
export function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return Math.sqrt(squares / (values.length - 1));
}

/** The quotient a / b of each round: what both did in the same round met the same machine. */
export function ratioPerRound(a: readonly number[], b: readonly number[]): number[] {
  if (a.length !== b.length) {
    throw new RangeError(`ratioPerRound: ${a.length} rounds of one and ${b.length} of the other; give pairs`);
  }
  return a.map((value, i) => value / (b[i] as number));
}

/** An interval, and how sure it is. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  /** The probability that such an interval contains what it is for. */
  readonly confidence: number;
}

/**
 * An interval for the median of the distribution that the values come from, whatever that is: the narrowest pair of
 * the i-th least and the i-th greatest value that contains it with probability 95 %, or the least and the greatest
 * where there are too few values. The number of values below the median is binomial with p = ½.
 */
export function medianInterval(values: readonly number[]): Interval {
  if (values.length === 0) throw new RangeError("medianInterval: no values");
  const sorted = values.toSorted((a, b) => a - b);
  const n = sorted.length;
  const confidenceAt = (i: number): number => 1 - 2 * binomialTail(n, i);
  let i = 0;
  while (i + 1 <= (n - 1) / 2 && confidenceAt(i + 1) >= 0.95) i += 1;
  return { low: sorted[i] as number, high: sorted[n - 1 - i] as number, confidence: confidenceAt(i) };
}

/** P(X ≤ i) for X binomial with n trials and p = ½. */
function binomialTail(n: number, i: number): number {
  let term = 0.5 ** n;
  let total = term;
  for (let k = 1; k <= i; k++) {
    term *= (n - k + 1) / k;
    total += term;
  }
  return total;
}
