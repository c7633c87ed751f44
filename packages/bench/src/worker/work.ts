import type { LoadedWorkload } from "../workloads/files.ts";

/** What an implementation computes before it is timed. */
export interface Outcome {
  /**
   * Trainings: the losses before each of the first {@link CHECKED_STEPS} steps. Samplings: the mean square of the
   * scores at the starts, and of the states after one step with the workload's noise. Products: the mean squares of
   * the whole product, of its first row and of its first column. Trainings on images: the losses, and behind them that
   * at the moving average of the parameters on the first batch. Samplings of images: the mean square of the network's
   * denoised starts, and of the samples.
   */
  readonly values: readonly number[];
  /** Trainings: the norms of the gradient at the first step: each layer's bias, then its weight. */
  readonly gradientNorms?: readonly number[];
  /** Samplings: the variance of each coordinate after a whole run with noise of the implementation's own. */
  readonly variances?: readonly number[];
}

/** How many steps of a training are compared. */
export const CHECKED_STEPS = 3;

/** A workload, ready to run. */
export interface Work {
  /** How often the workload is done in one iteration; 1 unless said. */
  readonly perIteration?: number;
  /** Found out on the way, for the report. */
  readonly notes?: readonly string[];
  /** Called once, before any run. */
  check(): Outcome | Promise<Outcome>;
  /** Does the work again and again; all of it is finished when it returns. */
  run(iterations: number): void | Promise<void>;
}

/** Prepares a workload in one of an implementation's variants. @throws when this cannot be done, with the reason */
export type Opener = (loaded: LoadedWorkload, variant: string) => Work | Promise<Work>;

/** A training as an implementation gives it. */
export interface TrainingSteps {
  /** Makes the next step on the batch; what it leaves pending, `loss` waits for. */
  step(batch: number): void | Promise<void>;
  /** Waits for the last step and gives its loss. */
  loss(): number | Promise<number>;
  /** The norms of the last step's gradient, where it was the first. */
  gradientNorms(): readonly number[] | Promise<readonly number[]>;
  /** The loss of the first batch at the moving average of the parameters, where there is one. */
  averageLoss?(): number | Promise<number>;
}

/** A training whose batches are taken in turn. */
export function trainingWork(batches: number, training: TrainingSteps, notes: readonly string[] = []): Work {
  let steps = 0;
  const next = (): void | Promise<void> => {
    const pending = training.step(steps % batches);
    steps += 1;
    return pending;
  };
  return {
    notes,
    async check() {
      const values: number[] = [];
      let gradientNorms: readonly number[] = [];
      while (values.length < CHECKED_STEPS) {
        await next();
        values.push(await training.loss());
        if (values.length === 1) gradientNorms = await training.gradientNorms();
      }
      if (training.averageLoss !== undefined) values.push(await training.averageLoss());
      return { values, gradientNorms };
    },
    async run(iterations) {
      for (let i = 0; i < iterations; i++) {
        const pending = next();
        // Who makes steps at once need not wait for a turn of the event loop.
        if (pending !== undefined) await pending;
      }
      const loss = await training.loss();
      if (!Number.isFinite(loss)) throw new RangeError(`the loss is ${loss} after ${steps} steps`);
    },
  };
}

export function meanSquare(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] as number) ** 2;
  return sum / values.length;
}

export function euclideanNorm(values: ArrayLike<number>): number {
  return Math.sqrt(meanSquare(values) * values.length);
}

/** The variance of each of the d columns of an array [n, d]. */
export function columnVariances(values: ArrayLike<number>, d: number): number[] {
  const rows = values.length / d;
  return Array.from({ length: d }, (_, j) => {
    const column = Array.from({ length: rows }, (_, i) => values[i * d + j] as number);
    const mean = column.reduce((sum, value) => sum + value, 0) / rows;
    return meanSquare(column.map((value) => value - mean));
  });
}

/** What is compared of a product [m, n]. */
export function productValues(product: ArrayLike<number>, n: number): number[] {
  const all = Array.from(product);
  return [all, all.slice(0, n), all.filter((_, i) => i % n === 0)].map(meanSquare);
}
