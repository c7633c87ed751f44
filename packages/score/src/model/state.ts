import { random, type Tensor, type Tree, tensor, tree, zeros } from "@scoretape/autograd";
import type { TrainingHistory, TrainingState } from "../train/events.ts";
import { updateFunctions } from "../train/update.ts";
import { Arrays } from "./arrays.ts";
import type { Description } from "./description.ts";
import type { Filling } from "./filling.ts";
import { damaged } from "./modelError.ts";
import type { Parameters } from "./network.ts";
import { checkSize } from "./parameters.ts";
import { trainingOf } from "./training.ts";

// A training's state as named arrays: `parameters.0.weight`, `averaged.0.weight`, `best.0.weight`,
// `optimizer.1.mean.0.weight`, `average.step`, `history.losses` and so on. What there has to be follows from the description,
// and from whether there is a best step.

/** The part of a state that is a tree of tensors. */
type Stored = {
  readonly parameters: Parameters;
  readonly averaged: Parameters;
  readonly optimizer: readonly Tree[];
  readonly average: { readonly step: Tensor };
};

const LOSSES = "history.losses";
const VALIDATION = "history.validation";
const BEST_STEP = "best.step";
const ROUND = "gaps.round";
const CELLS = "gaps.cells";
/** A float32 counts to here and stays. */
const LAST_COUNT = 2 ** 24;

/** The arrays of a state, by name, and of what stands for gaps. */
export function encodeState(
  state: TrainingState<Parameters>,
  filling: Filling | null,
): Record<string, Tensor> {
  const { parameters, averaged, best, optimizer, average, history } = state;
  const stored: Stored = { parameters, averaged, optimizer, average: { step: average.step } };
  const tensors: Record<string, Tensor> = {};
  tree.map((leaf, path) => (tensors[path] = leaf), stored);
  if (best !== null) {
    tree.map((leaf, path) => (tensors[path] = leaf), { best: best.parameters });
    tensors[BEST_STEP] = tensor(Float64Array.of(best.step), { shape: [] });
  }
  tensors[LOSSES] = tensor(Float64Array.from(history.losses));
  tensors[VALIDATION] = tensor(
    Float64Array.from(history.validation.flatMap(({ step, loss }) => [step, loss])),
    { shape: [history.validation.length, 2] },
  );
  if (filling !== null) {
    tensors[ROUND] = tensor(Float64Array.of(filling.round), { shape: [] });
    tensors[CELLS] = filling.cells;
  }
  return tensors;
}

/**
 * The state after `step` steps that named arrays hold; each is looked for, and nothing else may be there.
 *
 * @throws ModelError if an array is missing, of another shape or dtype, or holds what cannot be
 */
export function decodeState(
  tensors: Readonly<Record<string, Tensor>>,
  description: Description,
  step: number,
): { readonly state: TrainingState<Parameters>; readonly filling: Filling | null } {
  if (step > description.steps) damaged(`the training is at step ${step} of ${description.steps}`);
  const arrays = new Arrays(tensors, damaged);
  checkSize(description, arrays, damaged);
  const like = (leaf: Tensor, name: string): Tensor =>
    checked(name, arrays.takeFinite(name, leaf.dtype, leaf.shape), step);
  const stored = tree.map(like, template(description));
  const history = historyOf(
    arrays.takeFinite(LOSSES, "float64", [step]),
    arrays.take(VALIDATION, "float64", [null, 2]),
    step,
  );
  const best = arrays.has(BEST_STEP)
    ? {
        ...pastLoss(history, arrays.take(BEST_STEP, "float64", []).item()),
        parameters: tree.map(like, { best: stored.averaged }).best,
      }
    : null;
  const filling = description.gaps === undefined ? null : fillingIn(arrays);
  arrays.end();
  const average = { ...stored.average, average: stored.averaged };
  return { state: { ...stored, step, best, average, history }, filling };
}

function fillingIn(arrays: Arrays): Filling {
  const round = arrays.take(ROUND, "float64", []).item();
  if (!Number.isInteger(round) || round < 0)
    damaged(`${ROUND} is ${round}; it must be a whole number from 0`);
  return { round, cells: arrays.takeFinite(CELLS, "float32", [null]) };
}

/** The validation loss of a step, which has to be there and lower than all. */
function pastLoss({ validation }: TrainingHistory, step: number): { step: number; loss: number } {
  const found = validation.find((one) => one.step === step);
  if (found === undefined) return damaged(`${BEST_STEP} is ${step}, at which there is no validation loss`);
  return found;
}

/** A state of the right structure, shapes and dtypes. */
function template(description: Description): Stored {
  const {
    model,
    objective,
    learningRate = 1,
    averageDecay = 0,
    weightDecay = 0,
  } = trainingOf(
    description,
    tensor([[...description.standardization.mean]]),
    zeros([1], { dtype: "uint32" }),
  );
  const { start } = updateFunctions({
    model,
    objective,
    learningRate,
    averageDecay,
    weightDecay,
    clipNorm: 1,
    beta2: 0,
  });
  const { parameters, averaged, optimizer, average } = start(random.key(0));
  return { parameters, averaged, optimizer, average: { step: average.step } };
}

/** Sees that what an array holds can be. */
function checked(name: string, x: Tensor, step: number): Tensor {
  if (name.includes(".meanSquare.")) {
    const negative = x.data.findIndex((value) => value < 0);
    if (negative >= 0)
      damaged(`element ${negative} of ${name} is ${x.data[negative]}; it must be at least 0`);
  }
  const count = Math.min(step, LAST_COUNT);
  if (name.endsWith(".step") && x.item() !== count) damaged(`${name} is ${x.item()}; it must be ${count}`);
  return x;
}

function historyOf(losses: Tensor, validation: Tensor, last: number): TrainingHistory {
  const pairs = Array.from({ length: validation.shape[0] ?? 0 }, (_, i) => ({
    step: validation.data[2 * i] ?? 0,
    loss: validation.data[2 * i + 1] ?? 0,
  }));
  for (const [i, { step }] of pairs.entries()) {
    const before = pairs[i - 1]?.step ?? -1;
    if (!Number.isInteger(step) || step <= before || step > last) {
      damaged(
        `${VALIDATION} has a loss of step ${step} after one of ${before}, in a training of ${last} steps`,
      );
    }
  }
  return { losses: [...losses.data], validation: pairs };
}
