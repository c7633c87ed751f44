import {
  checkFunction,
  checkOptions,
  type Key,
  kindOf,
  optim,
  random,
  read,
  ShapeError,
  Tensor,
  type TreeOf,
  tensor,
  tree,
} from "@scoretape/autograd";
import { checkKey, checkMethods } from "../check.ts";
import type { NoiseConditionalModel } from "../models/noiseConditionalMlp.ts";
import { batches, checkClasses, drawnFrom, split, type TrainingClasses } from "./batches.ts";
import type { TrainingProgress, TrainingState } from "./events.ts";
import type { TrainingObjective } from "./objectives.ts";
import { type TrainingBackend, trainingMachine } from "./step.ts";

/** What a training needs; only what it trains, on what and for how long has no default. */
export interface TrainOptions<P extends TreeOf<P>> {
  readonly model: NoiseConditionalModel<P, Tensor>;
  /** What is minimised: the mean over the rows of a mini-batch. */
  readonly objective: TrainingObjective;
  /** [n, d], n ≥ 2; standardise it first. */
  readonly data: Tensor;
  /** The class of each row, where the model is to be told. */
  readonly classes?: TrainingClasses;
  /** Decides the split, the first parameters, every mini-batch, noise and probe. */
  readonly key: Key;
  readonly steps: number;
  /** Rows of a mini-batch, drawn with replacement; 128 unless said. */
  readonly batchSize?: number;
  /** The step size of Adam, or a schedule of it; unless said, a cosine from 0.005 to 0.00001 over the steps. */
  readonly learningRate?: optim.LearningRate;
  /** The gradient is scaled down to this global norm where it is larger; 10 unless said. */
  readonly clipNorm?: number;
  /** The decay of the moving average of the parameters; 0.999 unless said. */
  readonly averageDecay?: number;
  /** λ ≥ 0: each step also takes λ·(learning rate) of every parameter away (Loshchilov & Hutter 2019); 0 unless said. */
  readonly weightDecay?: number;
  /** β₂ of Adam, the decay of its mean of squared gradients; 0.999 unless said. */
  readonly beta2?: number;
  /**
   * The share of the rows held out for validation, 0 for none; 0.1 unless said. By them `state.best` is chosen.
   */
  readonly validationFraction?: number;
  /** Steps from one validation loss to the next; 100 unless said. */
  readonly validateEvery?: number;
  /** The training ends early when so many steps have brought no lower validation loss; it never does unless said. */
  readonly patience?: number;
  /** Steps from one checkpoint to the next; 500 unless said. There is one at the end too. */
  readonly checkpointEvery?: number;
  /** What runs the training step: WebAssembly unless said; see `compile`. */
  readonly backend?: TrainingBackend;
  /** Called after every step. When it returns a promise, the training waits for it. */
  onProgress?(progress: TrainingProgress): void | Promise<void>;
  /** Called with all that is needed to go on. When it returns a promise, the training waits for it. */
  onCheckpoint?(state: TrainingState<P>): void | Promise<void>;
  /** Where an earlier training stopped; with the same options, the result is the same to the last bit. */
  readonly resume?: TrainingState<P>;
  /** Set `aborted` to stop after the current step (an AbortSignal will do); a checkpoint is made on the way. */
  readonly signal?: { readonly aborted: boolean };
}

const trainKinds = {
  model: "any",
  objective: "function",
  data: "any",
  classes: "any",
  key: "any",
  steps: "number",
  batchSize: "number",
  learningRate: "any",
  clipNorm: "number",
  averageDecay: "number",
  weightDecay: "number",
  beta2: "number",
  validationFraction: "number",
  validateEvery: "number",
  patience: "number",
  checkpointEvery: "number",
  backend: "any",
  onProgress: "callback",
  onCheckpoint: "callback",
  resume: "any",
  signal: "any",
} as const;

/** Noise is drawn anew, the same at each validation, for about so many rows: differences of steps are then larger than
 * what is left of it. */
