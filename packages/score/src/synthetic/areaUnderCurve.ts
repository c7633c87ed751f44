import type { Estimate } from "../quality/estimate.ts";

/**
 * The probability that a score of the first kind is above one of the second, ties counted half: the area under the curve of
 * rates. Its standard error is that of DeLong, DeLong & Clarke-Pearson 1988, from two scores of each kind.
 */
export function areaUnderCurve(above: Float64Array, below: Float64Array): Estimate {
  const [n, m] = [above.length, below.length];
  const ofAbove = new Float64Array(n);
  const ofBelow = new Float64Array(m);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      const difference = (above[i] as number) - (below[j] as number);
      const wins = difference > 0 ? 1 : difference === 0 ? 0.5 : 0;
      ofAbove[i] = (ofAbove[i] as number) + wins / m;
      ofBelow[j] = (ofBelow[j] as number) + wins / n;
    }
  }
  const value = ofAbove.reduce((sum, share) => sum + share, 0) / n;
  const variance = (shares: Float64Array): number =>
    shares.reduce((sum, share) => sum + (share - value) * (share - value), 0) / (shares.length - 1);
  return { value, standardError: Math.sqrt(variance(ofAbove) / n + variance(ofBelow) / m) };
}
