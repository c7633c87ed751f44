import {
  abs,
  type Key,
  max,
  optim,
  random,
  stack,
  type Tensor,
  type TreeOf,
  tree,
  valueAndGrad,
} from "@scoretape/autograd";
import type { NoiseConditionalModel } from "../models/noiseConditionalMlp.ts";
import type { Batch } from "./batches.ts";
import type { TrainingState } from "./events.ts";
import type { TrainingObjective } from "./objectives.ts";

/** What decides what a step does with its batch. */
export interface UpdateOptions<P extends TreeOf<P>> {
  readonly model: NoiseConditionalModel<P, Tensor>;
  readonly objective: TrainingObjective;
  readonly learningRate: optim.LearningRate;
  readonly clipNorm: number;
  readonly averageDecay: number;
  readonly weightDecay: number;
  readonly beta2: number;
}

/** What a step makes of what it found: the part of a training's state that is tensors. */
export type TrainingCarry<P extends TreeOf<P>> = Pick<
  TrainingState<P>,
  "parameters" | "optimizer" | "average"
>;

/** What a step tells of itself. */
export interface TrainingTold {
  /** The objective on the step's batch. */
  readonly loss: Tensor;
  /** The global norm of the gradient, before clipping. */
  readonly gradientNorm: Tensor;
  /** The largest magnitude in the gradient of each tensor of the parameters, in their order. */
  readonly largest: Tensor;
}

/** A training as pure functions of trees of tensors, but for the data. */
export interface UpdateFunctions<P extends TreeOf<P>> {
  start(key: Key): TrainingState<P>;
  step(carry: TrainingCarry<P>, batch: Batch, key: Key): readonly [TrainingCarry<P>, TrainingTold];
  evaluate(parameters: P, batch: Batch, key: Key): Tensor;
}

/** Builds the step: gradient of the objective, clipping, Adam, moving average. */
export function updateFunctions<P extends TreeOf<P>>(options: UpdateOptions<P>): UpdateFunctions<P> {
  const { model, objective, learningRate, weightDecay, beta2 } = options;
  const optimizer = optim.chain(
    optim.clipByGlobalNorm(options.clipNorm),
    optim.adamw({ learningRate, weightDecay, beta2 }),
  );
  const average = optim.ema(options.averageDecay);
  const withDivergence = model.applyWithDivergence?.bind(model);
  const evaluate = (parameters: P, [x, condition]: Batch, key: Key): Tensor =>
    objective(
      (y, sigma) => model.apply(parameters, y, sigma, condition),
      x,
      key,
      withDivergence && ((y, sigma) => withDivergence(parameters, y, sigma)),
    );
  return {
    start(key) {
      const parameters = model.init(key);
      return {
        step: 0,
        parameters,
        averaged: parameters,
        best: null,
        optimizer: optimizer.init(parameters),
        average: average.init(parameters),
        history: { losses: [], validation: [] },
      };
    },
    step({ parameters, optimizer: before, average: averageBefore }, batch, key) {
      const [loss, gradient] = valueAndGrad(evaluate)(parameters, batch, random.foldIn(key, 1));
      const largest = stack(tree.leaves(gradient).map((leaf) => max(abs(leaf))));
      const [updates, after] = optimizer.update(gradient, before, parameters);
      const next = optim.applyUpdates(parameters, updates);
      const [, nextAverage] = average.update(next, averageBefore);
      return [
        { parameters: next, optimizer: after, average: nextAverage },
        { loss, gradientNorm: optim.globalNorm(gradient), largest },
      ];
    },
    evaluate,
  };
}
