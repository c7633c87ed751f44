/** A mean over independent rows. */
export interface Estimate {
  readonly value: number;
  /** The standard deviation of the rows' values over √rows. */
  readonly standardError: number;
}

/** What repetitions with other rows gave. */
export interface Spread {
  /** Their mean. */
  readonly value: number;
  /** The ends of the middle nine tenths of them. */
  readonly low: number;
  readonly high: number;
}

/** The mean of two values or more. */
export function estimateOf(values: ArrayLike<number>): Estimate {
  const n = values.length;
  const value = meanOf(values);
  const squares = Array.from(values, (x) => (x - value) * (x - value));
  return { value, standardError: Math.sqrt(meanOf(squares) / (n - 1)) };
}

/** Mean of a over mean of b for pairs of values, with the standard error to first order. */
export function ratioOf(a: ArrayLike<number>, b: ArrayLike<number>): Estimate {
  const [value, scale] = [meanOf(a) / meanOf(b), meanOf(b)];
  const residuals = Array.from(a, (x, i) => (x - value * (b[i] as number)) / scale);
  return { value, standardError: estimateOf(residuals).standardError };
}

/** The mean and the middle nine tenths. */
export function spreadOf(values: readonly number[]): Spread {
  const [low = Number.NaN, high = Number.NaN] = quantilesOf(values, [0.05, 0.95]);
  return { value: meanOf(values), low, high };
}

/** Quantiles of values by linear interpolation between them (type 7 of Hyndman & Fan 1996). */
export function quantilesOf(values: ArrayLike<number>, probabilities: readonly number[]): number[] {
  const sorted = new Float64Array(values).sort();
  return probabilities.map((p) => {
    const at = p * (sorted.length - 1);
    const [low, part] = [Math.floor(at), at - Math.floor(at)];
    const [from, to] = [sorted[low] as number, sorted[Math.ceil(at)] as number];
    return from + part * (to - from);
  });
}

export function meanOf(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] as number;
  return total / values.length;
}
