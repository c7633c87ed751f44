import type { optim, Tree, TreeOf } from "@scoretape/autograd";

/** What a training reports after each step. */
export interface TrainingProgress {
  /** Steps finished, from 1. */
  readonly step: number;
  /** Steps in all. */
  readonly steps: number;
  /** The objective on the step's mini-batch. */
  readonly loss: number;
  /** The global norm of the gradient, before clipping. */
  readonly gradientNorm: number;
  /** The objective on the validation rows under the averaged parameters, where it was just computed. */
  readonly validationLoss: number | null;
}

/** Losses by step: what a loss curve shows. */
export interface TrainingHistory {
  /** The mini-batch loss of every step. */
  readonly losses: readonly number[];
  /** The validation loss, at the steps where it was computed. */
  readonly validation: readonly { readonly step: number; readonly loss: number }[];
}

/** All that a training needs in order to go on as if it had never stopped. */
export interface TrainingState<P extends TreeOf<P>> {
  /** Steps finished. */
  readonly step: number;
  readonly parameters: P;
  /** The exponential moving average of the parameters: the ones to sample with. */
  readonly averaged: P;
  /** The state of clipping and Adam. */
  readonly optimizer: readonly Tree[];
  /** The state of the moving average. */
  readonly average: optim.EmaState<P>;
  readonly history: TrainingHistory;
}

/** A training whose loss or gradient stopped being finite. Its last good checkpoint is untouched. */
export class DivergenceError extends Error {
  override readonly name = "DivergenceError";
  constructor(
    /** The step at which it happened, from 1. */
    readonly step: number,
    readonly loss: number,
    readonly gradientNorm: number,
    /** The largest finite magnitude in the gradient, and the parameter it belongs to. */
    readonly largestGradient: { readonly path: string; readonly magnitude: number },
  ) {
    super(
      `train: the loss is ${loss} at step ${step} (gradient norm ${gradientNorm}, largest gradient ` +
        `${largestGradient.magnitude} in ${largestGradient.path}); lower the learning rate, clip the gradient ` +
        "(clipNorm), or use a larger smallest noise level; the last checkpoint is intact",
    );
  }
}
