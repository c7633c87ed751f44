import {
  checkOptions,
  random,
  reshape,
  ShapeError,
  slice,
  stack,
  type Tensor,
  vmap,
  zeros,
} from "@scoretape/autograd";
import { checkCount, checkData } from "../check.ts";
import { descending } from "../samplers/descending.ts";
import type { Samples } from "../samplers/langevin.ts";
import { descend, scalarLike } from "../samplers/noiseLevels.ts";
import type { NoiseConditionalScore } from "../score.ts";
import { type CovarianceOptions, covarianceKinds, deviationOf } from "./covariance.ts";
import { inRange, matricesOf } from "./measurementMatrices.ts";
import { checkObserved, type PosteriorOptions, posteriorKinds, projected } from "./options.ts";
import { type Particles, particleSteps } from "./particles.ts";

/** How to sample by twisted sequential Monte Carlo. */
export interface TwistedOptions extends PosteriorOptions, CovarianceOptions {
  /** K, the particles of each row, from 1; 16 unless said. */
  readonly particles?: number;
}

/** Samples of a posterior, and how far they are to be trusted. */
export interface TwistedSamples extends Samples {
  /**
   * 1/Σw² of each row's weights before every step, [steps, n]: K where all particles count alike, 1 where one counts alone.
   * Where it comes near 1, take more particles.
   */
  readonly effectiveSampleSizes: Tensor;
  /** The estimate of log p(y) for each row, [n]: its exponential has the right mean, whatever K. */
  readonly logEvidence: Tensor;
}

/**
 * Samples of the points x of which y = Ax + τ·n was measured by the twisted diffusion sampler, sequential Monte Carlo along the
 * noise levels (Wu et al. 2023, Practical and Asymptotically Exact Conditional Sampling in Diffusion Models, algorithm 1): each
 * row of what was observed has K particles, which are drawn to the next level with y in view, weighed by
 * w ∝ p(x' | x)·p̃(y | x')/(p̃(y | x)·q(x' | x, y)), and resampled systematically where 1/Σw² falls below K/2. The twist
 * p̃(y | x) = N(y; A·D, A·C·Aᵀ + τ²I) takes the clean point to be N(D, C) given x; the samples have equal weights.
 *
 * With more particles it comes as near to the posterior as one likes, but for the length of the steps, whatever the twist: the
 * weights make up for what D and C leave out, such as modes far apart. With Tweedie's covariance C = σ²·J_D it is exact where
 * the data are normal, with one particle and steps of any length. Particles of one row are not independent of each other.
 *
 * @param score s(x, σ), [n·K, d] → [n·K, d]; σ is a scalar
 * @param start states at the level σ₀, [n·K, d]: K for each row that was observed, one row after another, as for
 *   {@link ancestral}; what was observed, and a mask with rows, has n
 * @throws RangeError when a state becomes infinite or NaN, with the step, the row and what to do, and when an option is
 *   out of range
 * @throws ShapeError when the start is not [n·K, d], what was observed does not fit it, or the score returns another shape
 *
 * @example
 * ```ts
 * import { broadcastTo, greater, mean, mul, random, slice, tensor, where } from "@scoretape/autograd";
 * import { data, karrasSchedule, linearMeasurement, posterior } from "@scoretape/score";
 *
 * // The second number is near −2 or near 2. The first was measured: it speaks for 2, with a probability of 0.77.
 * const set = data.gaussianMixture({ weights: [1, 1], means: [[-1, -2], [1, 2]], standardDeviations: 0.7 });
 * const start = mul(20, random.normal(random.key(0), [200 * 20, 2]));
 * const { samples } = posterior.twisted((x, sigma) => set.score(x, sigma), start, {
 *   measurement: linearMeasurement({ mask: tensor([1, 0]) }),
 *   observed: broadcastTo(tensor([0.3, 0]), [200, 2]),
 *   particles: 20,
 *   sigmas: karrasSchedule({ sigmaMin: 0.02, sigmaMax: 20, steps: 30 }),
 *   key: random.key(1),
 * });
 * const isNear2 = greater(slice(samples, [0, 1], [4000, 2]), 0);
 * console.log(mean(where(isNear2, 1, 0)).item().toFixed(2)); // 0.77
 * ```
 */
export function twisted(
  score: NoiseConditionalScore,
  start: Tensor,
  options: TwistedOptions,
): TwistedSamples {
  const name = "posterior.twisted";
  checkOptions(name, options, { ...posteriorKinds, ...covarianceKinds, particles: "number" });
  const { measurement, observed, key, particles = 16, backend } = options;
  checkCount(name, particles, "particles");
  checkData(name, start, "start");
  const [all = 0, d = 0] = start.shape;
  if (all % particles !== 0) {
    throw new ShapeError(
      `${name}: start has ${all} rows, no multiple of ${particles} particles; give ${particles} for each row observed`,
    );
  }
  const n = all / particles;
  const lowest = descending(name, options.sigmas, "zero").at(-1);
  if (lowest !== 0) {
    throw new RangeError(
      `${name}: sigmas end at ${lowest}; weights are right for clean points alone, end at 0 as karrasSchedule does`,
    );
  }
  const dataDeviation = deviationOf(name, options, "tweedie");
  checkObserved(name, slice(start, [0, 0], [n, d]), options);
  const like = { dtype: start.dtype };
  const measured = {
    ...matricesOf(measurement, zeros([n, d], like)),
    y: inRange(measurement, observed),
    variance: scalarLike(start, measurement.noise * measurement.noise),
  };
  const step = particleSteps(backend, score, { name, particles, dataDeviation });
  let now: Omit<Particles, "effectiveSampleSize"> = {
    x: start,
    logWeights: zeros([n, particles], like),
    logEvidence: zeros([n], like),
  };
  const sizes: Tensor[] = [];
  const samples = descend(name, score, start, options, (x, { step: i, from, to }) => {
    const next = step(
      { ...now, x },
      measured,
      random.foldIn(key, i - 1),
      scalarLike(x, from),
      scalarLike(x, to),
    );
    now = next;
    sizes.push(next.effectiveSampleSize);
    if (to !== 0 || measurement.noise !== 0) return next.x;
    const ofRow = reshape(next.x, [n, particles, d]);
    const exact = vmap((own: Tensor) => projected(measurement, own, observed), { in: 1, out: 1 })(ofRow);
    return reshape(exact, [all, d]);
  });
  return {
    ...samples,
    effectiveSampleSizes: stack(sizes, 0),
    logEvidence: now.logEvidence,
  };
}
