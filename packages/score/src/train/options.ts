import {
  checkFunction,
  checkOptions,
  type Key,
  kindOf,
  type optim,
  ShapeError,
  Tensor,
  type TreeOf,
} from "@scoretape/autograd";
import { checkData, checkKey, checkMethods, checkSameDType } from "../check.ts";
import type { NoiseConditionalModel } from "../models/noiseConditionalMlp.ts";
import { checkClasses, type TrainingClasses } from "./batches.ts";
import type { TrainingProgress, TrainingState } from "./events.ts";
import type { TrainingObjective } from "./objectives.ts";
import type { TrainingBackend } from "./step.ts";

/** What a training needs; only what it trains, on what and for how long has no default. */
export interface TrainOptions<P extends TreeOf<P>> {
  readonly model: NoiseConditionalModel<P, Tensor>;
  /** What is minimised: the mean over the rows of a mini-batch. */
  readonly objective: TrainingObjective;
  /** [n, d], n ≥ 2; standardise it first. */
  readonly data: Tensor;
  /** The class of each row, where the model is to be told. */
  readonly classes?: TrainingClasses;
  /** Numbers that each row is conditioned on, [n, k], of the data's dtype, where the model takes such and no classes. */
  readonly conditions?: Tensor;
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
  /**
   * Steps that one call of the program takes; unless said, as many as are about a tenth of a second's work, up to 50. It
   * changes no bit.
   */
  readonly stepsPerCall?: number;
  /** What runs the training step: WebAssembly unless said; see `compile`. */
  readonly backend?: TrainingBackend;
  /** Called for every step, after the call that took it. When it returns a promise, the training waits for it. */
  onProgress?(progress: TrainingProgress): void | Promise<void>;
  /** Called with all that is needed to go on. When it returns a promise, the training waits for it. */
  onCheckpoint?(state: TrainingState<P>): void | Promise<void>;
  /** Where an earlier training stopped; with the same options, the result is the same to the last bit. */
  readonly resume?: TrainingState<P>;
  /** Set `aborted` to stop after the current call (an AbortSignal will do); a checkpoint is made on the way. */
  readonly signal?: { readonly aborted: boolean };
}

const trainKinds = {
  model: "any",
  objective: "function",
  data: "any",
  classes: "any",
  conditions: "any",
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
  stepsPerCall: "number",
  backend: "any",
  onProgress: "callback",
  onCheckpoint: "callback",
  resume: "any",
  signal: "any",
} as const;

/** Throws unless a training can be done with such options. */
export function checkTrainOptions<P extends TreeOf<P>>(options: TrainOptions<P>, name = "train"): void {
  checkOptions(name, options, trainKinds);
  const { data, validationFraction = 0.1 } = options;
  if (!(data instanceof Tensor)) throw new TypeError(`${name}: data is ${kindOf(data)}, not a tensor`);
  checkMethods(name, options.model, "model", ["init", "apply"]);
  checkFunction(name, options.objective, "objective");
  const { backend, resume } = options;
  if (resume !== undefined && (typeof resume !== "object" || resume === null || !("history" in resume))) {
    throw new TypeError(`${name}: resume is ${kindOf(resume)}; give the state that onCheckpoint got`);
  }
  if (backend !== undefined && (typeof backend !== "object" || backend === null || !("name" in backend))) {
    throw new TypeError(`${name}: backend is ${kindOf(backend)}; give wasm(), await gpu(), js or eager`);
  }
  checkKey(name, options.key);
  const [rows = 0] = data.shape;
  if (data.rank !== 2 || rows < 2) {
    throw new ShapeError(
      `${name}: data has shape [${data.shape.join(", ")}]; it must be [n, d] with n at least 2`,
    );
  }
  if (options.conditions !== undefined) checkConditions(name, options.conditions, options);
  if (options.classes !== undefined) checkClasses(name, options.classes, rows);
  const bad = data.data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const columns = data.shape[1] ?? 1;
    throw new RangeError(
      `${name}: data[${Math.floor(bad / columns)}, ${bad % columns}] is ${data.data[bad]}; remove or replace such rows`,
    );
  }
  if (!(validationFraction >= 0 && validationFraction < 1)) {
    throw new RangeError(
      `${name}: validationFraction is ${validationFraction}; it must be at least 0 and below 1`,
    );
  }
  const { weightDecay = 0 } = options;
  if (!(weightDecay >= 0 && weightDecay < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`${name}: weightDecay is ${weightDecay}; it is a finite number from 0`);
  }
  const counts = {
    steps: options.steps,
    batchSize: options.batchSize ?? 128,
    validateEvery: options.validateEvery ?? 100,
    patience: options.patience ?? 1,
    checkpointEvery: options.checkpointEvery ?? 500,
    stepsPerCall: options.stepsPerCall ?? 1,
  };
  for (const [option, value] of Object.entries(counts)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(`${name}: ${option} is ${value}; it must be a whole number from 1`);
    }
  }
}

function checkConditions(
  name: string,
  conditions: Tensor,
  { data, classes }: Pick<TrainOptions<never>, "data" | "classes">,
): void {
  checkData(name, conditions, "conditions");
  checkSameDType(name, conditions, data, "conditions", "data");
  if (conditions.shape[0] !== data.shape[0]) {
    throw new ShapeError(
      `${name}: conditions have ${conditions.shape[0]} rows, the data ${data.shape[0]}; give one for each`,
    );
  }
  if (classes !== undefined) throw new RangeError(`${name}: a model is told classes or conditions; give one`);
}
