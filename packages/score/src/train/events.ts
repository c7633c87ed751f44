import { kindOf, type optim, type Tree, type TreeOf } from "@scoretape/autograd";

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
  /** The validation loss, at the steps where it was computed; step 0 is the start. */
  readonly validation: readonly { readonly step: number; readonly loss: number }[];
}

/** The parameters under which the validation loss was least so far. */
export interface BestParameters<P extends TreeOf<P>> {
  /** The step after which it was so; 0 is the start. */
  readonly step: number;
  readonly loss: number;
  /** The averaged parameters of that step. */
  readonly parameters: P;
}

/** All that a training needs in order to go on as if it had never stopped. */
export interface TrainingState<P extends TreeOf<P>> {
  /** Steps finished. */
  readonly step: number;
  readonly parameters: P;
  /** The exponential moving average of the parameters. */
  readonly averaged: P;
  /** What generalised best, by the validation loss; null where no rows were held out. */
  readonly best: BestParameters<P> | null;
  /** The state of clipping and Adam. */
  readonly optimizer: readonly Tree[];
  /** The state of the moving average. */
  readonly average: optim.EmaState<P>;
  readonly history: TrainingHistory;
}

/**
 * The parameters to use: those of the least validation loss, or the last moving average where no rows were held out.
 *
 * @throws TypeError when the state is none
 *
 * @example
 * ```ts
 * import { random } from "@scoretape/autograd";
 * import { data, noiseConditionalMlp, noiseLevelObjective, selected, train } from "@scoretape/score";
 *
 * const model = noiseConditionalMlp({ dimension: 1, hidden: [16] });
 * const state = await train({
 *   model,
 *   objective: noiseLevelObjective("denoising", [1]),
 *   data: data.gaussian({ mean: [0] }).sample(random.key(0), 100),
 *   key: random.key(1),
 *   steps: 20,
 * });
 * console.log(selected(state) === state.best?.parameters); // true
 * ```
 */
export function selected<P extends TreeOf<P>>(state: TrainingState<P>): P {
  if (typeof state !== "object" || state === null || !("averaged" in state)) {
    throw new TypeError(`selected: the state is ${kindOf(state)}; give what train returned`);
  }
  return state.best?.parameters ?? state.averaged;
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

/**
 * The state from which a training goes on with other rows, which are to judge anew: where it stands, or at its best parameters where
 * it has not got better since the first half of the steps with the rows until now.
 */
export function withOtherRows<P extends TreeOf<P>>(state: TrainingState<P>, since: number): TrainingState<P> {
  const { step, best, average, history } = state;
  const unjudged = {
    ...state,
    best: null,
    history: { ...history, validation: history.validation.filter((loss) => loss.step !== step) },
  };
  if (best === null || 2 * best.step >= since + step) return unjudged;
  const { parameters } = best;
  return { ...unjudged, parameters, averaged: parameters, average: { ...average, average: parameters } };
}
