import { checkOptions, exp, mul, onesLike, portable, zerosLike } from "@scoretape/autograd";
import { checkMoments, type NormalMoments } from "../data/normalMoments.ts";
import { blurredPrior, checkEnds, type DiffusionProcess, normalPrior } from "./process.ts";

/** The noise levels between which a process of growing variance runs. */
export interface VarianceExplodingOptions {
  /** σ(0) > 0, small beside the details of the data; 0.01 unless said. */
  readonly sigmaMin?: number;
  /** σ(1) ≥ σ(0), large beside the spread of the data; 50 unless said. */
  readonly sigmaMax?: number;
  /**
   * The data's mean and covariance Σ, from `data.normalMoments`. With them the process ends in N(μ, Σ + σ(1)²I) instead
   * of N(0, σ(1)²I), which data of unit deviation are far from where σ(1) is not much larger.
   */
  readonly moments?: NormalMoments;
}

/**
 * The variance-exploding process dx = g(t) dw with g² = dσ²/dt and σ(t) = σ_min·(σ_max/σ_min)^t, the continuous form of
 * annealed Langevin sampling over a geometric schedule: α(t) = 1, g(t) = σ(t)·√(2 log(σ_max/σ_min)), and it ends in
 * N(0, σ_max²I). At time 0 the clean point is already blurred by σ_min, so the time range is [0, 1]. Song et al. 2021,
 * eqs. 9, 29 and 30.
 *
 * @example
 * ```ts
 * import { tensor } from "@scoretape/autograd";
 * import { varianceExploding } from "@scoretape/score";
 *
 * const process = varianceExploding({ sigmaMin: 0.01, sigmaMax: 100 });
 * const t = tensor([0, 0.5, 1]);
 * console.log([...process.deviation(t).data].map((sigma) => sigma.toFixed(2)).join(" ")); // 0.01 1.00 100.00
 * ```
 *
 * @throws RangeError unless 0 < sigmaMin ≤ sigmaMax are finite
 */
export function varianceExploding(options: VarianceExplodingOptions = {}): DiffusionProcess {
  const name = "varianceExploding";
  checkOptions(name, options, { sigmaMin: "number", sigmaMax: "number", moments: "any" });
  const { sigmaMin = 0.01, sigmaMax = 50, moments } = options;
  if (moments !== undefined) checkMoments(name, moments);
  checkEnds(name, ["sigmaMin", sigmaMin], ["sigmaMax", sigmaMax]);
  const logRatio = portable.log(sigmaMax / sigmaMin);
  const growth: DiffusionProcess["deviation"] = (t) => exp(mul(logRatio, t));
  return {
    name,
    minTime: 0,
    drift: zerosLike,
    diffusion: (t) => mul(sigmaMin * Math.sqrt(2 * logRatio), growth(t)),
    scale: onesLike,
    deviation: (t) => mul(sigmaMin, growth(t)),
    prior: moments === undefined ? normalPrior(sigmaMax) : blurredPrior(moments, sigmaMax),
  };
}
