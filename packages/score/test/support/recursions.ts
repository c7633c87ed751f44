import { type DiffusionProcess, data, type TimeConditionalScore, timeConditional } from "@scoretape/score";
import { coefficientsAt, type NormalMoments, stateMoments } from "./diffusion.ts";

// The mean and the variance of what samplers make where every step is linear: with the score of a normal distribution.

/** The moments of the clean points. */
export const clean = { mean: 1.5, variance: 0.25 };
export const gaussian = data.gaussian({ mean: [clean.mean], covariance: [[clean.variance]] });

/** The exact score of a data set at the times of a process. */
export function scoreUnder(
  process: DiffusionProcess,
  set: data.ExactDataSet = gaussian,
): TimeConditionalScore {
  return timeConditional((x, sigma) => set.score(x, sigma), process);
}

/** The moments after each reverse step, when the score is −(x − m)/v: a step is linear in x. */
export function reverseRecursion(
  process: DiffusionProcess,
  steps: number,
  correct: (after: NormalMoments, target: NormalMoments) => NormalMoments = (after) => after,
  { startTime, ...start }: NormalMoments & { readonly startTime: number } = {
    startTime: 1,
    mean: 0,
    variance: coefficientsAt(process, 1).deviation ** 2,
  },
): NormalMoments {
  const h = (startTime - process.minTime) / steps;
  let moments: NormalMoments = start;
  for (let i = 0; i < steps; i++) {
    const time = startTime - i * h;
    const { drift, diffusion } = coefficientsAt(process, time);
    const target = stateMoments(process, clean, time);
    const pull = (h * diffusion ** 2) / target.variance;
    const factor = 1 - h * drift - pull;
    const predicted = {
      mean: factor * moments.mean + pull * target.mean,
      variance: factor ** 2 * moments.variance + h * diffusion ** 2,
    };
    moments = correct(predicted, stateMoments(process, clean, time - h));
  }
  return moments;
}

/** The moments after a step of the corrector; ‖z‖/‖s‖ is E|z|/E|s|, of normal variables with the means 0 and (m − mean)/v. */
export function corrected(
  { mean, variance }: NormalMoments,
  target: NormalMoments,
  signalToNoise: number,
): NormalMoments {
  const scores = foldedMean((mean - target.mean) / target.variance, Math.sqrt(variance) / target.variance);
  const e = 2 * (signalToNoise * (foldedMean(0, 1) / scores)) ** 2;
  return afterLangevin({ mean, variance }, target, 2 * e);
}

/** The moments after the step x + (ε/2)·s + √ε·z with the score s = −(x − m)/v of the target. */
export function afterLangevin(
  { mean, variance }: NormalMoments,
  target: NormalMoments,
  stepSize: number,
): NormalMoments {
  const factor = 1 - stepSize / (2 * target.variance);
  return {
    mean: target.mean + factor * (mean - target.mean),
    variance: factor ** 2 * variance + stepSize,
  };
}

/** E|y| of y ~ N(mean, deviation²), by the trapezoidal rule. */
function foldedMean(mean: number, deviation: number): number {
  let total = 0;
  for (let k = -800; k <= 800; k++) {
    const z = k / 100;
    total += (Math.abs(mean + deviation * z) * Math.exp(-0.5 * z * z)) / Math.sqrt(2 * Math.PI) / 100;
  }
  return total;
}
