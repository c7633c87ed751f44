import type { Tensor } from "@scoretape/autograd";
import { halves, pooledValues, quantileOf, type Series, seriesOf } from "./chains.ts";
import { sizeOf } from "./effectiveSampleSize.ts";

/** The quantiles that a report of tails looks at. */
const TAILS = [0.05, 0.95] as const;

/**
 * The effective sample size in the tails of each coordinate: the smaller one of those of 1{x ≤ q}, q the 5 % and the
 * 95 % quantile of all draws, in the halves of the chains. Chains that are slow in a tail have a small one, while
 * {@link effectiveSampleSize} of the middle is large. Vehtari et al. 2021, section 4.3.
 *
 * @param trajectory the states of the chains in order, as a sampler keeps them: a list of [chains, d], or
 *   [steps, chains, d]; four steps or more
 * @returns d numbers
 * @throws ShapeError when the trajectory has another shape
 * @throws RangeError when a value is not finite, or a coordinate has one value throughout
 *
 * @example
 * ```ts
 * import { random } from "@scoretape/autograd";
 * import { tailEffectiveSampleSize } from "@scoretape/score";
 *
 * // 4000 independent draws.
 * const [size = 0] = tailEffectiveSampleSize(random.normal(random.key(0), [1000, 4, 1]));
 * console.log(size > 3000 && size < 5000); // true
 * ```
 */
export function tailEffectiveSampleSize(trajectory: Tensor | readonly Tensor[]): number[] {
  return seriesOf("tailEffectiveSampleSize", trajectory).map(tailSizeOf);
}

/** The tail ESS. */
export function tailSizeOf(series: Series): number {
  return Math.min(...TAILS.map((p) => quantileSizeOf(series, p)));
}

/** The effective sample size of 1{x ≤ q}, q the p-quantile of all draws: the one that its estimate has. */
export function quantileSizeOf(series: Series, p: number): number {
  const sorted = pooledValues(series).sort();
  const quantile = quantileOf(sorted, p);
  // Where many draws are equal to the largest, none may lie above the quantile; then it is told from those below.
  const isLargest = quantile === sorted.at(-1);
  const below = (value: number): boolean => (isLargest ? value < quantile : value <= quantile);
  return sizeOf(halves(series).map((values) => values.map((value) => (below(value) ? 1 : 0))));
}
