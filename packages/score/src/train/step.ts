import {
  type AsyncProgramBackend,
  type Backend,
  compile,
  type Key,
  type optim,
  type ProgramBackend,
  random,
  read,
  scan,
  type Tensor,
  type Tree,
  type TreeOf,
  type TreesOf,
  take,
  tensor,
  tree,
} from "@scoretape/autograd";
import type { Batch, Batches, Given } from "./batches.ts";
import { DivergenceError, type TrainingState } from "./events.ts";
import { type TrainingCarry, type TrainingTold, type UpdateOptions, updateFunctions } from "./update.ts";

/** What runs the compiled steps: as for `compile`, WebAssembly unless said. */
export type TrainingBackend = Backend | ProgramBackend | AsyncProgramBackend;

/** What decides the steps of a training, apart from the data. */
export interface StepOptions<P extends TreeOf<P>> extends UpdateOptions<P> {
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

/** Builds what takes steps, and compiles it. */
export function trainingMachine<P extends TreeOf<P>>(options: StepOptions<P>): TrainingMachine<P> {
  const { start, step, evaluate } = updateFunctions(options);

  /** Steps one after another, with their numbers and what the host gives for each. */
  const steps = (
    parameters: P,
    optimizerState: readonly Tree[],
    averageState: optim.EmaState<P>,
    numbers: Tensor,
    given: Given,
    key: Key,
  ): readonly [P, readonly Tree[], optim.EmaState<P>, loss: Tensor, norm: Tensor, largest: Tensor] => {
    const [{ parameters: next, optimizer, average }, { loss, gradientNorm, largest }] = scan<
      TrainingCarry<P>,
      readonly [Tensor, Given],
      TrainingTold
    >(
      (before, [number, own]) => {
        const stepKey = random.foldIn(key, number);
        return step(before, options.batches.batch(own, stepKey), stepKey);
      },
      { parameters, optimizer: optimizerState, average: averageState },
      [numbers, given],
    );
    return [next, optimizer, average, loss, gradientNorm, largest];
  };

  const run = compiled(steps, options.backend, [0, 1, 2]);
  const judge = compiled(evaluate, options.backend, []);

  return {
    start,
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
    evaluate: async (parameters, batch, key) => (await read(await judge(parameters, batch, key))).item(),
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
