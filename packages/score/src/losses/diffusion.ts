import {
  checkFunction,
  checkOptions,
  kindOf,
  mul,
  square,
  type Tensor,
  type TensorLike,
} from "@scoretape/autograd";
import { checkData, checkLikeData, checkMethods, checkPerRow } from "../check.ts";
import type { DiffusionProcess } from "../diffusion/process.ts";
import type { TimeConditionalScore } from "../diffusion/timeConditional.ts";
import { column, perRow } from "../rows.ts";
import { checked } from "../score.ts";
import { denoisingRows } from "./denoising.ts";
import { type LossOptions, lossKinds, reduce } from "./reduction.ts";

/** How much each time of a process counts. */
export type DiffusionWeighting = "variance" | "likelihood";

/** Options of {@link diffusionDenoisingScoreMatching}. */
export interface DiffusionDenoisingOptions extends LossOptions {
  /**
   * `variance`: λ(t) = σ²(t), all times alike, the best for samples. `likelihood`: λ(t) = g²(t), with which the loss
   * bounds the negative log-likelihood. `variance` unless said.
   */
  readonly weighting?: DiffusionWeighting;
}

const weights: Record<DiffusionWeighting, (process: DiffusionProcess, t: Tensor) => Tensor> = {
  variance: (process, t) => square(process.deviation(t)),
  likelihood: (process, t) => square(process.diffusion(t)),
};

/**
 * Denoising score matching in continuous time: per row λ(t)·½‖s(α(t)x + σ(t)z, t) + z/σ(t)‖² with the row's own time,
 * averaged over the rows. Song et al. 2021, eq. 7; the likelihood weighting is that of Song, Durkan, Murray and Ermon
 * 2021 (Maximum Likelihood Training of Score-Based Diffusion Models), theorem 1.
 *
 * Its minimiser is s(·, t) = ∇log p_t, the score of the process's state at every time, and its value there the mean over
 * the times of ½λ(t)·(d/σ²(t) − E‖∇log p_t‖²). For data from N(0, I) these are −x/(α² + σ²) and
 * ½λd·α²/(σ²(α² + σ²)).
 *
 * @param score s(x, t); it receives the times as [n]
 * @param x clean data, [n, d]
 * @param noise z, [n, d], standard normal: see `random.normal`
 * @param times t in [ε, 1], [n], one per row (or a number: one time for all); see {@link diffusionTimes}
 * @returns a scalar; with `reduction: "none"` the value of each row, [n]
 * @throws ShapeError when x is not [n, d] with rows in it, the noise or the times do not fit it, or the score does not
 * return its shape
 * @throws RangeError when an element of x or of the noise is NaN or infinite, a time lies outside [ε, 1], or the
 * weighting is not one of the two
 *
 * @example
 * ```ts
 * import { neg, random } from "@scoretape/autograd";
 * import { diffusionDenoisingScoreMatching, variancePreserving } from "@scoretape/score";
 *
 * const process = variancePreserving();
 * const x = random.normal(random.key(0), [20_000, 2]);
 * const noise = random.normal(random.key(1), x.shape);
 * // The score of data from N(0, I) is −x at every time; where α² = σ² = ½ the loss there is ½.
 * const time = 0.2585;
 * const loss = diffusionDenoisingScoreMatching((y) => neg(y), x, noise, time, process);
 * console.log(loss.item().toFixed(1)); // 0.5
 * ```
 */
export function diffusionDenoisingScoreMatching(
  score: TimeConditionalScore,
  x: Tensor,
  noise: Tensor,
  times: TensorLike,
  process: DiffusionProcess,
  options: DiffusionDenoisingOptions = {},
): Tensor {
  const name = "diffusionDenoisingScoreMatching";
  checkOptions(name, options, { ...lossKinds, weighting: "any" });
  checkFunction(name, score, "the score");
  checkMethods(name, process, "process", ["drift", "diffusion", "scale", "deviation"]);
  const { weighting = "variance" } = options;
  checkData(name, x);
  checkLikeData(name, noise, x, "noise");
  checkTimes(name, times, x, process);
  const weight = weights[weighting];
  if (weight === undefined) {
    throw new RangeError(`${name}: weighting is ${kindOf(weighting)}; it is "variance" or "likelihood"`);
  }
  const t = perRow(times, x);
  const mean = mul(column(process.scale(t)), x);
  const scoreThen = checked(name, (y) => score(y, t));
  const rows = denoisingRows(scoreThen, mean, noise, process.deviation(t), false);
  return reduce(name, mul(weight(process, t), rows), options);
}

function checkTimes(name: string, times: TensorLike, x: Tensor, { minTime }: DiffusionProcess): void {
  // In float32 the time ε may be the next number below.
  const earliest = Math.min(minTime, Math.fround(minTime));
  const inRange = (t: number): boolean => t >= earliest && t <= 1;
  checkPerRow(name, times, x, "the time", inRange, `times of the process lie in [${minTime}, 1]`);
}
