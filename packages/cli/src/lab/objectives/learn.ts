import {
  add,
  broadcastTo,
  div,
  expandDims,
  type Key,
  mul,
  neg,
  type nn,
  optim,
  portable,
  random,
  sqrt,
  square,
  type Tensor,
} from "@scoretape/autograd";
import {
  annealedLangevin,
  geometricSchedule,
  type NoiseConditionalModel,
  type NoiseConditionalScore,
  noiseConditionalMlp,
  noiseLevelObjective,
  type ObjectiveName,
  tweedie,
} from "@scoretape/score";
import type { Advance, Laboratory } from "../experiment.ts";
import { fit, sampled } from "../fit.ts";
import { PIXELS } from "./images.ts";

/** The noise levels, in the pixels' standard deviation: from where the digits are one cloud to faint grain. */
const sigmaMax = 3.3;
export const sigmaMin = 0.27;
const TRAINING_LEVELS = 10;
/** Between neighbours of these the noise falls by a tenth, so that few steps on each will do. */
const samplingLevels = (lab: Laboratory): number => lab.size(30, 3);
const STEPS_PER_LEVEL = 6;
/** The steps of a chain. */
export const samplingSteps = (lab: Laboratory): number => samplingLevels(lab) * STEPS_PER_LEVEL;

/**
 * s(x, σ) = −x/(1 + σ²) + f(x, σ)/√(1 + σ²), f the noise-conditional MLP with its factor 1/σ: the network only adds to
 * what the score would be if the data were N(0, I), and its task is of one size at every level. Karras et al. 2022,
 * table 1, with σ_data = 1.
 */
export function network(
  hidden: readonly number[],
  dimension: number = PIXELS,
): NoiseConditionalModel<readonly nn.DenseParams[]> {
  const mlp = noiseConditionalMlp({ dimension, hidden, activation: "silu" });
  return {
    init: mlp.init,
    apply(parameters, x, sigma) {
      const perRow = typeof sigma === "number" ? sigma : expandDims(broadcastTo(sigma, [x.shape[0] ?? 0]), 1);
      const variance = add(1, square(perRow));
      return add(div(neg(x), variance), div(mlp.apply(parameters, x, sigma), sqrt(variance)));
    },
  };
}

/** Trains a score over the noise levels by one of the objectives. */
export async function learn(
  lab: Laboratory,
  images: Tensor,
  { objective, hidden, steps, key }: { objective: ObjectiveName; hidden: number[]; steps: number; key: Key },
  advance: Advance,
): Promise<NoiseConditionalScore> {
  const model = network(hidden);
  const { averaged } = await fit(lab, advance, {
    model,
    objective: noiseLevelObjective(objective, geometricSchedule(sigmaMax, sigmaMin, TRAINING_LEVELS)),
    data: images,
    key,
    steps,
    learningRate: optim.cosineSchedule({ initial: 3e-3, final: 3e-5, steps }),
  });
  return (x, sigma) => model.apply(averaged, x, sigma);
}

/** Images made by a score. */
export interface Drawn {
  /** Samples of the digits with noise of σ_min. */
  readonly noisy: Tensor;
  /** The posterior means of the same without the noise. */
  readonly clean: Tensor;
}

/** Draws images by annealed Langevin dynamics from N(0, (1 + σ_max²)I), level by level. */
export async function draw(
  lab: Laboratory,
  score: NoiseConditionalScore,
  count: number,
  key: Key,
  advance: Advance,
): Promise<Drawn> {
  const sigmas = geometricSchedule(sigmaMax, sigmaMin, samplingLevels(lab));
  let x = mul(portable.hypot(1, sigmaMax), random.normal(random.foldIn(key, 0), [count, PIXELS]));
  for (let level = 0; level < sigmas.length; level += 10) {
    const group = sigmas.slice(level, level + 10);
    const last = group.at(-1) ?? sigmaMin;
    const options = {
      sigmas: group,
      stepSize: 0.2 * (last * last),
      stepsPerLevel: STEPS_PER_LEVEL,
      key: random.foldIn(key, level + 1),
      backend: lab.backend,
    };
    const before = x;
    x = sampled(() => annealedLangevin(score, before, options).samples);
    await advance(group.length * STEPS_PER_LEVEL);
  }
  return { noisy: x, clean: tweedie((y) => score(y, sigmaMin), x, sigmaMin) };
}
