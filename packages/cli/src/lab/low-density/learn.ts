import { div, type Key, type nn, random, sub, type Tensor } from "@scoretape/autograd";
import {
  data,
  geometricSchedule,
  type NoiseConditionalScore,
  noiseConditionalMlp,
  noiseLevelObjective,
  probes,
  type Score,
  slicedScoreMatchingVR,
  type TrainingObjective,
} from "@scoretape/score";
import type { Advance, Laboratory } from "../experiment.ts";
import { fit } from "../fit.ts";

/** The noise levels, in units of the data; the modes are 14 apart and of standard deviation 1. */
export const sigmas: readonly number[] = geometricSchedule(8, 0.3, 10);

const MEAN = 3;
/** The root mean variance of a coordinate: 1 + 0.8·0.2·10². */
const DEVIATION = Math.sqrt(17);
const ROWS = 10_000;

const network = noiseConditionalMlp({ dimension: 2, hidden: [64, 64] });

/** A score in units of the data, trained by sliced score matching on the data as they are. */
export async function learnPlain(lab: Laboratory, steps: number, key: Key, advance: Advance): Promise<Score> {
  const parameters = await learn(lab, plainObjective, steps, key, advance);
  return (x) => inUnitsOfData(parameters, x, 1);
}

/** The same by the same loss and the same network, on the data with noise of all levels. */
export async function learnWithNoise(
  lab: Laboratory,
  steps: number,
  key: Key,
  advance: Advance,
): Promise<NoiseConditionalScore> {
  const levels = sigmas.map((sigma) => sigma / DEVIATION);
  const parameters = await learn(lab, noiseLevelObjective("sliced-vr", levels), steps, key, advance);
  return (x, sigma) => inUnitsOfData(parameters, x, div(sigma, DEVIATION));
}

type Parameters = readonly nn.DenseParams[];

/** The network is told σ = 1 throughout. */
const plainObjective: TrainingObjective = (score, x, key) =>
  slicedScoreMatchingVR((y) => score(y, 1), x, probes.rademacher(key, x.shape));

async function learn(
  lab: Laboratory,
  objective: TrainingObjective,
  steps: number,
  key: Key,
  advance: Advance,
): Promise<Parameters> {
  const rows = data.twoModes.sample(random.foldIn(key, 0), ROWS);
  const { averaged } = await fit(lab, advance, {
    model: network,
    objective,
    data: div(sub(rows, MEAN), DEVIATION),
    key: random.foldIn(key, 1),
    steps,
  });
  return averaged;
}

function inUnitsOfData(parameters: Parameters, x: Tensor, level: Tensor | number): Tensor {
  return div(network.apply(parameters, div(sub(x, MEAN), DEVIATION), level), DEVIATION);
}
