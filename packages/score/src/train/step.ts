import { type Key, optim, type Tensor, type Tree, tree, valueAndGrad } from "@scoretape/autograd";
import type { NoiseConditionalModel } from "../models/noiseConditionalMlp.ts";
import { DivergenceError, largestMagnitude, type TrainingState } from "./events.ts";
import type { TrainingObjective } from "./objectives.ts";

/** What decides the steps of a training, apart from the data. */
export interface StepOptions<P extends Tree> {
  readonly model: NoiseConditionalModel<P>;
  readonly objective: TrainingObjective;
  readonly learningRate: optim.LearningRate;
  readonly clipNorm: number;
  readonly averageDecay: number;
}

/** One step's outcome. */
export interface StepResult<P extends Tree> {
  readonly next: TrainingState<P>;
  readonly loss: number;
  readonly gradientNorm: number;
}

/** The parts of a training that depend on the model and the optimiser. */
export interface TrainingMachine<P extends Tree> {
  start(key: Key): TrainingState<P>;
  /** @throws DivergenceError */
  step(state: TrainingState<P>, batch: Tensor, key: Key): StepResult<P>;
  /** The objective at given parameters. */
  evaluate(parameters: P, x: Tensor, key: Key): number;
}

/** Builds the step: gradient of the objective, clipping, Adam, moving average. */
export function trainingMachine<P extends Tree>(options: StepOptions<P>): TrainingMachine<P> {
  const { model, objective } = options;
  const optimizer = optim.chain(
    optim.clipByGlobalNorm(options.clipNorm),
    optim.adam({ learningRate: options.learningRate }),
  );
  const average = optim.ema(options.averageDecay);
  const loss = (parameters: P, x: Tensor, key: Key): Tensor =>
    objective((y, sigma) => model.apply(parameters, y, sigma), x, key);
  return {
    start(key) {
      const parameters = model.init(key);
      return {
        step: 0,
        parameters,
        averaged: parameters,
        optimizer: optimizer.init(parameters),
        average: average.init(parameters),
        history: { losses: [], validation: [] },
      };
    },
    step(state, batch, key) {
      const [value, gradient] = valueAndGrad(loss)(state.parameters, batch, key);
      const gradientNorm = optim.globalNorm(gradient).item();
      if (!Number.isFinite(value.item()) || !Number.isFinite(gradientNorm)) {
        throw new DivergenceError(state.step + 1, value.item(), gradientNorm, largestIn(gradient));
      }
      const [updates, optimizerState] = optimizer.update(gradient, state.optimizer, state.parameters);
      const parameters = optim.applyUpdates(state.parameters, updates);
      const [averaged, averageState] = average.update(parameters, state.average);
      return {
        next: {
          ...state,
          step: state.step + 1,
          parameters,
          averaged,
          optimizer: optimizerState,
          average: averageState,
        },
        loss: value.item(),
        gradientNorm,
      };
    },
    evaluate: (parameters, x, key) => loss(parameters, x, key).item(),
  };
}

function largestIn(gradient: Tree): { path: string; magnitude: number } {
  let largest = { path: "", magnitude: 0 };
  tree.map((leaf, path) => {
    const magnitude = largestMagnitude(leaf);
    if (!(magnitude <= largest.magnitude)) largest = { path, magnitude };
    return leaf;
  }, gradient);
  return largest;
}
