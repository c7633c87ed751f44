import { pooledValues, quantileOf, type Series } from "./chains.ts";
import { midRanks } from "./midRanks.ts";
import { normalQuantile } from "./normalQuantile.ts";

/**
 * Each value by the normal quantile of its rank among the S values of all chains, Φ⁻¹((r − 3/8)/(S + 1/4)); equal
 * values get the mean of their ranks. Vehtari et al. 2021, equation 14 (Blom 1958).
 */
export function rankNormalized(series: Series): Series {
  const ranks = midRanks(pooledValues(series));
  const scores = normalQuantile(ranks.map((rank) => (rank - 3 / 8) / (ranks.length + 1 / 4)));
  let start = 0;
  return series.map(({ length }) => {
    start += length;
    return scores.subarray(start - length, start);
  });
}

/** |x − median of all chains|, which turns a difference in width into one in place. */
export function folded(series: Series): Series {
  const median = quantileOf(pooledValues(series).sort(), 0.5);
  return series.map((values) => values.map((value) => Math.abs(value - median)));
}
