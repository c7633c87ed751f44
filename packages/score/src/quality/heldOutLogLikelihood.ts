import { cast, checkFunction, checkOptions, type Key, random, type Tensor } from "@scoretape/autograd";
import { checkCount, checkKey } from "../check.ts";
import type { NormalMoments } from "../data/normalMoments.ts";
import { blurredPrior, checkEnds } from "../diffusion/process.ts";
import type { SamplerBackend } from "../samplers/compiled.ts";
import type { NoiseConditionalScore } from "../score.ts";
import { someRows } from "../someRows.ts";
import { checkSplit, momentsOf } from "./checkSplit.ts";
import { type Estimate, estimateOf } from "./estimate.ts";
import { flowLogDensity } from "./flowLogDensity.ts";
import { kernelDensity } from "./kernelDensity.ts";

/** How to measure the likelihood of held-out rows. */
export interface HeldOutLogLikelihoodOptions {
  /** The smallest noise level of the score, by which all three densities are blurred. */
  readonly sigmaMin: number;
  /** The largest. */
  readonly sigmaMax: number;
  /** Draws probes, and which rows are taken where there are very many. */
  readonly key: Key;
  /** So many test rows are looked at at most, from 2: 1000 unless said, fewer from 100 columns on. */
  readonly rows?: number;
  /** `data.normalMoments(training, { shrinkage: "leave-one-out" })`, where that is known already. */
  readonly moments?: NormalMoments;
  /** What runs the compiled flow; `eager` for a score that reads elements. WebAssembly unless said. */
  readonly backend?: SamplerBackend;
}

/** How likely rows are under a model that has not seen them, and under two baselines that saw the same training rows. */
export interface HeldOutLogLikelihood {
  /** How many test rows were looked at. */
  readonly rows: number;
  /** Means over the test rows, in nats a row. */
  readonly logLikelihood: {
    /** Null where the flow of the score leaves the finite numbers, or is too rough to be followed. */
    readonly model: Estimate | null;
    readonly gaussian: Estimate;
    readonly kde: Estimate;
  };
  /** Model minus baseline, row by row: what they share cancels, so the errors are smaller. Above 0 the model is better. */
  readonly advantage: { readonly gaussian: Estimate | null; readonly kde: Estimate | null };
  /** h of the kernel density estimate. */
  readonly bandwidth: number;
}

/** So many rows × columns are followed at most, but never below 100 rows. */
const [ROWS, FEWEST, VALUES] = [1000, 100, 1e5];

/**
 * The log-likelihood of rows that were kept aside, under a score's probability flow from σ_max to σ_min, beside those of
 * two densities that know the same training rows: the Gaussian N(μ, Σ + σ_min²I), Σ shrunk by as much as makes each
 * training row likeliest given the others, and the kernel density estimate with the bandwidth of `kernelBandwidth`, at least σ_min. So all three are blurred
 * alike. The flow begins at N(μ, Σ + σ_max²I); Song et al. 2021, equation 39.
 *
 * The divergence is exact up to 8 columns. Beyond, it is estimated by probes (Hutchinson), with the part that is a
 * Gaussian's taken out and known exactly; what error remains is in the standard errors. The flow is solved to an error
 * far below these.
 *
 * @param score s(z, σ)
 * @param training the rows that the score was learned from, standardised, [n, d], n ≥ 2
 * @param test rows of the same kind that it was not, in its dtype, [k, d], k ≥ 2
 * @throws ShapeError when they are not matrices of equal width with two rows or more
 * @throws RangeError when an element is not finite, all training rows are equal, or an option is out of range
 *
 * @example
 * ```ts
 * import { random } from "@scoretape/autograd";
 * import { data, heldOutLogLikelihood } from "@scoretape/score";
 *
 * const set = data.eightGaussians;
 * const [training, test] = [set.sample(random.key(0), 500), set.sample(random.key(1), 200)];
 * const options = { sigmaMin: 0.1, sigmaMax: 3, key: random.key(2) };
 * const { advantage } = heldOutLogLikelihood((z, sigma) => set.score(z, sigma), training, test, options);
 * console.log((advantage.gaussian?.value ?? 0) > 0.5); // true
 * ```
 */
export function heldOutLogLikelihood(
  score: NoiseConditionalScore,
  training: Tensor,
  test: Tensor,
  options: HeldOutLogLikelihoodOptions,
): HeldOutLogLikelihood {
  const name = "heldOutLogLikelihood";
  checkOptions(name, options, {
    sigmaMin: "number",
    sigmaMax: "number",
    key: "any",
    rows: "number",
    moments: "any",
    backend: "any",
  });
  checkFunction(name, score, "the score");
  checkSplit(name, { training, test });
  const { sigmaMin, sigmaMax, key, backend } = options;
  checkEnds(name, ["sigmaMin", sigmaMin], ["sigmaMax", sigmaMax]);
  checkKey(name, key);
  const [, d = 1] = test.shape;
  const { rows = Math.min(ROWS, Math.max(FEWEST, Math.floor(VALUES / d))) } = options;
  checkCount(name, rows, "rows");
  if (rows < 2) throw new RangeError(`${name}: rows is 1; two have a standard error`);
  const seen = someRows(test, rows, random.foldIn(key, 0));
  const precise = cast(seen, "float64");
  const moments = momentsOf(name, training, options.moments);
  const kernels = kernelDensity(training, sigmaMin, random.foldIn(key, 1));
  const ofGaussian = blurredPrior(moments, sigmaMin).logDensity(precise).data;
  const ofKernels = kernels.logDensity(seen);
  const ofModel = flowLogDensity(score, seen, {
    moments,
    sigmaMin,
    sigmaMax,
    key: random.foldIn(key, 2),
    backend,
  });
  const over = (baseline: ArrayLike<number>): Estimate | null =>
    ofModel === null ? null : estimateOf(ofModel.map((value, i) => value - (baseline[i] as number)));
  return {
    rows: ofGaussian.length,
    logLikelihood: {
      model: ofModel === null ? null : estimateOf(ofModel),
      gaussian: estimateOf(ofGaussian),
      kde: estimateOf(ofKernels),
    },
    advantage: { gaussian: over(ofGaussian), kde: over(ofKernels) },
    bandwidth: kernels.bandwidth,
  };
}
