import { add, div, type Key, mul, sqrt, square, sub, type Tensor, tensor, zeros } from "@scoretape/autograd";
import { checkCount, checkData, checkFinite, checkKey } from "../check.ts";
import { checkFiniteRows, MEND_STEPS } from "../nonFinite.ts";
import { blockKind, blockOf, takeSteps } from "../samplers/blocks.ts";
import { compiled, type SamplerBackend } from "../samplers/compiled.ts";
import type { Samples } from "../samplers/langevin.ts";
import { trajectoryFrom } from "../samplers/walk.ts";
import { checked } from "../score.ts";
import { checkStartTime, type DiffusionProcess } from "./process.ts";
import type { TimeConditionalScore } from "./timeConditional.ts";

/** Where a sampler of the reverse process is. */
export interface ReverseDiffusionStep {
  /** How many steps are done, from 1. */
  readonly step: number;
  /** How many there will be. */
  readonly steps: number;
  /** The process's time after the step, down to ε. */
  readonly time: number;
  /** The states after the step, [n, d]. */
  readonly x: Tensor;
}

/** How to run a noise process backwards. */
export interface ReverseDiffusionOptions {
  /** How many steps of equal length from the start's time to ε, from 1. */
  readonly steps: number;
  /** The time of the start, above ε; 1, that of noise, unless said. From points with less noise on they are edited. */
  readonly startTime?: number;
  /** Makes the noise: the same key, the same samples. */
  readonly key: Key;
  /** End with (x + σ²·s)/α at ε, the posterior mean of the clean point (Tweedie). */
  readonly finalDenoise?: boolean;
  /** Called after every step. */
  readonly onStep?: (state: ReverseDiffusionStep) => void;
  /** Keep the start and every k-th state after it. */
  readonly trajectory?: number;
  /** What runs the compiled step; `eager` for a score that reads elements. WebAssembly unless said. */
  readonly backend?: SamplerBackend;
}

/** A step of the states from a time to the one a step size before, with the noise of a key. */
export type ReverseStep = (x: Tensor, key: Key, time: Tensor, stepSize: Tensor) => Tensor;

/**
 * One Euler–Maruyama step back in time: x − h·(f·x − g²·s) + √h·g·z.
 *
 * @param x the states at time t, [n, d]
 * @param score s(x, t), [n, d]
 * @param noise z standard normal, [n, d]
 * @param time t, a scalar
 * @param stepSize h > 0, a scalar
 */
export function eulerMaruyamaStep(
  process: DiffusionProcess,
  x: Tensor,
  score: Tensor,
  noise: Tensor,
  time: Tensor,
  stepSize: Tensor,
): Tensor {
  const g = process.diffusion(time);
  const reverseDrift = sub(mul(process.drift(time), x), mul(square(g), score));
  return add(sub(x, mul(stepSize, reverseDrift)), mul(mul(sqrt(stepSize), g), noise));
}

/** Runs steps from the start's time to ε, step i with `foldIn(key, i − 1)`. */
export function runReverse(
  name: string,
  step: ReverseStep,
  score: TimeConditionalScore,
  x1: Tensor,
  process: DiffusionProcess,
  options: ReverseDiffusionOptions,
): Samples {
  const { steps, startTime = 1, key, finalDenoise = false, onStep } = options;
  checkKey(name, key);
  checkData(name, x1, "x1");
  checkCount(name, steps, "steps");
  checkStartTime(name, startTime, process);
  if (options.trajectory !== undefined) checkCount(name, options.trajectory, "trajectory");
  const kind = blockKind(options.backend, options);
  const stepSize = (startTime - process.minTime) / steps;
  const timeAfter = (i: number): number => (i === steps ? process.minTime : startTime - i * stepSize);
  const kept = trajectoryFrom(x1, options.trajectory);
  const block = blockOf((x, own, [time = zeros([]), length = zeros([])]) => step(x, own, time, length), kind);
  const samples = takeSteps({
    ...{ start: x1, steps, key, kind, every: options.trajectory ?? steps },
    block: compiled(block, options.backend),
    values: (i) => [timeAfter(i - 1), stepSize],
    fail: (i, before, next) =>
      checkFiniteRows(name, next, before, `step ${i} of ${steps} (time ${timeAfter(i)})`, MEND_STEPS),
    shown(i, x) {
      kept.add(x, i);
      onStep?.({ step: i, steps, time: timeAfter(i), x });
    },
  });
  return {
    samples: finalDenoise ? denoised(name, score, samples, process) : samples,
    trajectory: kept.states,
  };
}

/** (x + σ²·s(x, ε))/α at the time ε: the posterior mean of the clean point. */
export function denoised(
  name: string,
  score: TimeConditionalScore,
  x: Tensor,
  process: DiffusionProcess,
): Tensor {
  const time = tensor(process.minTime, { dtype: x.dtype });
  const variance = square(process.deviation(time));
  const scores = checked(name, (y) => score(y, time))(x);
  const mean = div(add(x, mul(variance, scores)), process.scale(time));
  checkFinite(name, mean, "the result of the final denoising");
  return mean;
}

/** The options of the reverse process by their kinds. */
export const reverseKinds = {
  steps: "number",
  startTime: "number",
  key: "any",
  finalDenoise: "boolean",
  onStep: "function",
  trajectory: "number",
  backend: "any",
} as const;