const VALIDATION_DRAWS = 8192;

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
  checkOptions("train", options, trainKinds);
  const { steps, batchSize = 128, validateEvery = 100, checkpointEvery = 500 } = options;
  checkTrainOptions(options);
  const { learningRate = optim.cosineSchedule({ initial: 5e-3, final: 1e-5, steps: options.steps }) } =
    options;
  const keys = {
    split: random.foldIn(options.key, 0),
    start: random.foldIn(options.key, 1),
    steps: random.foldIn(options.key, 2),
    validation: random.foldIn(options.key, 3),
  };
  const { training, validation } = split(options.data, options.validationFraction ?? 0.1, keys.split);
  const batchOf = batches(options);
  const machine = trainingMachine({
    model: options.model,
    objective: options.objective,
    learningRate,
    clipNorm: options.clipNorm ?? 10,
    averageDecay: options.averageDecay ?? 0.999,
    weightDecay: options.weightDecay ?? 0,
    beta2: options.beta2 ?? 0.999,
    backend: options.backend,
  });
  let state = options.resume ?? machine.start(keys.start);
  const losses = [...state.history.losses];
  const validationLosses = [...state.history.validation];
  const snapshot = async (): Promise<TrainingState<P>> => ({
    ...(await withOwnStorage(state)),
    history: { losses: [...losses], validation: [...validationLosses] },
  });
  /** The validation loss of the averaged parameters, which become the best ones where it is the least so far. */
  const validate = async (rows: readonly number[]): Promise<number> => {
    const { step, averaged, best } = state;
    const draws = Math.max(1, Math.round(VALIDATION_DRAWS / rows.length));
    let total = 0;
    for (let draw = 0; draw < draws; draw++) {
      total += await machine.evaluate(averaged, batchOf(rows), random.foldIn(keys.validation, draw));
    }
    const loss = total / draws;
    validationLosses.push({ step, loss });
    if (loss < (best?.loss ?? Number.POSITIVE_INFINITY)) {
      state = { ...state, best: { step, loss, parameters: await copied(averaged) } };
    }
    return loss;
  };
  const isFresh = state.step === 0 && validationLosses.length === 0;
  if (isFresh && validation !== null && !options.signal?.aborted) await validate(validation);
  while (
    state.step < steps &&
    !options.signal?.aborted &&
    !isOut(options.patience, state, validationLosses)
  ) {
    const step = state.step + 1;
    const stepKey = random.foldIn(keys.steps, step);
    const rows = drawnFrom(training, random.foldIn(stepKey, 0), batchSize);
    const batch = batchOf(rows, random.foldIn(stepKey, 2));
    const { next, loss, gradientNorm } = await machine.step(state, batch, random.foldIn(stepKey, 1));
    state = next;
    losses.push(loss);
    const validates = validation !== null && (step % validateEvery === 0 || step === steps);
    const validationLoss = validates ? await validate(validation) : null;
    await options.onProgress?.({ step, steps, loss, gradientNorm, validationLoss });
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

function checkTrainOptions<P extends TreeOf<P>>(options: TrainOptions<P>): void {
  const { data, validationFraction = 0.1 } = options;
  if (!(data instanceof Tensor)) throw new TypeError(`train: data is ${kindOf(data)}, not a tensor`);
  checkMethods("train", options.model, "model", ["init", "apply"]);
  checkFunction("train", options.objective, "objective");
  const { backend, resume } = options;
  if (resume !== undefined && (typeof resume !== "object" || resume === null || !("history" in resume))) {
    throw new TypeError(`train: resume is ${kindOf(resume)}; give the state that onCheckpoint got`);
  }
  if (backend !== undefined && (typeof backend !== "object" || backend === null)) {
    throw new TypeError(`train: backend is ${kindOf(backend)}; give wasm(), await gpu(), js or eager`);
  }
  checkKey("train", options.key);
  const [rows = 0] = data.shape;
  if (data.rank !== 2 || rows < 2) {
    throw new ShapeError(
      `train: data has shape [${data.shape.join(", ")}]; it must be [n, d] with n at least 2`,
    );
  }
  if (options.classes !== undefined) checkClasses(options.classes, rows);
  const bad = data.data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const columns = data.shape[1] ?? 1;
    throw new RangeError(
      `train: data[${Math.floor(bad / columns)}, ${bad % columns}] is ${data.data[bad]}; remove or replace such rows`,
    );
  }
  if (!(validationFraction >= 0 && validationFraction < 1)) {
    throw new RangeError(
      `train: validationFraction is ${validationFraction}; it must be at least 0 and below 1`,
    );
  }
  const { weightDecay = 0 } = options;
  if (!(weightDecay >= 0 && weightDecay < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`train: weightDecay is ${weightDecay}; it is a finite number from 0`);
  }
  const counts = {
    steps: options.steps,
    batchSize: options.batchSize ?? 128,
    validateEvery: options.validateEvery ?? 100,
    patience: options.patience ?? 1,
    checkpointEvery: options.checkpointEvery ?? 500,
  };
  for (const [name, value] of Object.entries(counts)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(`train: ${name} is ${value}; it must be a whole number from 1`);
    }
  }
}
