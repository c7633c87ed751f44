/** The mean and the variance of a sample, each with its standard error. */
export interface Moments {
  readonly mean: number;
  readonly meanError: number;
  readonly variance: number;
  readonly varianceError: number;
}

export function momentsOf(sample: ArrayLike<number>): Moments {
  const n = sample.length;
  const average = (f: (value: number) => number): number => {
    let total = 0;
    for (let i = 0; i < n; i++) total += f(sample[i] as number);
    return total / n;
  };
  const mean = average((value) => value);
  const variance = average((value) => (value - mean) ** 2);
  const fourth = average((value) => (value - mean) ** 4);
  return {
    mean,
    meanError: Math.sqrt(variance / n),
    variance,
    varianceError: Math.sqrt(Math.max(0, fourth - variance ** 2) / n),
  };
}
