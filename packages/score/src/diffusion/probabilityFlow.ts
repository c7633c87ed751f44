import { checkFunction, checkOptions, mul, square, sub, type Tensor } from "@scoretape/autograd";
import { checkCount, checkData, checkMethods } from "../check.ts";
import type { OdeSolver } from "../ode/solver.ts";
import type { SamplerBackend } from "../samplers/compiled.ts";
import type { Samples } from "../samplers/langevin.ts";
import { trajectoryFrom } from "../samplers/walk.ts";
import { checked, type Score } from "../score.ts";
import { checkStartTime, type DiffusionProcess } from "./process.ts";
import { denoised } from "./reverse.ts";
import type { TimeConditionalScore } from "./timeConditional.ts";

/** Where a sampler along the probability flow is. */
export interface ProbabilityFlowStep {
  /** How many steps are done, from 1; rejected ones do not count. */
  readonly step: number;
  /** The process's time after the step, down to ε. */
  readonly time: number;
  /** The states after the step, [n, d]. */
  readonly x: Tensor;
}

/** How to sample along the probability flow. */
export interface ProbabilityFlowOptions {
  /** `dormandPrince(...)` for an accuracy, `heun(...)` for a number of steps. */
  readonly solver: OdeSolver;
  /** The time of the start, above ε; 1, that of noise, unless said. */
  readonly startTime?: number;
  /** End with (x + σ²·s)/α at ε, the posterior mean of the clean point (Tweedie). */
  readonly finalDenoise?: boolean;
  /** Called after every step. */
  readonly onStep?: (state: ProbabilityFlowStep) => void;
  /** Keep the start and every k-th state after it. */
  readonly trajectory?: number;
  /** What runs the compiled step; `eager` for a score that reads elements. WebAssembly unless said. */
  readonly backend?: SamplerBackend;
}

/** What sampling along the probability flow returns. */
export interface ProbabilityFlowSamples extends Samples {
  /** How often the score was evaluated at all rows. */
  readonly evaluations: number;
}

/**
 * The velocity of the probability flow at a time, f(t)·x − ½g²(t)·s(x, t): the ordinary differential equation whose
 * solutions have the density p_t of the process at every time when s = ∇log p_t. Song et al. 2021, eq. 13.
 */
export function flowVelocity(
  name: string,
  score: TimeConditionalScore,
  process: DiffusionProcess,
  time: Tensor,
): Score {
  const scores = checked(name, (y) => score(y, time));
  const halfSquare = mul(0.5, square(process.diffusion(time)));
  return (x) => sub(mul(process.drift(time), x), mul(halfSquare, scores(x)));
}

/**
 * Samples along the probability flow dx/dt = f·x − ½g²·s(x, t) from time 1 to ε, one per row of x1. No noise is added: a
 * start determines its sample, and the map can be inverted. Song et al. 2021, section 4.3.
 *
 * @param score s(x, t), [n, d] → [n, d]; t is a scalar
 * @param x1 the states at the start, time 1 unless said, [n, d]: see `process.prior.sample`
 * @throws RangeError when a state becomes infinite or NaN, with the step and the row, and when an option is out of range
 * @throws ShapeError when x1 is not [n, d], or the score returns another shape
 *
 * @example
 * ```ts
 * import { random } from "@scoretape/autograd";
 * import { data, dormandPrince, probabilityFlow, timeConditional, variancePreserving } from "@scoretape/score";
 *
 * const set = data.gaussian({ mean: [0], covariance: [[4]] });
 * const process = variancePreserving();
 * const score = timeConditional((x, sigma) => set.score(x, sigma), process);
 * const start = process.prior.sample(random.key(0), [1, 1]);
 * const { samples } = probabilityFlow(score, start, process, { solver: dormandPrince() });
 * // From N(0, 1) to N(0, 4) the flow doubles every point.
 * console.log((samples.item() / start.item()).toFixed(2)); // 2.00
 * ```
 */
export function probabilityFlow(
  score: TimeConditionalScore,
  x1: Tensor,
  process: DiffusionProcess,
  options: ProbabilityFlowOptions,
): ProbabilityFlowSamples {
  const name = "probabilityFlow";
  checkOptions(name, options, {
    solver: "any",
    startTime: "number",
    finalDenoise: "boolean",
    onStep: "function",
    trajectory: "number",
    backend: "any",
  });
  checkFunction(name, score, "the score");
  checkMethods(name, process, "process", ["drift", "diffusion", "scale", "deviation"]);
  checkMethods(name, options.solver, "solver", ["solve"]);
  const { solver, startTime = 1, finalDenoise = false, onStep, backend } = options;
  checkData(name, x1, "x1");
  checkStartTime(name, startTime, process);
  if (options.trajectory !== undefined) checkCount(name, options.trajectory, "trajectory");
  const kept = trajectoryFrom(x1, options.trajectory);
  const { state, evaluations } = solver.solve(
    (x, time) => flowVelocity(name, score, process, time)(x),
    x1,
    startTime,
    process.minTime,
    {
      backend,
      onStep({ step, time, state: x }) {
        kept.add(x);
        onStep?.({ step, time, x });
      },
    },
  );
  const samples = finalDenoise ? denoised(name, score, state, process) : state;
  return { samples, trajectory: kept.states, evaluations };
}
