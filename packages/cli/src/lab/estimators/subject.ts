import { type Key, nn, optim, portable, random, type Tensor } from "@scoretape/autograd";
import {
  data,
  type NoiseConditionalModel,
  type ParametrizedScore,
  probes,
  slicedScoreMatchingVR,
  type TrainingObjective,
} from "@scoretape/score";
import type { Advance, Laboratory } from "../experiment.ts";
import { fit } from "../fit.ts";

export type Parameters = readonly nn.DenseParams[];

/** What the estimators are compared on. */
export interface Subject {
  readonly score: ParametrizedScore<Parameters>;
  /** The data, [n, 8]. */
  readonly x: Tensor;
}

export const DIMENSION = 8;
const CORRELATION = 0.6;

/** Four normals in 8 dimensions whose coordinates are correlated: the score's Jacobian is far from diagonal. */
const set = data.gaussianMixture({
  weights: [1, 1, 1, 1],
  means: [0, 1, 2, 3].map((k) => Array.from({ length: DIMENSION }, (_, i) => (i === 2 * k ? 3 : 0))),
  covariance: Array.from({ length: DIMENSION }, (_, i) =>
    Array.from({ length: DIMENSION }, (__, j) => portable.pow(CORRELATION, Math.abs(i - j))),
  ),
});

/** A network in the middle of its training, where gradients still have something to say. */
export async function subjectOf(
  lab: Laboratory,
  { rows, steps, width }: { rows: number; steps: number; width: number },
  key: Key,
  advance: Advance,
): Promise<Subject> {
  const net = nn.mlp([DIMENSION, width, width, DIMENSION]);
  const model: NoiseConditionalModel<Parameters> = {
    init: net.init,
    apply: (parameters, x) => net.apply(parameters, x),
  };
  const objective: TrainingObjective = (score, x, drawKey) =>
    slicedScoreMatchingVR((y) => score(y, 1), x, probes.rademacher(drawKey, x.shape));
  const x = set.sample(random.foldIn(key, 0), rows);
  const { parameters } = await fit(lab, advance, {
    model,
    objective,
    data: x,
    key: random.foldIn(key, 1),
    steps,
    learningRate: optim.constantSchedule(1e-3),
  });
  return { score: { parameters, score: (own) => (y) => net.apply(own, y) }, x };
}
