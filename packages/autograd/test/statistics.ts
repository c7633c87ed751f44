/** Statistics that tests of random numbers share. */

export const average = (x: ArrayLike<number>, f: (value: number) => number = (value) => value): number => {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += f(x[i] as number);
  return sum / x.length;
};

/** Σ xᵢ yᵢ₊ₗₐ / √n: standard normal when x and y are independent with mean 0 and variance 1. */
export const correlationScore = (x: ArrayLike<number>, y: ArrayLike<number>, lag = 0): number => {
  let sum = 0;
  for (let i = 0; i + lag < x.length; i++) sum += (x[i] as number) * (y[i + lag] as number);
  return sum / Math.sqrt(x.length - lag);
};

/** √n times Kolmogorov's distance between a sample and a distribution; above 1.95 once in a thousand. */
export const kolmogorov = (sample: ArrayLike<number>, cdf: (x: number) => number): number => {
  const sorted = Float64Array.from(sample).sort();
  const n = sorted.length;
  let distance = 0;
  sorted.forEach((x, i) => {
    distance = Math.max(distance, Math.abs(cdf(x) - i / n), Math.abs(cdf(x) - (i + 1) / n));
  });
  return distance * Math.sqrt(n);
};

/** Pearson's statistic less its mean, over its standard deviation. */
export const chiSquareScore = (counts: readonly number[], probabilities: readonly number[]): number => {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const statistic = counts.reduce((sum, count, i) => {
    const expected = total * (probabilities[i] ?? 0);
    return sum + (count - expected) ** 2 / expected;
  }, 0);
  return (statistic - (counts.length - 1)) / Math.sqrt(2 * (counts.length - 1));
};

/** The gap between neighbouring float32 numbers at x > 0. */
export const ulp = (x: number): number => 2 ** (Math.floor(Math.log2(x)) - 23);
