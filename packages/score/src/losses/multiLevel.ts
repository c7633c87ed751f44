import { checkFunction, checkOptions, square, type Tensor, type TensorLike } from "@scoretape/autograd";
import { checkProbes } from "../check.ts";
import { checked, type NoiseConditionalScore } from "../score.ts";
import { type DenoisingOptions, denoisingRows } from "./denoising.ts";
import { checkedLevels, noisyData } from "./noisyData.ts";
import { type LossOptions, lossKinds, reduce } from "./reduction.ts";
import { slicedRowsVR } from "./sliced.ts";

/** Options of {@link multiLevelDenoisingScoreMatching}; the weight is σ² unless said. */
export type MultiLevelDenoisingOptions = DenoisingOptions;

/**
 * Denoising score matching over noise levels: per row λ(σ)·½‖s(x + σz, σ) + z/σ‖² with the row's own σ and
 * λ(σ) = σ² unless a weight is given, averaged over the rows. Song & Ermon 2019, eqs. 5 and 6.
 *
 * For σ drawn anew for each row, its minimiser is s(·, σ) = ∇log q_σ at every level, where q_σ is the data's
 * density blurred by N(0, σ²I), whatever the weights above 0; with λ = σ² its value there is the mean over the
 * levels of ½(d − σ²E‖∇log q_σ‖²): of ½d/(1 + σ²) for data from N(0, I). The weight σ² gives all levels the same order of magnitude.
 *
 * @param x clean data, [n, d]
 * @param noise z, [n, d], standard normal: see `random.normal`
 * @param sigma σ > 0, [n], one level per row (or a number: one level for all); the score receives [n]
 * @returns a scalar; with `reduction: "none"` the value of each row, [n]
 * @throws ShapeError and RangeError as {@link denoisingScoreMatching} does
 *
 * @example
 * ```ts
 * import { add, div, expandDims, greater, neg, random, square, where } from "@scoretape/autograd";
 * import { multiLevelDenoisingScoreMatching, type NoiseConditionalScore } from "@scoretape/score";
 *
 * const x = random.normal(random.key(0), [20_000, 2]);
 * const z = random.normal(random.key(1), x.shape);
 * const sigma = where(greater(random.uniform(random.key(2), [20_000]), 0.5), 3, 1);
 * const optimum: NoiseConditionalScore = (y, level) => div(neg(y), expandDims(add(1, square(level)), 1));
 * // The mean of ½d/(1 + σ²) over σ = 1 and σ = 3: of ½ and 0.1.
 * console.log(multiLevelDenoisingScoreMatching(optimum, x, z, sigma).item().toFixed(1)); // 0.3
 * ```
 */
export function multiLevelDenoisingScoreMatching(
  score: NoiseConditionalScore,
  x: Tensor,
  noise: Tensor,
  sigma: TensorLike,
  options: MultiLevelDenoisingOptions = {},
): Tensor {
  const name = "multiLevelDenoisingScoreMatching";
  checkOptions(name, options, { ...lossKinds, controlVariate: "boolean" });
  checkFunction(name, score, "the score");
  const { controlVariate = false } = options;
  const level = checkedLevels(name, x, noise, sigma);
  const rows = denoisingRows(
    checked(name, (y) => score(y, level)),
    x,
    noise,
    level,
    controlVariate,
  );
  return reduce(name, rows, { weight: square(level), ...options });
}

/**
 * Sliced score matching over noise levels, on data perturbed by noise: per row
 * λ(σ)·(vᵀJ(y)v + ½‖s(y, σ)‖²) at y = x + σz with the row's own σ, J = ∂s/∂y and λ(σ) = σ² unless a weight is
 * given, averaged over the probes v of the row and then over the rows. {@link slicedScoreMatchingVR} (Song et al. 2019, eq. 9) in the place of the denoising
 * loss in Song & Ermon 2019, eq. 6.
 *
 * Its minimiser is that of {@link multiLevelDenoisingScoreMatching}, s(·, σ) = ∇log q_σ, and its value there with
 * λ = σ² the mean over the levels of −½σ²E‖∇log q_σ‖²: of −½dσ²/(1 + σ²) for data from N(0, I).
 *
 * @param x clean data, [n, d]
 * @param noise z, [n, d], standard normal: see `random.normal`
 * @param sigma σ > 0, [n], one level per row (or a number: one level for all); the score receives [n]
 * @param probes v, [n, d] or [m, n, d]: see `probes.rademacher` and its neighbours
 * @returns a scalar; with `reduction: "none"` the value of each row, [n]
 * @throws ShapeError when x is not [n, d] with rows in it, the noise, sigma or the probes do not fit it, or the
 * score does not return its shape
 * @throws RangeError when an element of x, of the noise or of the probes is NaN or infinite, or sigma is not
 * positive and finite
 *
 * @example
 * ```ts
 * import { add, div, expandDims, greater, neg, random, square, where } from "@scoretape/autograd";
 * import { multiLevelSlicedScoreMatching, type NoiseConditionalScore, probes } from "@scoretape/score";
 *
 * const x = random.normal(random.key(0), [20_000, 2]);
 * const z = random.normal(random.key(1), x.shape);
 * const v = probes.rademacher(random.key(2), x.shape);
 * const sigma = where(greater(random.uniform(random.key(3), [20_000]), 0.5), 3, 1);
 * const optimum: NoiseConditionalScore = (y, level) => div(neg(y), expandDims(add(1, square(level)), 1));
 * // The mean of −½dσ²/(1 + σ²) over σ = 1 and σ = 3: of −½ and −0.9.
 * console.log(multiLevelSlicedScoreMatching(optimum, x, z, sigma, v).item().toFixed(1)); // -0.7
 * ```
 */
export function multiLevelSlicedScoreMatching(
  score: NoiseConditionalScore,
  x: Tensor,
  noise: Tensor,
  sigma: TensorLike,
  probes: Tensor,
  options: LossOptions = {},
): Tensor {
  const name = "multiLevelSlicedScoreMatching";
  checkOptions(name, options, lossKinds);
  checkFunction(name, score, "the score");
  const level = checkedLevels(name, x, noise, sigma);
  checkProbes(name, probes, x);
  const rows = slicedRowsVR(
    checked(name, (y) => score(y, level)),
    noisyData(x, noise, level),
    probes,
  );
  return reduce(name, rows, { weight: square(level), ...options });
}
