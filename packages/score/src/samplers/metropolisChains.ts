import { type Key, random, type Tensor, tensor } from "@scoretape/autograd";
import { checkCount, checkData, checkPositive } from "../check.ts";
import { dimensionOf } from "../rows.ts";
import type { Energy } from "../score.ts";
import { dualAveraging, varianceOf } from "./adaptation.ts";
import { type ChainState, checkStart, stateOf } from "./chainState.ts";
import type { LangevinStep, Samples } from "./langevin.ts";
import type { Transition } from "./metropolis.ts";
import { compiled, floatOf, type SamplerBackend, trajectoryFrom } from "./walk.ts";

/** Where a sampler with a Metropolis test is; the steps of the warm-up count. */
export interface MetropolisStep extends LangevinStep {
  /** Whether the step was part of the warm-up. */
  readonly warmUp: boolean;
  /** ε of the step. */
  readonly stepSize: number;
  /** The mean over the chains of the probability with which the step was accepted. */
  readonly acceptance: number;
}

/** How to run chains with a Metropolis test. */
export interface MetropolisOptions {
  /** ε > 0 in units of the scale; where the adaptation starts, if there is a warm-up. */
  readonly stepSize: number;
  /** How many steps after the warm-up, from 1. */
  readonly steps: number;
  /** Makes the noise: the same key, the same samples. */
  readonly key: Key;
  /** How many steps adapt the step size, by dual averaging (Hoffman & Gelman 2014), before it is frozen; 0
   * unless said. */
  readonly warmUpSteps?: number;
  /** The mean acceptance probability that the warm-up aims at, in (0, 1). Where some places of the target are much
   * narrower than others, chains with too long a step seldom enter them: aim higher. */
  readonly targetAcceptance?: number;
  /** σ > 0, a length for each coordinate, [d]: the chains move as they would in x/σ. Ones unless said; `adapt`
   * takes the standard deviations of the states of the warm-up. */
  readonly scale?: readonly number[] | "adapt";
  /** Called after every step. */
  readonly onStep?: (state: MetropolisStep) => void;
  /** Keep the state at the end of the warm-up and every k-th state after it. */
  readonly trajectory?: number;
  /** What runs the compiled step; `eager` for an energy that reads the elements of x. WebAssembly unless said. */
  readonly backend?: SamplerBackend;
}

/** What a sampler with a Metropolis test returns. All but the last line is about the steps after the warm-up. */
export interface MetropolisSamples extends Samples {
  /** The share of the proposals that were accepted, over all chains, in [0, 1]. */
  readonly acceptanceRate: number;
  /** The same of each chain, n numbers. */
  readonly acceptanceRates: readonly number[];
  /** How many proposals had an energy error that is not finite or above 1000. All were rejected. */
  readonly divergences: number;
  /** The ε of all steps. */
  readonly stepSize: number;
  /** The σ of all steps, d numbers. */
  readonly scale: readonly number[];
  /** The divergences of the warm-up. */
  readonly warmUpDivergences: number;
}

/** One proposal and its test, for all chains; ε is a scalar, σ is [d]. */
export type MetropolisKernel = (state: ChainState, key: Key, stepSize: Tensor, scale: Tensor) => Transition;

/** Where a warm-up looks at variances, as shares of it: from each to the next. What
 * comes before is on its way to the target; what comes after adapts the step size to the last scale. */
const VARIANCE_WINDOWS = [0.1, 0.2, 0.4, 0.8] as const;

/** Runs a kernel from x0: a warm-up that adapts, then steps of one size. Step t has `foldIn(key, t − 1)`. */
export function metropolisChains(
  name: string,
  energy: Energy,
  kernel: MetropolisKernel,
  x0: Tensor,
  options: MetropolisOptions & { readonly targetAcceptance: number },
): MetropolisSamples {
  const { steps, key, warmUpSteps = 0, onStep } = options;
  checkOptions(name, x0, options);
  const start = compiled(stateOf(name, energy), options.backend)(x0);
  checkStart(name, start);
  const run = { kernel, key, total: warmUpSteps + steps, dtype: floatOf(x0), onStep };

  const warm = warmUp(run, start, options);
  const kept = trajectoryFrom(warm.state.x, options.trajectory);
  const accepted = new Float64Array(x0.shape[0] ?? 0);
  let { state } = warm;
  let divergences = 0;
  for (let step = warmUpSteps + 1; step <= run.total; step++) {
    const next = transition(run, state, step, warm, false);
    state = next.state;
    kept.add(state.x);
    next.accepted.data.forEach((value, chain) => {
      accepted[chain] = (accepted[chain] as number) + value;
    });
    divergences += sumOf(next.diverged);
  }
  const acceptanceRates = Array.from(accepted, (count) => count / steps);
  return {
    samples: state.x,
    trajectory: kept.states,
    acceptanceRate: acceptanceRates.reduce((sum, rate) => sum + rate, 0) / acceptanceRates.length,
    acceptanceRates,
    divergences,
    stepSize: warm.stepSize,
    scale: warm.scale,
    warmUpDivergences: warm.divergences,
  };
}

