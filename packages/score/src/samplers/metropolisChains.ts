import { type Key, random, type Tensor, tensor } from "@scoretape/autograd";
import { dimensionOf } from "../rows.ts";
import type { Energy } from "../score.ts";
import { dualAveraging, varianceOf } from "./adaptation.ts";
import { type ChainState, checkStart, stateOf } from "./chainState.ts";
import { chainWarnings } from "./chainWarnings.ts";
import { compiled } from "./compiled.ts";
import type { Transition } from "./metropolis.ts";
import {
  checkMetropolisOptions,
  type MetropolisOptions,
  type MetropolisSamples,
  type TargetedOptions,
} from "./metropolisOptions.ts";
import { floatOf, trajectoryFrom } from "./walk.ts";

/** One proposal and its test, for all chains; ε is a scalar, σ is [d]. */
export type MetropolisKernel = (state: ChainState, key: Key, stepSize: Tensor, scale: Tensor) => Transition;

/** Where a warm-up looks at variances, as shares of it: from each to the next. What comes before is
 * on its way to the target; what comes after adapts the step size to the last scale. */
const VARIANCE_WINDOWS = [0.1, 0.2, 0.4, 0.8] as const;

/** Runs a kernel from x0: a warm-up that adapts, then steps of one size. Step t has `foldIn(key, t − 1)`. */
export function metropolisChains(
  name: string,
  energy: Energy,
  kernel: MetropolisKernel,
  x0: Tensor,
  options: TargetedOptions,
): MetropolisSamples {
  const { steps, key, warmUpSteps = 0, onStep } = options;
  checkMetropolisOptions(name, x0, options);
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
  const chains = {
    samples: state.x,
    trajectory: kept.states,
    acceptanceRate: acceptanceRates.reduce((sum, rate) => sum + rate, 0) / acceptanceRates.length,
    acceptanceRates,
    divergences,
    stepSize: warm.stepSize,
    scale: warm.scale,
    warmUpDivergences: warm.divergences,
  };
  const { targetAcceptance } = options;
  let warnings: readonly string[] | undefined;
  return {
    ...chains,
    get warnings() {
      warnings ??= chainWarnings(name, { ...chains, steps, targetAcceptance, warmedUp: warmUpSteps > 0 });
      return warnings;
    },
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
  options: TargetedOptions,
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
    scale = variances.shrunkTowards(scale.map((value) => value * value)).map(Math.sqrt);
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
