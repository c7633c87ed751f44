import { random, read, type TreeOf, tensor, tree } from "@scoretape/autograd";
import { type Batch, batchesOf } from "./batches.ts";
import { blockOf, nextStop } from "./blocks.ts";
import type { TrainingState } from "./events.ts";
import { checkTrainOptions, type TrainOptions } from "./options.ts";
import { setupOf } from "./setup.ts";
import { trainingMachine } from "./step.ts";

/**
 * Trains a score network: mini-batches, clipped gradients, Adam, an exponential moving average of the
 * parameters, validation on held-out rows, checkpoints. The average with the least validation loss, that of the start among
 * them, is kept as `best`: of few rows a network learns their noise too, and the last parameters are worse than earlier
 * ones. {@link selected} gives it.
 *
 * @returns the state after the last step, or after the step at which it was stopped
 * @throws DivergenceError when the loss or the gradient stops being finite
 * @throws ShapeError when the data is not [n, d] with at least two rows
 *
 * @example
 * ```ts
 * import { random, tensor } from "@scoretape/autograd";
 * import { data, noiseConditionalMlp, noiseLevelObjective, train } from "@scoretape/score";
 *
 * const model = noiseConditionalMlp({ dimension: 1, hidden: [16] });
 * const points = data.gaussian({ mean: [0] }).sample(random.key(0), 1000);
 * const { parameters, step } = await train({
 *   model,
 *   objective: noiseLevelObjective("sliced-vr", [1]),
 *   data: points,
 *   key: random.key(1),
 *   steps: 200,
 * });
 * console.log(step); // 200
 * // With noise of σ = 1 the score of N(0, 1) is −x/2.
 * const learned = model.apply(parameters, tensor([[1]]), 1).item();
 * console.log(Math.abs(learned + 0.5) < 0.1); // true
 * ```
 */
export async function train<P extends TreeOf<P>>(options: TrainOptions<P>): Promise<TrainingState<P>> {
  checkTrainOptions(options);
  const { steps, batchSize = 128, validateEvery = 100, checkpointEvery = 500 } = options;
  const { keys, training, heldOut, validationDraws, update } = setupOf(options);
  const { backend } = options;
  const machine = trainingMachine({ ...update, backend, batches: batchesOf(options, training, batchSize) });
  let state = options.resume ?? machine.start(keys.start);
  const block = blockOf(tree.size(state.parameters), options, heldOut !== null);
  const losses = [...state.history.losses];
  const validationLosses = [...state.history.validation];
  const snapshot = async (): Promise<TrainingState<P>> => ({
    ...(await withOwnStorage(state)),
    history: { losses: [...losses], validation: [...validationLosses] },
  });
  /** The validation loss of the averaged parameters, which become the best ones where it is the least so far. */
  const validate = async (batch: Batch): Promise<number> => {
    const { step, averaged, best } = state;
    let total = 0;
    for (let draw = 0; draw < validationDraws; draw++) {
      total += await machine.evaluate(averaged, batch, random.foldIn(keys.validation, draw));
    }
    const loss = total / validationDraws;
    validationLosses.push({ step, loss });
    if (loss < (best?.loss ?? Number.POSITIVE_INFINITY)) {
      state = { ...state, best: { step, loss, parameters: await copied(averaged) } };
    }
    return loss;
  };
  // At the start, and where other rows are to judge.
  const isUnjudged = state.best === null && validationLosses.at(-1)?.step !== state.step;
  if (isUnjudged && heldOut !== null && !options.signal?.aborted) await validate(heldOut);
  while (
    state.step < steps &&
    !options.signal?.aborted &&
    !isOut(options.patience, state, validationLosses)
  ) {
    const { step: before } = state;
    // A program of whole blocks and one of single steps are all that is compiled.
    const count = before + block <= nextStop(before, options, heldOut !== null) ? block : 1;
    const result = await machine.advance(state, count, keys.steps);
    state = result.next;
    const { step } = state;
    losses.push(...result.steps.map(({ loss }) => loss));
    const validates = heldOut !== null && (step % validateEvery === 0 || step === steps);
    const validationLoss = validates ? await validate(heldOut) : null;
    for (const [i, told] of result.steps.entries()) {
      const own = before + 1 + i;
      await options.onProgress?.({
        step: own,
        steps,
        ...told,
        validationLoss: own === step ? validationLoss : null,
      });
    }
    if (step % checkpointEvery === 0 && step < steps) await options.onCheckpoint?.(await snapshot());
  }
  const final = await snapshot();
  await options.onCheckpoint?.(final);
  return final;
}

/** Whether so many steps, up to the last validation, have brought no lower validation loss. */
function isOut<P extends TreeOf<P>>(
  patience: number | undefined,
  { best }: TrainingState<P>,
  validation: readonly { readonly step: number }[],
): boolean {
  const last = validation.at(-1);
  if (patience === undefined || best === null || last === undefined) return false;
  return last.step - best.step >= patience;
}

/** The state with its tensors copied: the next step writes over those that the last one made. */
async function withOwnStorage<P extends TreeOf<P>>(state: TrainingState<P>): Promise<TrainingState<P>> {
  return {
    ...state,
    parameters: await copied(state.parameters),
    averaged: await copied(state.averaged),
    optimizer: await copied(state.optimizer),
    average: { step: await copied(state.average.step), average: await copied(state.average.average) },
  };
}

async function copied<T extends TreeOf<T>>(part: T): Promise<T> {
  return tree.map(({ data, shape }) => tensor(data, { shape }), await read(part));
}
