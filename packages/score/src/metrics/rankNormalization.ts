import { pooledValues, quantileOf, type Series } from "./chains.ts";
import { normalQuantile } from "./normalQuantile.ts";

/**
 * Each value by the normal quantile of its rank among the S values of all chains, Φ⁻¹((r − 3/8)/(S + 1/4)); equal
 * values get the mean of their ranks. Vehtari et al. 2021, equation 14 (Blom 1958).
 */
export function rankNormalized(series: Series): Series {
  const ranks = ranksOf(pooledValues(series));
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

/** Ranks from 1. */
function ranksOf(values: Float64Array): Float64Array {
  const order = Uint32Array.from(values, (_, i) => i).sort(
    (a, b) => (values[a] as number) - (values[b] as number),
  );
  const valueAt = (place: number): number => values[order[place] as number] as number;
  const ranks = new Float64Array(values.length);
  for (let first = 0, next = 0; first < order.length; first = next) {
    while (next < order.length && valueAt(next) === valueAt(first)) next++;
    // Places first to next − 1, so ranks first + 1 to next.
    for (let place = first; place < next; place++) ranks[order[place] as number] = (first + 1 + next) / 2;
  }
  return ranks;
}
