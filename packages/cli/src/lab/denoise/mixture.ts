import {
  abs,
  add,
  div,
  type Key,
  matmul,
  max,
  mean,
  mul,
  portable,
  random,
  softmax,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  transpose,
} from "@scoretape/autograd";
import {
  data,
  denoise,
  geometricSchedule,
  type NoiseConditionalScore,
  noiseLevelObjective,
} from "@scoretape/score";
import type { Advance, Laboratory } from "../experiment.ts";
import { fit } from "../fit.ts";
import { network } from "../objectives/learn.ts";
import { type Estimate, geometricMeanOf, meanOf } from "../statistics.ts";

/** The noise levels at which points are denoised. */
export const sigmas: readonly number[] = [0.15, 0.25, 0.4, 0.6, 1, 1.5, 2.5, 4];

/** The standard deviation of a mode, and the circle's radius. */
export const WIDTH: number = 500 / 1414;
export const RADIUS: number = 4000 / 1414;
const centres = tensor(
  Array.from({ length: 8 }, (_, k) => [
    RADIUS * portable.cos((k * Math.PI) / 4),
    RADIUS * portable.sin((k * Math.PI) / 4),
  ]),
);
/** The variance of a coordinate; by symmetry the covariance is a multiple of I. */
const VARIANCE = WIDTH * WIDTH + (RADIUS * RADIUS) / 2;
const DEVIATION = Math.sqrt(VARIANCE);
const ROWS = 10_000;

/** Ways to guess the clean point, by noise level: mean-squared errors of a coordinate, over the seeds. */
export interface Level {
  readonly sigma: number;
  readonly noisy: Estimate;
  readonly linear: Estimate;
  readonly optimal: Estimate;
  readonly learned: Estimate;
  /** Quotients of these errors, seed by seed. */
  readonly noisyOverVariance: Estimate;
  readonly learnedOverOptimal: Estimate;
  readonly learnedOverLinear: Estimate;
  readonly optimalOverLinear: Estimate;
  /** The mean-squared error of the learned posterior mean over the mean of the learned posterior variance. */
  readonly calibration: Estimate;
  /** The same of the exact score. */
  readonly exactCalibration: Estimate;
  /** The largest difference of Tweedie's formula with the exact score from Bayes' rule. */
  readonly tweedieError: number;
}

/** A score of the eight normals, learned by denoising at ten noise levels. */
export async function learnMixture(
  lab: Laboratory,
  steps: number,
  key: Key,
  advance: Advance,
): Promise<NoiseConditionalScore> {
  const model = network([64, 64, 64], 2);
  const levels = geometricSchedule(4.5 / DEVIATION, 0.12 / DEVIATION, 10);
  const { averaged } = await fit(lab, advance, {
    model,
    objective: noiseLevelObjective("denoising", levels),
    data: div(data.eightGaussians.sample(random.foldIn(key, 0), ROWS), DEVIATION),
    key: random.foldIn(key, 1),
    steps,
    batchSize: 256,
    averageDecay: 0.995,
  });
  return (x, sigma) => div(model.apply(averaged, div(x, DEVIATION), div(sigma, DEVIATION)), DEVIATION);
}

/** Each seed's score on points of its own. */
export function measureMixture(scores: readonly NoiseConditionalScore[], points: number, key: Key): Level[] {
  return sigmas.map((sigma, i) => {
    const results = scores.map((score, seed) =>
      errorsOf(score, sigma, points, random.foldIn(random.foldIn(key, i), seed)),
    );
    const over = (of: (errors: Errors) => number): Estimate => geometricMeanOf(results.map(of));
    return {
      sigma,
      noisy: meanOf(results.map(({ noisy }) => noisy)),
      linear: meanOf(results.map(({ linear }) => linear)),
      optimal: meanOf(results.map(({ optimal }) => optimal)),
      learned: meanOf(results.map(({ learned }) => learned)),
      noisyOverVariance: over(({ noisy }) => noisy / (sigma * sigma)),
      learnedOverOptimal: over(({ learned, optimal }) => learned / optimal),
      learnedOverLinear: over(({ learned, linear }) => learned / linear),
      optimalOverLinear: over(({ optimal, linear }) => optimal / linear),
      calibration: over(({ learned, variance }) => learned / variance),
      exactCalibration: over(({ optimal, exactVariance }) => optimal / exactVariance),
      tweedieError: Math.max(...results.map(({ tweedieError }) => tweedieError)),
    };
  });
}

interface Errors {
  readonly noisy: number;
  readonly linear: number;
  readonly optimal: number;
  readonly learned: number;
  /** The mean of the learned posterior variance. */
  readonly variance: number;
  /** The same by the exact score. */
  readonly exactVariance: number;
  readonly tweedieError: number;
}

function errorsOf(score: NoiseConditionalScore, sigma: number, points: number, key: Key): Errors {
  const clean = data.eightGaussians.sample(random.foldIn(key, 0), points);
  const noisy = add(clean, mul(sigma, random.normal(random.foldIn(key, 1), clean.shape)));
  const optimal = posteriorMean(noisy, sigma);
  const learned = denoise(score, noisy, sigma, { standardDeviation: true });
  const exact: NoiseConditionalScore = (x, own) => data.eightGaussians.score(x, own);
  const byTweedie = denoise(exact, noisy, sigma, { standardDeviation: true });
  const errorOf = (guess: Tensor): number => mean(square(sub(guess, clean))).item();
  return {
    noisy: errorOf(noisy),
    linear: errorOf(mul(VARIANCE / (VARIANCE + sigma * sigma), noisy)),
    optimal: errorOf(optimal),
    learned: errorOf(learned.mean),
    variance: mean(square(learned.standardDeviation)).item(),
    exactVariance: mean(square(byTweedie.standardDeviation)).item(),
    tweedieError: max(abs(sub(byTweedie.mean, optimal))).item(),
  };
}

/**
 * E[clean | noisy] by Bayes' rule: the posterior of the mode k is a softmax of −‖x − μₖ‖²/2(w² + σ²), and within the
 * mode the clean point is normal with the mean (w²x + σ²μₖ)/(w² + σ²).
 */
export function posteriorMean(x: Tensor, sigma: number): Tensor {
  const total = WIDTH * WIDTH + sigma * sigma;
  // ‖x − μ‖² up to ‖x‖², which is the same for all modes.
  const distances = sub(sum(square(centres), { axis: 1 }), mul(2, matmul(x, transpose(centres))));
  const modes = softmax(div(distances, -2 * total), { axis: -1 });
  return div(add(mul(WIDTH * WIDTH, x), mul(sigma * sigma, matmul(modes, centres))), total);
}
