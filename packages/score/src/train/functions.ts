import type { Key, Tensor, TreeOf } from "@scoretape/autograd";
import { type Batch, batches, drawn } from "./batches.ts";
import { checkTrainOptions, type TrainOptions } from "./options.ts";
import { setupOf, type TrainingKeys } from "./setup.ts";
import { type TrainingCarry, type TrainingTold, updateFunctions } from "./update.ts";

/** A training as pure functions of trees of tensors, and what they are called with. */
export interface TrainingFunctions<P extends TreeOf<P>> {
  /** The rows that are learned from, [n, d], with what each is conditioned on, where the model is told. */
  readonly rows: Batch;
  /** The rows by which the best step is chosen; null where there are none. */
  readonly heldOut: Batch | null;
  /** A validation loss is the mean of `evaluate` on the held-out rows over so many draws. */
  readonly validationDraws: number;
  readonly keys: TrainingKeys;
  /** What the first step begins with. */
  start(): TrainingCarry<P>;
  /** The mini-batch of a step: rows drawn with replacement by the step's key. */
  draw(rows: Batch, key: Key): Batch;
  /** A whole step: differentiate, clip, move, average. */
  step(carry: TrainingCarry<P>, batch: Batch, key: Key): readonly [TrainingCarry<P>, TrainingTold];
  /** The objective at given parameters, a scalar. */
  evaluate(parameters: P, batch: Batch, key: Key): Tensor;
}

/**
 * What {@link train} computes, as functions that can be compiled, exported or differentiated: step s, from 1, is `draw` and
 * then `step`, both with the key `random.foldIn(keys.steps, s)`, and a validation loss is the mean of `evaluate` under the
 * averaged parameters with the keys `random.foldIn(keys.validation, 0)`, 1, and so on. They are the functions that `train`
 * compiles: the states are the same, up to the rounding of what runs them.
 *
 * @param options those of `train`, of which `batchSize` and what decides a step have a part in it
 * @throws what `train` throws of its options
 *
 * @example
 * ```ts
 * import { compile, type Key, random } from "@scoretape/autograd";
 * import { data, noiseConditionalMlp, noiseLevelObjective, train, trainingFunctions } from "@scoretape/score";
 *
 * const training = {
 *   model: noiseConditionalMlp({ dimension: 1, hidden: [8] }),
 *   objective: noiseLevelObjective("denoising", [1]),
 *   data: data.gaussian({ mean: [0] }).sample(random.key(0), 100),
 *   key: random.key(1),
 *   steps: 2,
 * };
 * const { rows, keys, start, draw, step } = trainingFunctions(training);
 * const first = compile((key: Key) => step(start(), draw(rows, key), key));
 * const [, { loss }] = first(random.foldIn(keys.steps, 1));
 * const { history } = await train(training);
 * console.log(Math.abs(loss.item() - (history.losses[0] ?? 0)) < 1e-6); // true
 * ```
 */
export function trainingFunctions<P extends TreeOf<P>>(options: TrainOptions<P>): TrainingFunctions<P> {
  checkTrainOptions(options, "trainingFunctions");
  const { keys, training, heldOut, validationDraws, update } = setupOf(options);
  const { classes, batchSize: size = 128 } = options;
  const { start, step, evaluate } = updateFunctions(update);
  return {
    rows: batches(options)(training),
    heldOut,
    validationDraws,
    keys,
    start() {
      const { parameters, optimizer, average } = start(keys.start);
      return { parameters, optimizer, average };
    },
    draw: (rows, key) => drawn(rows, { classes, size }, key),
    step,
    evaluate,
  };
}
