import {
  add,
  checkOptions,
  div,
  expandDims,
  greater,
  type Key,
  mul,
  random,
  sqrt,
  sub,
  type Tensor,
  vjp,
  where,
} from "@scoretape/autograd";
import { checkPositive } from "../check.ts";
import { squaredNorm } from "../rows.ts";
import { ancestralStep } from "../samplers/ancestral.ts";
import { keptSteps } from "../samplers/keptSteps.ts";
import type { Samples } from "../samplers/langevin.ts";
import { denoiserOf, descend, scalarLike } from "../samplers/noiseLevels.ts";
import type { NoiseConditionalScore } from "../score.ts";
import type { LinearMeasurement } from "./linearMeasurement.ts";
import { inRange } from "./measurementMatrices.ts";
import { checkObserved, type PosteriorOptions, posteriorKinds } from "./options.ts";

/** How to sample by diffusion posterior sampling. */
export interface DpsOptions extends PosteriorOptions {
  /** ζ > 0, half of how far a step goes toward what was measured, where D follows x; 0.3 unless said. */
  readonly strength?: number;
}

/**
 * Samples of points x of which y = Ax + τ·n was measured, one per row of the start, by diffusion posterior sampling (Chung et
 * al. 2023, Diffusion Posterior Sampling for General Noisy Inverse Problems, algorithm 1, for noise of growing variance): an
 * ancestral step, as {@link ancestral} takes it, and then x' ← x' − (ζ/‖y − A·D(x)‖)·∇ₓ‖y − A·D(x)‖².
 *
 * The length of that move does not depend on how well was measured: nothing tells ζ but trying. It makes points that fit what
 * was measured, whose spread is not that of the posterior. An evaluation of the score and a product with its transposed
 * Jacobian a step.
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
 * const { samples } = posterior.dps((x, sigma) => set.score(x, sigma), start, {
 *   measurement: linearMeasurement({ mask: tensor([1, 0]) }),
 *   observed: broadcastTo(tensor([2, 0]), start.shape),
 *   sigmas: karrasSchedule({ sigmaMin: 0.02, sigmaMax: 20, steps: 50 }),
 *   key: random.key(1),
 * });
 * console.log([...mean(samples, { axis: 0 }).data].map((x) => x.toFixed(1)).join(" ")); // 2.0 1.4
 * ```
 */
export function dps(score: NoiseConditionalScore, start: Tensor, options: DpsOptions): Samples {
  const name = "posterior.dps";
  checkOptions(name, options, { ...posteriorKinds, strength: "number" });
  const { measurement, observed, key, strength = 0.3, backend } = options;
  checkPositive(name, strength, "strength");
  checkObserved(name, start, options);
  const step = steps(backend, score, name, measurement);
  return descend(name, score, start, options, (x, { step: i, from, to }) =>
    step(
      x,
      observed,
      random.foldIn(key, i - 1),
      scalarLike(x, from),
      scalarLike(x, to),
      scalarLike(x, strength),
    ),
  );
}

const steps = /* @__PURE__ */ keptSteps(
  (score: NoiseConditionalScore, name: string, measurement: LinearMeasurement) => {
    const denoiser = denoiserOf(name, score);
    return (x: Tensor, y: Tensor, own: Key, from: Tensor, to: Tensor, strength: Tensor) => {
      const [D, pullback] = vjp((z: Tensor) => denoiser(z, from), [x]);
      const off = sub(inRange(measurement, y), measurement.observe(D));
      const length = expandDims(sqrt(squaredNorm(off)), 1);
      // ∇ₓ‖y − A·D‖ = −J_DᵀAᵀ(y − A·D)/‖y − A·D‖; where D fits exactly there is nowhere to go.
      const direction = where(greater(length, 0), div(off, where(greater(length, 0), length, 1)), 0);
      const [toward] = pullback(measurement.transpose(direction));
      return add(ancestralStep(D, x, own, from, to), mul(mul(2, strength), toward));
    };
  },
);
