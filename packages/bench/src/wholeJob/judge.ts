import { concat, mean, mul, random, square, type Tensor, tensor } from "@scoretape/autograd";
import { noiseLevelObjective, slicedScoreMatchingVR, slicedWasserstein } from "@scoretape/score";
import {
  keysOf,
  type Model,
  modelOf,
  networkOf,
  noiseLevels,
  type Parameters,
  splitRows,
  standardized,
} from "@scoretape/score/model";
import { layersOf } from "../witness/task.ts";
import type { Outcome, Quality } from "./outcome.ts";
import { checkPoints, type Job } from "./task.ts";

/** In float32 two programs differ by rounding alone; so much is more than that. */
const TOLERANCE = 1e-3;
/** Each test row is blurred so often. */
const DRAWS = 300;

/** The network that a process learned. @throws when it has other layers than the job's */
export function learnedIn({ description }: Job, { layers }: Outcome): Model {
  const own = layersOf(networkOf(description).init(keysOf(0).training));
  if (layers.length !== own.length) throw new RangeError(`it has ${layers.length} layers, not ${own.length}`);
  const parameters: Parameters = own.map(({ weight, bias }, i) => ({
    weight: tensor(layers[i]?.weight ?? [], { shape: weight.shape }),
    bias: tensor(layers[i]?.bias ?? [], { shape: bias.shape }),
  }));
  return modelOf(description, parameters);
}

/**
 * Why what a process did was not the job, or null: the loss that it tells at the points of the check is not that of its
 * parameters here, so that its network or its objective is another.
 */
export function disagreement(job: Job, outcome: Outcome): string | null {
  const expected = checkLoss(job, learnedIn(job, outcome));
  const { checkLoss: told } = outcome;
  if (Math.abs(told - expected) <= TOLERANCE * Math.max(1, Math.abs(expected))) return null;
  return `its loss at given points is ${told}, and ${expected} here; network or objective is another`;
}

/** The mean of σ²(vᵀJv + ½‖s‖²) over the points of the check. */
export function checkLoss({ description }: Job, { principalScore }: Model): number {
  const { x, probe, sigma } = checkPoints(description);
  const rows = slicedScoreMatchingVR((y) => principalScore(y, sigma), x, probe, { reduction: "none" });
  return mean(mul(square(sigma), rows)).item();
}

/** Measures what a process did; everyone with the same rows and draws. */
export function qualityOf(job: Job, outcome: Outcome): Quality {
  const { description } = job;
  const { settings, standardization: units } = description;
  const test = standardized(units, testRowsOf(job));
  const model = learnedIn(job, outcome);
  const d = description.columns.length;
  const key = random.foldIn(keysOf(settings.seed).measurements, 2);
  const many = concat(
    Array.from({ length: DRAWS }, () => test),
    0,
  );
  const loss = noiseLevelObjective("exact", noiseLevels(settings));
  const samples = standardized(units, tensor(outcome.samples, { shape: [outcome.samples.length / d, d] }));
  return {
    validationLoss: Math.min(...outcome.validation.map((one) => one.loss)),
    testLoss: loss(model.standardScore, many, key).item(),
    distance: slicedWasserstein(samples, test, { key: random.foldIn(key, 1) }),
  };
}

function testRowsOf({ description, values }: Job): Tensor {
  const { test } = splitRows(description.settings, values);
  if (test === null) throw new RangeError("qualityOf: the job kept no rows for tests");
  return test;
}
