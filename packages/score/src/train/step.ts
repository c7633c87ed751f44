import {
  type AsyncProgramBackend,
  abs,
  type Backend,
  compile,
  type Key,
  max,
  optim,
  type ProgramBackend,
  random,
  read,
  scan,
  stack,
  type Tensor,
  type Tree,
  type TreeOf,
  type TreesOf,
  take,
  tensor,
  tree,
  valueAndGrad,
} from "@scoretape/autograd";
import type { NoiseConditionalModel } from "../models/noiseConditionalMlp.ts";
import type { Batch, Batches, Given } from "./batches.ts";
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
  readonly batches: Batches;
}

/** The outcome of some steps. */
export interface StepsResult<P extends TreeOf<P>> {
  readonly next: TrainingState<P>;
  readonly steps: readonly { readonly loss: number; readonly gradientNorm: number }[];
}

/** The parts of a training that depend on the model and the optimiser. */
export interface TrainingMachine<P extends TreeOf<P>> {
  /** The state before the first step. */
  start(key: Key): TrainingState<P>;
  /**
   * The state after so many more steps, by one call of a program. Step s has key s of the given one.
   *
   * @throws DivergenceError when a loss or a gradient is not finite
   */
  advance(state: TrainingState<P>, count: number, key: Key): Promise<StepsResult<P>>;
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

  type Carry = readonly [parameters: P, optimizer: readonly Tree[], average: optim.EmaState<P>];
  type Told = readonly [value: Tensor, norm: Tensor, largest: Tensor];

  /** A whole step: draw, differentiate, clip, move, average. */
  const step = ([parameters, optimizerState, averageState]: Carry, given: Given, key: Key): [Carry, Told] => {
    const batch = options.batches.batch(given, key);
    const [value, gradient] = valueAndGrad(loss)(parameters, batch, random.foldIn(key, 1));
    const largest = stack(tree.leaves(gradient).map((leaf) => max(abs(leaf))));
    const [updates, nextOptimizer] = optimizer.update(gradient, optimizerState, parameters);
    const next = optim.applyUpdates(parameters, updates);
    const [, nextAverage] = average.update(next, averageState);
    return [
      [next, nextOptimizer, nextAverage],
      [value, optim.globalNorm(gradient), largest],
    ];
  };

  /** Steps one after another, with their numbers and what the host gives for each. */
  const steps = (
    parameters: P,
    optimizerState: readonly Tree[],
    averageState: optim.EmaState<P>,
    numbers: Tensor,
    given: Given,
    key: Key,
  ): readonly [...Carry, ...Told] => {
    const [carry, told] = scan<Carry, readonly [Tensor, Given], Told>(
      (before, [number, own]) => step(before, own, random.foldIn(key, number)),
      [parameters, optimizerState, averageState],
      [numbers, given],
    );
    return [...carry, ...told];
  };

  const run = compiled(steps, options.backend, [0, 1, 2]);
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
    async advance(state, count, key) {
      const numbers = Array.from({ length: count }, (_, i) => state.step + 1 + i);
      const [parameters, optimizerState, averageState, values, norms, largest] = await run(
        state.parameters,
        state.optimizer,
        state.average,
        tensor(numbers, { dtype: "uint32" }),
        options.batches.given(numbers.map((number) => random.foldIn(key, number))),
        key,
      );
      const [losses, gradientNorms] = await read([values, norms]);
      const told = numbers.map((_, i) => ({
        loss: losses?.data[i] ?? Number.NaN,
        gradientNorm: gradientNorms?.data[i] ?? Number.NaN,
      }));
      for (const [i, { loss, gradientNorm }] of told.entries()) {
        if (Number.isFinite(loss) && Number.isFinite(gradientNorm)) continue;
        const magnitudes = take(await read(largest), i);
        throw new DivergenceError(state.step + 1 + i, loss, gradientNorm, worst(parameters, magnitudes));
      }
      return {
        next: {
          ...state,
          step: state.step + count,
          parameters,
          averaged: averageState.average,
          optimizer: optimizerState,
          average: averageState,
        },
        steps: told,
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
