import { checkOptions, portable, ShapeError } from "@scoretape/autograd";
import { checkList, checkNumbers } from "../check.ts";
import { coordinates, type ExactDataSet } from "./dataSet.ts";
import { type Normals, sumOfNormals } from "./normals.ts";
import { checkLength, type Matrix, principalAxes, type Spread } from "./spread.ts";

/** A mixture Σₖ wₖ N(μₖ, Σₖ) of K normal distributions in ℝᵈ. */
export type GaussianMixtureOptions = Spread & {
  /** wₖ > 0, K of them; they are divided by their sum. */
  readonly weights: readonly number[];
  /** μₖ, K rows of d numbers. */
  readonly means: Matrix;
  /** What the set is called. */
  readonly name?: string;
};

/** A normal distribution N(μ, Σ) in ℝᵈ. */
export interface GaussianOptions {
  /** μ, d numbers. */
  readonly mean: readonly number[];
  /** Σ, d×d, symmetric, without negative eigenvalues; the identity unless said. */
  readonly covariance?: Matrix;
}

/**
 * The normal distribution N(μ, Σ). Blurred by σ it is N(μ, Σ + σ²I), with score −(Σ + σ²I)⁻¹(x − μ).
 *
 * @throws ShapeError when the covariance is not d×d
 * @throws RangeError when a number is not finite, or the covariance not symmetric or not a covariance
 *
 * @example
 * ```ts
 * import { tensor } from "@scoretape/autograd";
 * import { data } from "@scoretape/score";
 *
 * const set = data.gaussian({ mean: [1, 0], covariance: [[3, 0], [0, 1]] });
 * const x = tensor([[5, 2]]);
 * console.log(set.score(x, 1).toArray()); // [ [ -1, -1 ] ]
 * // −½(x − μ)ᵀ(Σ + σ²I)⁻¹(x − μ) − log(2π) − ½ log 8
 * console.log(set.logDensity(x, 1).item().toFixed(3)); // -5.878
 * ```
 */
export function gaussian(options: GaussianOptions): ExactDataSet {
  checkOptions("gaussian", options, { mean: "any", covariance: "any" });
  const { mean, covariance } = options;
  const spread: Spread = covariance === undefined ? { standardDeviations: 1 } : { covariance };
  return mixture("gaussian", { weights: [1], means: [mean], ...spread });
}

/**
 * A mixture of normal distributions, Σₖ wₖ N(μₖ, Σₖ). Blurred by σ it is Σₖ wₖ N(μₖ, Σₖ + σ²I); its score
 * is Σₖ rₖ(x)·(−(Σₖ + σ²I)⁻¹(x − μₖ)) with the responsibilities rₖ(x), the posterior probabilities of the
 * components. A component without width has a density only where it is blurred.
 *
 * @throws ShapeError when the numbers of weights, means and widths differ, or a mean or a matrix is not of
 *   dimension d
 * @throws RangeError when a number is not finite, a weight is not above 0, a standard deviation is negative,
 *   or a matrix is not symmetric or not a covariance
 *
 * @example
 * ```ts
 * import { tensor } from "@scoretape/autograd";
 * import { data } from "@scoretape/score";
 *
 * const set = data.gaussianMixture({ weights: [3, 1], means: [[-4], [4]], standardDeviations: 1 });
 * // Near a mode the score is that of its normal, −(x − μ); in the middle the weights decide: −4·¾ + 4·¼.
 * const x = tensor([[-5], [0], [5]]);
 * console.log(Array.from(set.score(x).data, (s) => s.toFixed(3)).join(" ")); // 1.000 -2.000 -1.000
 * ```
 */
export function gaussianMixture(options: GaussianMixtureOptions): ExactDataSet {
  checkMixture("gaussianMixture", options);
  return mixture("gaussianMixture", options);
}

/** Throws unless the options are those of a mixture. */
export function checkMixture(caller: string, options: GaussianMixtureOptions): void {
  checkOptions<
    Partial<
      Record<keyof GaussianMixtureOptions | "standardDeviations" | "covariances" | "covariance", unknown>
    >
  >(caller, options, {
    weights: "any",
    means: "any",
    name: "string",
    standardDeviations: "any",
    covariances: "any",
    covariance: "any",
  });
}

function mixture(caller: string, options: GaussianMixtureOptions): ExactDataSet {
  const normals = normalsOf(caller, options);
  const { name = caller } = options;
  const { dimension } = normals;
  return { name, dimension, columns: coordinates(dimension), ...sumOfNormals(name, normals) };
}

/** The components of a mixture, checked. */
export function normalsOf(caller: string, options: GaussianMixtureOptions): Normals {
  const { weights, means } = options;
  checkList(caller, weights, "weights");
  checkList(caller, means, caller === "gaussian" ? "mean" : "means");
  for (const mean of means) checkNumbers(caller, mean, "a mean");
  const count = means.length;
  const dimension = means[0]?.length ?? 0;
  if (count === 0 || dimension === 0) {
    throw new ShapeError(`${caller}: no mean has a coordinate; give at least one mean of d ≥ 1 numbers`);
  }
  means.forEach((mean, k) => {
    if (mean.length !== dimension) {
      throw new ShapeError(
        `${caller}: mean ${k} has ${mean.length} coordinates, mean 0 has ${dimension}; they must be equal`,
      );
    }
    mean.forEach((value, i) => {
      if (!Number.isFinite(value))
        throw new RangeError(`${caller}: mean ${k} is ${value} in coordinate ${i}`);
    });
  });
  checkLength(caller, "weights", weights.length, count);
  weights.forEach((weight, k) => {
    if (!Number.isFinite(weight) || weight <= 0) {
      throw new RangeError(`${caller}: weight ${k} is ${weight}; weights are finite and above 0`);
    }
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return {
    count,
    dimension,
    logWeights: Float64Array.from(weights, (weight) => portable.log(weight / total)),
    means: Float64Array.from(means.flat()),
    ...principalAxes(caller, options, count, dimension),
  };
}
