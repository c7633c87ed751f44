import { checkOptions, portable, type Tensor } from "@scoretape/autograd";
import { chainVariances, halves, meanOf, type Series, seriesOf } from "./chains.ts";
import { rankNormalized } from "./rankNormalization.ts";

/** Which effective sample size to compute. */
export interface EffectiveSampleSizeOptions {
  /** Of the normal scores of the ranks: the bulk size of Vehtari et al. 2021, which exists for tails of any weight.
   * Without it, the size for the mean of the coordinate itself. False unless said. */
  readonly rankNormalized?: boolean;
  /** Count each half of a chain as a chain, so that a drift lowers the size. True unless said. */
  readonly split?: boolean;
}

/**
 * The effective sample size of each coordinate: how many independent draws have a mean as precise as that of all
 * steps of all chains, MN/τ. From ρₜ = 1 − (W − mean over chains of γₜ)/var⁺, with γₜ the autocovariance of a
 * chain at lag t (divided by N), come the pairs ρₜ + ρₜ₊₁ of even t, ρ₀ = 1. Geyer's initial monotone sequence ends
 * at the lag T of the first pair that is not positive, or of the last before lag N − 4 is passed, and lets no pair
 * before it exceed the one that it follows; τ = −1 + 2Σₜ﹤T ρₜ + ρT, the last term only where it is positive.
 * Geyer 1992; Vehtari et al. 2021, section 3.2. With `rankNormalized` it is the bulk ESS of Stan's package posterior.
 *
 * Chains that alternate have more than MN, at most MN·log₁₀(MN).
 *
 * @param trajectory the states of the chains in order, as a sampler keeps them: a list of [chains, d], or
 *   [steps, chains, d]; four steps or more
 * @returns d numbers
 * @throws ShapeError when the trajectory has another shape
 * @throws RangeError when a value is not finite, or a coordinate has one value throughout
 *
 * @example
 * ```ts
 * import { neg, random, zeros } from "@scoretape/autograd";
 * import { effectiveSampleSize, langevin } from "@scoretape/score";
 *
 * // On N(0, 1) the correlation of neighbours is 1 − ε/2 = 0.9: 8000 steps count for 8000·0.1/1.9 = 421.
 * const options = { stepSize: 0.2, steps: 2000, trajectory: 1, key: random.key(0) };
 * const { trajectory } = langevin(neg, zeros([4, 1]), options);
 * console.log(effectiveSampleSize(trajectory).every((size) => size > 300 && size < 600)); // true
 * ```
 */
export function effectiveSampleSize(
  trajectory: Tensor | readonly Tensor[],
  options: EffectiveSampleSizeOptions = {},
): number[] {
  checkOptions("effectiveSampleSize", options, { rankNormalized: "boolean", split: "boolean" });
  const { split = true } = options;
  return seriesOf("effectiveSampleSize", trajectory).map((series) => {
    const chains = split ? halves(series) : series;
    return sizeOf(options.rankNormalized ? rankNormalized(chains) : chains);
  });
}

/** MN/τ of series that are not constant, at most MN·log₁₀(MN). */
export function sizeOf(series: Series): number {
  const total = series.length * (series[0]?.length ?? 0);
  return total / Math.max(autocorrelationTime(series), 1 / portable.log10(total));
}

/** The bulk ESS. */
export function bulkSizeOf(series: Series): number {
  return sizeOf(rankNormalized(halves(series)));
}

/** τ = 1 + 2Σₜρₜ, by Geyer's initial monotone sequence. */
function autocorrelationTime(series: Series): number {
  const n = series[0]?.length ?? 0;
  const means = series.map(meanOf);
  const { within, pooled } = chainVariances(series);
  const correlation = (lag: number): number => {
    if (lag === 0) return 1;
    const covariance = meanOf(series.map((values, m) => autocovariance(values, means[m] ?? 0, lag)));
    return 1 - (within - covariance) / pooled;
  };
  let even = 1;
  let pair = even + correlation(1);
  // Where the sequence ends at once, ρ₀ is in the sum all the same, and τ is 2.
  let sum = pair > 0 && n > 5 ? 0 : even;
  let least = Number.POSITIVE_INFINITY;
  for (let lag = 0; pair > 0 && lag < n - 5; ) {
    least = Math.min(least, pair);
    sum += least;
    lag += 2;
    even = correlation(lag);
    pair = even + correlation(lag + 1);
  }
  return -1 + 2 * sum + Math.max(0, even);
}

/** γₜ = (1/n)Σᵢ(xᵢ − x̄)(xᵢ₊ₜ − x̄). */
function autocovariance(values: Float64Array, mean: number, lag: number): number {
  let total = 0;
  for (let i = lag; i < values.length; i++) {
    total += ((values[i - lag] as number) - mean) * ((values[i] as number) - mean);
  }
  return total / values.length;
}
