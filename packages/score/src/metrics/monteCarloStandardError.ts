import { checkOptions, type Tensor } from "@scoretape/autograd";
import { halves, pooledValues, quantileOf, type Series, seriesOf, varianceOf } from "./chains.ts";
import { sizeOf } from "./effectiveSampleSize.ts";
import { quantileSizeOf } from "./tailEffectiveSampleSize.ts";
import { wilson } from "./wilson.ts";

/** Of which estimate to tell the error. */
export interface MonteCarloStandardErrorOptions {
  /** p in (0, 1): that of the p-quantile; of the mean unless said. */
  readonly quantile?: number;
}

/**
 * How far an estimate from chains is off by chance, as a standard error, for each coordinate: that of the mean is
 * √(variance/ESS) with {@link effectiveSampleSize}. That of a p-quantile is half the distance between the quantiles at
 * the ends of Wilson's interval of one standard error around p, for as many draws as 1{x ≤ q} is worth: Vehtari et al.
 * 2021, section 4.4, with Wilson's interval in the place of that of a beta distribution.
 *
 * It tells nothing of what all chains have missed; see {@link rHat}.
 *
 * @param trajectory the states of the chains in order, as a sampler keeps them: a list of [chains, d], or
 *   [steps, chains, d]; four steps or more
 * @returns d numbers, in the units of the coordinates
 * @throws ShapeError when the trajectory has another shape
 * @throws RangeError when a value is not finite, a coordinate has one value throughout, or p is not in (0, 1)
 *
 * @example
 * ```ts
 * import { random } from "@scoretape/autograd";
 * import { monteCarloStandardError } from "@scoretape/score";
 *
 * const draws = random.normal(random.key(0), [2500, 4, 1]);
 * // Of 10,000 independent draws of N(0, 1): 1/√10,000, and for the median √(π/2) times that.
 * const errors = [monteCarloStandardError(draws), monteCarloStandardError(draws, { quantile: 0.5 })];
 * console.log(errors.map(([error = 0]) => error.toFixed(3))); // [ '0.010', '0.013' ]
 * ```
 */
export function monteCarloStandardError(
  trajectory: Tensor | readonly Tensor[],
  options: MonteCarloStandardErrorOptions = {},
): number[] {
  const name = "monteCarloStandardError";
  checkOptions(name, options, { quantile: "number" });
  const { quantile } = options;
  if (quantile !== undefined && !(quantile > 0 && quantile < 1)) {
    throw new RangeError(`${name}: quantile is ${quantile}; it is a probability above 0 and below 1`);
  }
  const errorOf =
    quantile === undefined ? errorOfMean : (series: Series) => errorOfQuantile(series, quantile);
  return seriesOf(name, trajectory).map(errorOf);
}

function errorOfMean(series: Series): number {
  return Math.sqrt(varianceOf(pooledValues(series)) / sizeOf(halves(series)));
}

function errorOfQuantile(series: Series, p: number): number {
  const sorted = pooledValues(series).sort();
  const { low, high } = wilson(p, quantileSizeOf(series, p), 1);
  return (quantileOf(sorted, high) - quantileOf(sorted, low)) / 2;
}
