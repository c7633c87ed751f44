import { add, div, type Key, mul, nn, random, type Tensor } from "@scoretape/autograd";
import {
  type NoiseConditionalModel,
  probes,
  type Score,
  slicedScoreMatchingVR,
  type TrainingObjective,
} from "@scoretape/score";
import type { Advance, Laboratory } from "../experiment.ts";
import { fit } from "../fit.ts";
import type { Manifold } from "./sets.ts";

/** The standard deviation of the noise, where there is any. */
export const SIGMA = 0.1;

/** One training. */
export interface Learned {
  readonly score: Score;
  /** The mini-batch loss of each step. */
  readonly losses: readonly number[];
}

/** Rows to learn from; each mini-batch adds noise of its own. */
const ROWS = 10_000;

/**
 * Trains s(x) = MLP(x)/0.1 by variance-reduced sliced score matching on points of a set, with noise or without. All
 * else is the same, and the learning rate is constant: a loss that has a minimum comes to rest there.
 */
export async function learn(
  lab: Laboratory,
  { set }: Manifold,
  options: { readonly noise: boolean; readonly steps: number; readonly key: Key },
  advance: Advance,
): Promise<Learned> {
  const { noise, steps, key } = options;
  const net = nn.mlp([set.dimension, 64, 64, set.dimension], { activation: "silu" });
  const model: NoiseConditionalModel<readonly nn.DenseParams[]> = {
    init: net.init,
    apply: (parameters, x) => div(net.apply(parameters, x), SIGMA),
  };
  const objective: TrainingObjective = (score, x, stepKey) => {
    const y = noise ? blurred(x, random.foldIn(stepKey, 0)) : x;
    return slicedScoreMatchingVR(
      (z) => score(z, SIGMA),
      y,
      probes.rademacher(random.foldIn(stepKey, 1), x.shape),
    );
  };
  const { averaged, history } = await fit(lab, advance, {
    model,
    objective,
    data: set.sample(random.foldIn(key, 0), ROWS),
    key: random.foldIn(key, 1),
    steps,
    learningRate: 5e-3,
    averageDecay: 0.99,
  });
  return { score: (x) => model.apply(averaged, x, SIGMA), losses: history.losses };
}

/** Points with noise of standard deviation 0.1. */
export function blurred(x: Tensor, key: Key): Tensor {
  return add(x, mul(SIGMA, random.normal(key, x.shape)));
}
