import {
  add,
  checkOptions,
  div,
  type Key,
  mul,
  random,
  square,
  sub,
  type Tensor,
  vjp,
} from "@scoretape/autograd";
import { ancestralStep } from "../samplers/ancestral.ts";
import { keptSteps } from "../samplers/keptSteps.ts";
import type { Samples } from "../samplers/langevin.ts";
import { denoiserOf, descend, scalarLike } from "../samplers/noiseLevels.ts";
import type { NoiseConditionalScore } from "../score.ts";
import { conditioned } from "./conditioning.ts";
import { type CovarianceOptions, covarianceKinds, deviationOf } from "./covariance.ts";
import type { LinearMeasurement } from "./linearMeasurement.ts";
import { inRange, matricesOf } from "./measurementMatrices.ts";
import { checkObserved, type PosteriorOptions, posteriorKinds, projected } from "./options.ts";
import { squared, tweedieMoments } from "./tweedieTwist.ts";

/** How to sample by pseudoinverse guidance; with an isotropic covariance unless said. */
export interface PseudoinverseGuidanceOptions extends PosteriorOptions, CovarianceOptions {}

/**
 * Samples of the points x of which y = Ax + τ·n was measured, one per row of the start, by pseudoinverse guidance (ΠGDM, Song
 * et al. 2023, Pseudoinverse-Guided Diffusion Models for Inverse Problems), written with Tweedie's formula: ancestral steps,
 * as {@link ancestral} takes them, from the posterior mean given y, too,
 * D* = D + σ²·∇ₓ log N(y; A·D(x), v·AAᵀ + τ²I) = D + σ²·J_DᵀAᵀ(v·AAᵀ + τ²I)⁻¹(y − A·D).
 *
 * The clean point is taken to be N(D, v·I) given x, with v = σ²σ_d²/(σ² + σ_d²), which is right where the data are
 * N(μ, σ_d²I); then D* is exact, and the samples are but for an error that falls with the length of the steps. Where v is too
 * large, what was measured counts for too little: with modes far apart, if σ_d is that of all data. An evaluation of the score
 * and a product with its transposed Jacobian a step.
 *
 * With Tweedie's covariance C = σ²·J_D in the place of v·I, D* = D + CAᵀ(ACAᵀ + τ²I)⁻¹(y − A·D) is exact for all normal data;
 * d products with the Jacobian a step. Of a mixture neither has the weights of modes right: see {@link twisted}.
 *
 * An exact measurement (τ = 0) holds exactly after a step to σ' = 0.
 *
 * @param score s(x, σ), [n, d] → [n, d]; σ is a scalar
 * @param start states at the level σ₀, [n, d], as for {@link ancestral}
 * @throws RangeError when a state becomes infinite or NaN, with the step, the row and what to do, and when an option is
 *   out of range
 * @throws ShapeError when the start is not [n, d], what was observed does not fit it, or the score returns another shape
 *
 * @example
 * ```ts
 * import { broadcastTo, mean, mul, random, tensor } from "@scoretape/autograd";
 * import { data, karrasSchedule, linearMeasurement, posterior } from "@scoretape/score";
 *
 * // Two numbers that go together; the first was measured, the second is sought: it is 1.6 on average, 0.8 times the first.
 * const set = data.gaussian({ mean: [0, 0], covariance: [[1, 0.8], [0.8, 1]] });
 * const start = mul(20, random.normal(random.key(0), [5000, 2]));
 * const { samples } = posterior.pseudoinverseGuidance((x, sigma) => set.score(x, sigma), start, {
 *   measurement: linearMeasurement({ mask: tensor([1, 0]) }),
 *   observed: broadcastTo(tensor([2, 0]), start.shape),
 *   sigmas: karrasSchedule({ sigmaMin: 0.02, sigmaMax: 20, steps: 50 }),
 *   key: random.key(1),
 * });
 * console.log([...mean(samples, { axis: 0 }).data].map((x) => x.toFixed(1)).join(" ")); // 2.0 1.5
 * ```
 */
export function pseudoinverseGuidance(
  score: NoiseConditionalScore,
  start: Tensor,
  options: PseudoinverseGuidanceOptions,
): Samples {
  const name = "posterior.pseudoinverseGuidance";
  checkOptions(name, options, { ...posteriorKinds, ...covarianceKinds });
  const { measurement, observed, key, backend } = options;
  const dataDeviation = deviationOf(name, options, "isotropic");
  checkObserved(name, start, options);
  const step = steps(backend, score, name, measurement, dataDeviation);
  return descend(name, score, start, options, (x, { step: i, from, to }) => {
    const next = step(x, observed, random.foldIn(key, i - 1), scalarLike(x, from), scalarLike(x, to));
    return to === 0 && measurement.noise === 0 ? projected(measurement, next, observed) : next;
  });
}

const steps = /* @__PURE__ */ keptSteps(
  (
    score: NoiseConditionalScore,
    name: string,
    measurement: LinearMeasurement,
    dataDeviation: number | null,
  ) => {
    const guided =
      dataDeviation === null
        ? byTweedie(name, score, measurement)
        : byIsotropic(name, score, measurement, dataDeviation);
    return (x: Tensor, y: Tensor, own: Key, from: Tensor, to: Tensor) =>
      ancestralStep(guided(x, y, from), x, own, from, to);
  },
);

/** D*(x, y, σ) */
type Guided = (x: Tensor, y: Tensor, sigma: Tensor) => Tensor;

function byIsotropic(
  name: string,
  score: NoiseConditionalScore,
  { observe, transpose, solve, noise }: LinearMeasurement,
  dataDeviation: number,
): Guided {
  const denoiser = denoiserOf(name, score);
  const dataVariance = dataDeviation * dataDeviation;
  return (x, y, sigma) => {
    const [D, pullback] = vjp((z: Tensor) => denoiser(z, sigma), [x]);
    const variance = square(sigma);
    const v = div(mul(variance, dataVariance), add(variance, dataVariance));
    const [gradient] = pullback(transpose(solve(sub(y, observe(D)), v, noise * noise)));
    return add(D, mul(variance, gradient));
  };
}

function byTweedie(name: string, score: NoiseConditionalScore, measurement: LinearMeasurement): Guided {
  const moments = tweedieMoments(name, score);
  return (x, y, sigma) => {
    const [D, L] = moments(x, sigma);
    const variance = scalarLike(x, measurement.noise * measurement.noise);
    const measured = { ...matricesOf(measurement, x), y: inRange(measurement, y), variance };
    return conditioned(D, squared(L), measured).mean;
  };
}
