import { div, maximum, portable, random, sqrt, square, sub, tensor } from "@scoretape/autograd";
import {
  data,
  geometricSchedule,
  type NoiseConditionalScore,
  noiseConditionalMlp,
  noiseLevelObjective,
} from "@scoretape/score";
import type { Advance, Laboratory } from "../experiment.ts";
import { fit } from "../fit.ts";

export const LEVELS = 10;
/** Chains start from the uniform distribution on [−8, 8]². */
export const START = 8;
/** The standard deviations τ of the modes with the noise in them, from the widest. */
export const widths: readonly number[] = geometricSchedule(20, 1, LEVELS);

/** The weight of the larger mode. */
export const TRUTH = 0.8;
const weights = [TRUTH, 1 - TRUTH];
const means = [
  [5, 5],
  [-5, -5],
];

/** The modes as points: blurred by τ they are normals of standard deviation τ. */
const points = data.gaussianMixture({ weights, means, standardDeviations: 0 });

/** ∇log(0.8·N((5, 5), τ²I) + 0.2·N((−5, −5), τ²I)); at τ = 1 the score of "two-modes". */
export const exact: NoiseConditionalScore = (x, width) => points.score(x, width);

/**
 * The share of U[−8, 8]² from which a deterministic walk along the score ends in the larger mode: of the points
 * where that mode has more weight, 10(x₁ + x₂) > −log 4, which is ½ + c/16 − c²/512 with c = log(4)/10.
 */
export const shareOfBasin = ((c: number): number => 0.5 + c / 16 - (c * c) / 512)(
  /* @__PURE__ */ portable.log(4) / 10,
);

/** The smallest noise that a score is learned at; the exact one needs none. */
const LEAST_NOISE = 0.3;

/** A score learned at the same levels, as a function of τ = √(1 + σ²). */
export async function learnedScore(
  lab: Laboratory,
  advance: Advance,
  steps: number,
): Promise<NoiseConditionalScore> {
  const rows = data.twoModes.sample(random.foldIn(lab.key, 0), 10_000);
  const [mean, deviation] = [tensor([3, 3]), Math.sqrt(17)];
  const model = noiseConditionalMlp({ dimension: 2, hidden: [64, 64] });
  const sigmas = widths.map(
    (width) => Math.sqrt(Math.max(LEAST_NOISE * LEAST_NOISE, width * width - 1)) / deviation,
  );
  const { averaged } = await fit(lab, advance, {
    model,
    objective: noiseLevelObjective("denoising", sigmas),
    data: div(sub(rows, mean), deviation),
    key: random.foldIn(lab.key, 1),
    steps,
    batchSize: 256,
  });
  return (x, width) => {
    const sigma = sqrt(maximum(LEAST_NOISE * LEAST_NOISE, sub(square(width), 1)));
    return div(model.apply(averaged, div(sub(x, mean), deviation), div(sigma, deviation)), deviation);
  };
}
