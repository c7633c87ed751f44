import {
  add,
  checkFunction,
  checkOptions,
  concat,
  linearize,
  mul,
  slice,
  squeeze,
  type Tensor,
  zeros,
} from "@scoretape/autograd";
import { checkData, checkMethods, checkProbes } from "../check.ts";
import type { VectorField } from "../ode/rungeKutta.ts";
import type { OdeSolver } from "../ode/solver.ts";
import { column, dimensionOf } from "../rows.ts";
import type { SamplerBackend } from "../samplers/compiled.ts";
import { exactDivergence, slicedDivergence } from "./divergence.ts";
import { flowVelocity } from "./probabilityFlow.ts";
import type { DiffusionProcess } from "./process.ts";
import type { TimeConditionalScore } from "./timeConditional.ts";

/** How to compute likelihoods along the probability flow. */
export interface LogLikelihoodOptions {
  /** `dormandPrince(...)` for an accuracy, `heun(...)` for a number of steps. */
  readonly solver: OdeSolver;
  /**
   * v, [n, d] or [m, n, d], for Hutchinson's estimate vᵀJv of the divergence: one Jacobian-vector product per probe, and
   * an unbiased result. Without probes the divergence is exact, by d products.
   */
  readonly probes?: Tensor;
  /** What runs the compiled step; `eager` for a score that reads elements. WebAssembly unless said. */
  readonly backend?: SamplerBackend;
}

/** Likelihoods along the probability flow, one per row. */
export interface LogLikelihood {
  /** log p_ε(x) in nats, [n]. */
  readonly nats: Tensor;
  /** −log₂ p_ε(x)/d, [n]: for data on a grid, add log₂ of the number of grid cells per unit of length. */
  readonly bitsPerDimension: Tensor;
  /** Where the flow takes each point at time 1, [n, d]. */
  readonly latent: Tensor;
  /** How often the score was evaluated at all rows. */
  readonly evaluations: number;
}

/**
 * The log-density of points under a score model, by the probability flow from time ε to 1: along
 * dx/dt = v(x, t) = f·x − ½g²·s(x, t) the log-density changes by −div v, so
 * log p_ε(x(ε)) = log p_prior(x(1)) + ∫ div v(x(t), t) dt. Song et al. 2021, eqs. 13, 39 and 40; Chen et al. 2018 (Neural
 * Ordinary Differential Equations), theorem 1.
 *
 * It is the density of the points that {@link probabilityFlow} makes from the prior. With s = ∇log p_t it is that of the
 * data at time ε, but for the solver's error and for the difference between p_1 and the prior. The integral is solved
 * together with x, as one more column of the state, under the same tolerances.
 *
 * @param score s(x, t), [n, d] → [n, d]; t is a scalar
 * @param x points at time ε, [n, d]
 * @throws RangeError when an element of x or of the probes is NaN or infinite, or a state becomes so
 * @throws ShapeError when x is not [n, d], the probes do not fit it, or the score returns another shape
 *
 * @example
 * ```ts
 * import { tensor } from "@scoretape/autograd";
 * import { data, dormandPrince, logLikelihood, timeConditional, variancePreserving } from "@scoretape/score";
 *
 * const set = data.gaussian({ mean: [0, 0] });
 * const process = variancePreserving();
 * const score = timeConditional((x, sigma) => set.score(x, sigma), process);
 * const x = tensor([[1, 2]]);
 * const { nats, bitsPerDimension } = logLikelihood(score, x, process, { solver: dormandPrince() });
 * console.log(nats.item().toFixed(3), set.logDensity(x).item().toFixed(3)); // -4.338 -4.338
 * console.log(bitsPerDimension.item().toFixed(3)); // 3.129
 * ```
 */
export function logLikelihood(
  score: TimeConditionalScore,
  x: Tensor,
  process: DiffusionProcess,
  options: LogLikelihoodOptions,
): LogLikelihood {
  const name = "logLikelihood";
  checkOptions(name, options, { solver: "any", probes: "any", backend: "any" });
  return likelihoodAlongFlow(name, score, x, process, options);
}

/** {@link logLikelihood}, for whoever it is. */
export function likelihoodAlongFlow(
  name: string,
  score: TimeConditionalScore,
  x: Tensor,
  process: DiffusionProcess,
  options: LogLikelihoodOptions,
): LogLikelihood {
  checkFunction(name, score, "the score");
  checkMethods(name, process, "process", ["drift", "diffusion", "scale", "deviation"]);
  const { solver, probes } = options;
  checkMethods(name, solver, "solver", ["solve"]);
  checkData(name, x);
  if (probes !== undefined) checkProbes(name, probes, x);
  return likelihoodAlong(flowWithDivergence(name, score, process, probes), x, process, options);
}

/** d/dt of a point x and of the integral of div v along its way, as columns: [n, d + 1]. */
export function flowWithDivergence(
  name: string,
  score: TimeConditionalScore,
  process: DiffusionProcess,
  probes?: Tensor,
): VectorField {
  return (state, time) => {
    const [y] = parted(state);
    const [velocity, push] = linearize(flowVelocity(name, score, process, time), [y]);
    const divergence = probes === undefined ? exactDivergence(push, y) : slicedDivergence(push, probes);
    return concat([velocity, column(divergence)], 1);
  };
}

/** The likelihoods along a {@link flowWithDivergence}. */
export function likelihoodAlong(
  field: VectorField,
  x: Tensor,
  process: DiffusionProcess,
  { solver, backend }: Omit<LogLikelihoodOptions, "probes">,
): LogLikelihood {
  const start = concat([x, zeros([x.shape[0] ?? 0, 1], { dtype: x.dtype })], 1);
  const { state, evaluations } = solver.solve(field, start, process.minTime, 1, { backend });
  const [latent, integral] = parted(state);
  const nats = add(process.prior.logDensity(latent), squeeze(integral, 1));
  return { nats, bitsPerDimension: mul(-1 / (dimensionOf(x) * Math.LN2), nats), latent, evaluations };
}

/** The points, [n, d], and the column after them. */
function parted(state: Tensor): readonly [Tensor, Tensor] {
  const [n = 0, end = 1] = state.shape;
  return [slice(state, [0, 0], [n, end - 1]), slice(state, [0, end - 1], [n, end])];
}
