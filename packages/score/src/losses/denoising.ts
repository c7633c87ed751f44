import {
  add,
  checkOptions,
  div,
  dot,
  mul,
  square,
  sub,
  type Tensor,
  type TensorLike,
} from "@scoretape/autograd";
import { column, dimensionOf, squaredNorm } from "../rows.ts";
import { checked, type Score } from "../score.ts";
import { checkedLevels, noisyData } from "./noisyData.ts";
import { type LossOptions, lossKinds, reduce } from "./reduction.ts";

/** Options of {@link denoisingScoreMatching}. */
export interface DenoisingOptions extends LossOptions {
  /** Subtract the control variate, which leaves the expectation as it is; `false` unless said. */
  readonly controlVariate?: boolean;
}

/**
 * Denoising score matching: per row λ·½‖s(x + σz) + z/σ‖², averaged over the rows, with z standard normal.
 * Vincent 2011, eq. 9, for Gaussian noise: −z/σ is the score of N(x, σ²I) at x + σz. No derivative of s is taken.
 *
 * In expectation it equals λ times the Fisher divergence ½E‖s − ∇log q_σ‖² to q_σ, the data's density
 * blurred by N(0, σ²I), plus a constant. So its minimiser is s = ∇log q_σ, and its value there
 * λ·½(d/σ² − E‖∇log q_σ‖²). For data from N(0, I) these are −x/(1 + σ²) and λ·d/(2σ²(1 + σ²)).
 *
 * The variance of the plain loss and of its gradient grows without bound as σ → 0. `controlVariate` subtracts
 * λ·(zᵀs(x)/σ + ½(‖z‖² − d)/σ²), whose expectation over z is 0 (Wang et al. 2020), at the price of computing
 * s(x): as σ → 0 the row then tends to λ·(½‖s‖² + zᵀJz + d/(2σ²)), sliced score matching with v = z. For large
 * σ it harms: for the minimiser on N(0, I) it divides the variance of a row by 2.0·10⁷ at σ = 0.01 and by 2.0·10³
 * at σ = 0.1, and multiplies it by 3 at σ = 1; that of the gradient with respect to a factor of s falls for all
 * σ < 1/√3.
 *
 * @param x clean data, [n, d]
 * @param noise z, [n, d]: see `random.normal`
 * @param sigma σ > 0, a number or [n], one per row
 * @returns a scalar; with `reduction: "none"` the value of each row, [n]
 * @throws ShapeError when x is not [n, d] with rows in it, the noise, sigma or the weight do not fit it, or the
 * score does not return its shape
 * @throws RangeError when an element of x or of the noise is NaN or infinite, sigma is not positive and finite,
 * or the weight is negative or not finite
 *
 * @example
 * ```ts
 * import { mul, random, type Tensor } from "@scoretape/autograd";
 * import { denoisingScoreMatching } from "@scoretape/score";
 *
 * const sigma = 0.5;
 * const x = random.normal(random.key(0), [20000, 2]);
 * const z = random.normal(random.key(1), x.shape);
 * const optimum = (y: Tensor) => mul(-1 / (1 + sigma ** 2), y);
 * const loss = denoisingScoreMatching(optimum, x, z, sigma, { controlVariate: true });
 * console.log(loss.item().toFixed(1)); // 3.2
 * ```
 */
export function denoisingScoreMatching(
  score: Score,
  x: Tensor,
  noise: Tensor,
  sigma: TensorLike,
  options: DenoisingOptions = {},
): Tensor {
  const name = "denoisingScoreMatching";
  checkOptions(name, options, { ...lossKinds, controlVariate: "boolean" });
  const { controlVariate = false } = options;
  const level = checkedLevels(name, x, noise, sigma);
  const rows = denoisingRows(checked(name, score), x, noise, level, controlVariate);
  return reduce(name, rows, options);
}

/** The unweighted value of each row, [n], from checked arguments; sigma [n]. */
export function denoisingRows(
  score: Score,
  x: Tensor,
  z: Tensor,
  sigma: Tensor,
  controlVariate: boolean,
): Tensor {
  const noisy = noisyData(x, z, sigma);
  const plain = mul(0.5, squaredNorm(add(score(noisy), div(z, column(sigma)))));
  if (!controlVariate) return plain;
  const slope = div(dot(z, score(x)), sigma);
  const excess = mul(0.5, div(sub(squaredNorm(z), dimensionOf(x)), square(sigma)));
  return sub(plain, add(slope, excess));
}
