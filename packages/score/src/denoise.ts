import {
  checkFunction,
  checkOptions,
  concat,
  maximum,
  slice,
  sqrt,
  Tensor,
  type TensorLike,
  tensor,
} from "@scoretape/autograd";
import { checkCount, checkData, checkFinite, checkSigma } from "./check.ts";
import { dimensionOf, perRow } from "./rows.ts";
import type { SamplerBackend } from "./samplers/compiled.ts";
import { keptSteps } from "./samplers/keptSteps.ts";
import type { NoiseConditionalScore } from "./score.ts";
import { tweedie, tweedieVariance } from "./tweedie.ts";

/** How to denoise. */
export interface DenoiseOptions {
  /** Also give the posterior standard deviations, by d Jacobian-vector products; false unless said. */
  readonly standardDeviation?: boolean;
  /** So many rows at a time, from 1, which bounds the memory; all at once unless said. */
  readonly batch?: number;
  /** What runs the compiled program; `eager` for a score that reads the elements of x. WebAssembly unless said. */
  readonly backend?: SamplerBackend;
}

/** What noisy points tell of the clean ones. */
export interface Denoised {
  /** E[clean | x], [n, d]. */
  readonly mean: Tensor;
  /** √Var[clean | x] of each coordinate, [n, d], where it was asked for; 0 where the score, being no exact one,
   * gives a variance below 0. */
  readonly standardDeviation?: Tensor;
}

/**
 * Denoises in one step: of points x = clean + σz, z standard normal, the posterior mean x + σ²s(x, σ) by
 * {@link tweedie}, which is the best estimate in mean square, and the square roots of the diagonal of
 * {@link tweedieCovariance}. Efron 2011. As good as the score is at σ.
 *
 * @param score s(x, σ), [n, d] → [n, d]; it gets σ as a tensor, scalar or [n] as given
 * @param x noisy points, [n, d]
 * @param sigma σ > 0, a number or [n], one per row
 * @throws ShapeError when x is not [n, d] with rows in it, sigma does not fit it, or the score does not return
 *   its shape
 * @throws RangeError when an element of x or of the result is NaN or infinite, or sigma or the batch is out of
 *   range
 *
 * @example
 * ```ts
 * import { tensor } from "@scoretape/autograd";
 * import { data, denoise } from "@scoretape/score";
 *
 * const normal = data.gaussian({ mean: [0] });
 * const { mean, standardDeviation } = denoise((x, sigma) => normal.score(x, sigma), tensor([[3]]), 1, {
 *   standardDeviation: true,
 * });
 * console.log(mean.item(), standardDeviation.item().toFixed(4)); // 1.5 0.7071
 * ```
 */
export function denoise(
  score: NoiseConditionalScore,
  x: Tensor,
  sigma: TensorLike,
  options: DenoiseOptions & { readonly standardDeviation: true },
): Required<Denoised>;
export function denoise(
  score: NoiseConditionalScore,
  x: Tensor,
  sigma: TensorLike,
  options?: DenoiseOptions,
): Denoised;
export function denoise(
  score: NoiseConditionalScore,
  x: Tensor,
  sigma: TensorLike,
  options: DenoiseOptions = {},
): Denoised {
  const name = "denoise";
  checkOptions(name, options, { standardDeviation: "boolean", batch: "number", backend: "any" });
  checkFunction(name, score, "the score");
  checkData(name, x);
  checkSigma(name, sigma, x);
  const n = x.shape[0] ?? 0;
  const { batch = n, standardDeviation = false } = options;
  checkCount(name, batch, "batch");
  const level = sigma instanceof Tensor ? sigma : tensor(sigma, { dtype: x.dtype });
  const moments = momentsOf(options.backend, score, standardDeviation);

  const batches = Array.from({ length: Math.ceil(n / batch) }, (_, i) => {
    const [start, end] = [i * batch, Math.min(n, (i + 1) * batch)];
    const rows = slice(x, [start, 0], [end, dimensionOf(x)]);
    return moments(rows, level.rank === 0 ? level : slice(perRow(level, x), [start], [end]));
  });
  const joined = (part: number): Tensor[] => batches.flatMap((results) => results[part] ?? []);
  const mean = concat(joined(0));
  checkFinite(name, mean, "the posterior mean");
  if (!standardDeviation) return { mean };
  const deviations = concat(joined(1));
  checkFinite(name, deviations, "the posterior standard deviation");
  return { mean, standardDeviation: deviations };
}

const momentsOf = /* @__PURE__ */ keptSteps(
  (score: NoiseConditionalScore, standardDeviation: boolean) => (y: Tensor, own: Tensor) => {
    const scoreAt = (z: Tensor): Tensor => score(z, own);
    const mean = tweedie(scoreAt, y, own);
    return standardDeviation ? [mean, sqrt(maximum(0, tweedieVariance(scoreAt, y, own)))] : [mean];
  },
);