/** What stays the same from step to step. */
interface Run {
  readonly kernel: MetropolisKernel;
  readonly key: Key;
  readonly total: number;
  readonly dtype: "float32" | "float64";
  readonly onStep: MetropolisOptions["onStep"];
}

/** How far a step goes. */
interface Tuning {
  readonly stepSize: number;
  readonly scale: readonly number[];
}

function transition(run: Run, state: ChainState, step: number, tuning: Tuning, warmUp: boolean): Transition {
  const { dtype } = run;
  const next = run.kernel(
    state,
    random.foldIn(run.key, step - 1),
    tensor(tuning.stepSize, { dtype }),
    tensor(tuning.scale, { dtype }),
  );
  run.onStep?.({
    step,
    steps: run.total,
    warmUp,
    stepSize: tuning.stepSize,
    acceptance: sumOf(next.probability) / next.probability.size,
    x: next.state.x,
  });
  return next;
}

/** The steps that adapt, and what they found. */
function warmUp(
  run: Run,
  start: ChainState,
  options: MetropolisOptions & { readonly targetAcceptance: number },
): Tuning & { readonly state: ChainState; readonly divergences: number } {
  const { warmUpSteps = 0, targetAcceptance } = options;
  const d = dimensionOf(start.x);
  const adapts = options.scale === "adapt";
  let scale = adapts || options.scale === undefined ? new Array<number>(d).fill(1) : options.scale;
  let adaptation = dualAveraging(options.stepSize, targetAcceptance);
  let variances = varianceOf(d);
  const [from, ...ends] = VARIANCE_WINDOWS.map((share) => Math.floor(share * warmUpSteps));
  let state = start;
  let divergences = 0;
  for (let step = 1; step <= warmUpSteps; step++) {
    const next = transition(run, state, step, { stepSize: adaptation.stepSize, scale }, true);
    state = next.state;
    divergences += sumOf(next.diverged);
    adaptation.update(sumOf(next.probability) / next.probability.size);
    if (!adapts || step <= (from ?? 0)) continue;
    variances.add(state.x.data);
    if (!ends.includes(step)) continue;
    scale = variances.shrunkTowards(scale.map((value) => value ** 2)).map(Math.sqrt);
    variances = varianceOf(d);
    // In units of the new scale a step of 1 has the right order.
    adaptation = dualAveraging(1, targetAcceptance);
  }
  return { state, divergences, stepSize: warmUpSteps === 0 ? options.stepSize : adaptation.averaged, scale };
}

function sumOf(x: Tensor): number {
  let total = 0;
  for (const value of x.data) total += value;
  return total;
}

function checkOptions(
  name: string,
  x0: Tensor,
  {
    stepSize,
    steps,
    warmUpSteps = 0,
    targetAcceptance,
    scale,
    trajectory,
  }: MetropolisOptions & {
    readonly targetAcceptance: number;
  },
): void {
  checkData(name, x0, "x0");
  checkPositive(name, stepSize, "stepSize");
  checkCount(name, steps, "steps");
  if (warmUpSteps !== 0) checkCount(name, warmUpSteps, "warmUpSteps");
  if (!(targetAcceptance > 0 && targetAcceptance < 1)) {
    throw new RangeError(`${name}: targetAcceptance is ${targetAcceptance}; it is above 0 and below 1`);
  }
  if (trajectory !== undefined) checkCount(name, trajectory, "trajectory");
  if (scale === "adapt") {
    if (warmUpSteps === 0) {
      throw new RangeError(
        `${name}: scale is adapt without a warm-up; give warmUpSteps, or the scale itself`,
      );
    }
  } else if (scale !== undefined) {
    if (scale.length !== dimensionOf(x0)) {
      throw new RangeError(
        `${name}: scale has ${scale.length} numbers, x0 has ${dimensionOf(x0)} coordinates; give one for each`,
      );
    }
    scale.forEach((value, j) => {
      checkPositive(name, value, `scale ${j}`);
    });
  }
}
