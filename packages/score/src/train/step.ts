import {
  type AsyncProgramBackend,
  abs,
  type Backend,
  compile,
  type Key,
  max,
  optim,
  type ProgramBackend,
  read,
  stack,
  type Tensor,
  type Tree,
  type TreeOf,
  type TreesOf,
  tree,
  valueAndGrad,
} from "@scoretape/autograd";
import type { NoiseConditionalModel } from "../models/noiseConditionalMlp.ts";
import { DivergenceError, type TrainingState } from "./events.ts";
import type { TrainingObjective } from "./objectives.ts";

/** What runs the compiled steps: as for `compile`, WebAssembly unless said. */
export type TrainingBackend = Backend | ProgramBackend | AsyncProgramBackend;

/** What decides the steps of a training, apart from the data. */
export interface StepOptions<P extends TreeOf<P>> {
  readonly model: NoiseConditionalModel<P, Tensor>;
  readonly objective: TrainingObjective;
  readonly learningRate: optim.LearningRate;
  readonly clipNorm: number;
  readonly averageDecay: number;
  readonly weightDecay: number;
  readonly beta2: number;
  readonly backend: TrainingBackend | undefined;
}

/** One step's outcome. */
export interface StepResult<P extends TreeOf<P>> {
  readonly next: TrainingState<P>;
  readonly loss: number;
  readonly gradientNorm: number;
}

/** Rows to learn from, [n, d], and the class of each, [n], where the model is told. */
export type Batch = readonly [x: Tensor] | readonly [x: Tensor, labels: Tensor];

/** The parts of a training that depend on the model and the optimiser. */
export interface TrainingMachine<P extends TreeOf<P>> {
  /** The state before the first step. */
  start(key: Key): TrainingState<P>;
  /** The state after one more step. @throws DivergenceError when the loss or the gradient is not finite */
  step(state: TrainingState<P>, batch: Batch, key: Key): Promise<StepResult<P>>;
  /** The objective at given parameters. */
  evaluate(parameters: P, batch: Batch, key: Key): Promise<number>;
}

/** Builds the step: gradient of the objective, clipping, Adam, moving average. */
export function trainingMachine<P extends TreeOf<P>>(options: StepOptions<P>): TrainingMachine<P> {
  const { model, objective } = options;
  const optimizer = optim.chain(
    optim.clipByGlobalNorm(options.clipNorm),
    optim.adamw({
      learningRate: options.learningRate,
      weightDecay: options.weightDecay,
      beta2: options.beta2,
    }),
  );
  const average = optim.ema(options.averageDecay);
  const withDivergence = model.applyWithDivergence?.bind(model);
  const loss = (parameters: P, [x, labels]: Batch, key: Key): Tensor =>
    objective(
      (y, sigma) => model.apply(parameters, y, sigma, labels),
      x,
      key,
      withDivergence && ((y, sigma) => withDivergence(parameters, y, sigma)),
    );

  /** The whole step as a pure function of tensors. */
  const advance = (
    parameters: P,
    optimizerState: readonly Tree[],
    averageState: optim.EmaState<P>,
    batch: Batch,
    key: Key,
  ): readonly [value: Tensor, norm: Tensor, largest: Tensor, P, readonly Tree[], optim.EmaState<P>] => {
    const [value, gradient] = valueAndGrad(loss)(parameters, batch, key);
    const largest = stack(tree.leaves(gradient).map((leaf) => max(abs(leaf))));
    const [updates, nextOptimizer] = optimizer.update(gradient, optimizerState, parameters);
    const next = optim.applyUpdates(parameters, updates);
    const [, nextAverage] = average.update(next, averageState);
    return [value, optim.globalNorm(gradient), largest, next, nextOptimizer, nextAverage];
  };

  const run = compiled(advance, options.backend, [0, 1, 2]);
  const evaluate = compiled(loss, options.backend, []);

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
    async step(state, batch, key) {
      const step = state.step + 1;
      const [value, norm, largest, parameters, optimizerState, averageState] = await run(
        state.parameters,
        state.optimizer,
        state.average,
        batch,
        key,
      );
      const [lossValue = Number.NaN, gradientNorm = Number.NaN] = (await read([value, norm])).map((x) =>
        x.item(),
      );
      if (!Number.isFinite(lossValue) || !Number.isFinite(gradientNorm)) {
        throw new DivergenceError(step, lossValue, gradientNorm, worst(parameters, await read(largest)));
      }
      return {
        next: {
          ...state,
          step,
          parameters,
          averaged: averageState.average,
          optimizer: optimizerState,
          average: averageState,
        },
        loss: lossValue,
        gradientNorm,
      };
    },
    evaluate: async (parameters, batch, key) => (await read(await evaluate(parameters, batch, key))).item(),
  };
}

/** A function compiled for whichever backend, a device or not. */
function compiled<A extends TreesOf<A>, R extends TreeOf<R> | readonly []>(
  f: (...primals: A) => R,
  backend: TrainingBackend | undefined,
  donate: readonly number[],
): (...primals: A) => R | Promise<R> {
  if (backend === undefined) return compile(f, { donate });
  return "asynchronous" in backend ? compile(f, { backend, donate }) : compile(f, { backend, donate });
}

/** The parameter with the largest gradient; one that is not finite is the largest. */
function worst(parameters: Tree, largest: Tensor): { path: string; magnitude: number } {
  const paths: string[] = [];
  tree.map((leaf, path) => {
    paths.push(path);
    return leaf;
  }, parameters);
  const magnitudes = [...largest.data];
  const bad = magnitudes.findIndex((magnitude) => !Number.isFinite(magnitude));
  const at = bad >= 0 ? bad : magnitudes.indexOf(Math.max(...magnitudes));
  return { path: paths[at] ?? "", magnitude: magnitudes[at] ?? Number.NaN };
}
