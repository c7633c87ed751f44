import { add, mul, square, type Tensor, type TensorLike } from "@scoretape/autograd";
import { checkData, checkLikeData, checkProbes, checkSigma } from "../check.ts";
import { column, perRow } from "../rows.ts";
import { checked, type NoiseConditionalScore } from "../score.ts";
import { type DenoisingOptions, denoisingRows } from "./denoising.ts";
import { type LossOptions, reduce } from "./reduction.ts";
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
 */
export function multiLevelDenoisingScoreMatching(
  score: NoiseConditionalScore,
  x: Tensor,
  noise: Tensor,
  sigma: TensorLike,
  options: MultiLevelDenoisingOptions = {},
): Tensor {
  const name = "multiLevelDenoisingScoreMatching";
  const { controlVariate = false } = options;
  checkData(name, x);
  checkLikeData(name, noise, x, "noise");
  checkSigma(name, sigma, x);
  const level = perRow(sigma, x);
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
  checkData(name, x);
  checkLikeData(name, noise, x, "noise");
  checkSigma(name, sigma, x);
  checkProbes(name, probes, x);
  const level = perRow(sigma, x);
  const y = add(x, mul(column(level), noise));
  const rows = slicedRowsVR(
    checked(name, (points) => score(points, level)),
    y,
    probes,
  );
  return reduce(name, rows, { weight: square(level), ...options });
}
