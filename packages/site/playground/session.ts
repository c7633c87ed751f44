import { tree } from "@scoretape/autograd";
import { selected, type TrainingState, train } from "@scoretape/score";
import {
  exactIn,
  type Model,
  modelOf,
  type Parameters,
  saveModel,
  standardized,
} from "@scoretape/score/model";
import { breaths } from "./breath.ts";
import { type Job, type Prepared, prepared, type Running, running } from "./learning.ts";

/** What a page is told before the first step. */
export interface Opening {
  readonly columns: readonly string[];
  readonly units: readonly string[];
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
  /** Noise levels, from the largest. */
  readonly sigmas: readonly number[];
  /** Standardised points, x and y in turn. */
  readonly points: Float32Array;
  readonly parameters: number;
  readonly isExact: boolean;
  /** What runs the steps. */
  readonly runsOn: string;
  readonly steps: number;
}

/** What is new since the page was told last. */
export interface News {
  readonly step: number;
  readonly losses: readonly number[];
  readonly validation: TrainingState<Parameters>["history"]["validation"];
  /** The steps of which the parameters are kept. */
  readonly kept: readonly number[];
}

/** What a training came to. */
export interface Ending {
  readonly step: number;
  /** The step of the parameters that are taken. */
  readonly best: number;
  readonly losses: readonly number[];
  /** What ended it before its time, and how it may go on; null where nothing did. */
  readonly trouble: string | null;
  /** What runs the steps from here on. */
  readonly runsOn: string;
}

/** Parameters of at most so many steps are kept, of so many bytes in all. */
const [MOST_KEPT, MOST_BYTES] = [40, 2 ** 25];
/** From one step that is kept to the next: numbers that leave the blocks of a training whole. */
const STRIDES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000];
/** The page hears of a training every so many milliseconds. */
const NEWS_EVERY = 80;

/** A step by its number, or the parameters that the training chose. */
export type At = number | "model";

let opened: (Prepared & { readonly runs: Running; again(): Promise<Running> }) | undefined;
let state: TrainingState<Parameters> | undefined;
const kept = new Map<number, Parameters>();
let signal = { aborted: false };
const models = new Map<At, Model>();

/** Prepares a training. */
export async function open(job: Job): Promise<Opening> {
  const again = (): Promise<Running> => running(job.settings.backend);
  const own = { ...prepared(job), runs: await again(), again };
  opened = own;
  const { description, rows, training } = own;
  const { mean, deviation } = description.standardization;
  return {
    columns: rows.columns,
    units: rows.units,
    mean,
    deviation,
    sigmas: modelOf(description, training.model.init(training.key)).sigmas,
    points: Float32Array.from(standardized(description.standardization, rows.values).data),
    parameters: tree.size(training.model.init(training.key)),
    isExact: exactIn(rows, description.standardization) !== null,
    runsOn: own.runs.told,
    steps: training.steps,
  };
}

function current(): NonNullable<typeof opened> {
  if (opened === undefined) throw new Error("no training was opened");
  return opened;
}

/** Trains, or goes on, until the steps are done or it is paused. */
export async function learn(tell: (news: News) => void): Promise<Ending> {
  const own = current();
  const { training, runs } = own;
  signal = { aborted: false };
  const breathe = breaths();
  const size = tree.size(training.model.init(training.key));
  const most = Math.max(2, Math.min(MOST_KEPT, Math.floor(MOST_BYTES / (4 * size))));
  const stride = STRIDES.find((every) => training.steps / every <= most) ?? training.steps;
  const validateEvery = 100;
  let losses: number[] = [];
  let validation: { step: number; loss: number }[] = [];
  let told = performance.now();
  const report = (step: number): void => {
    tell({ step, losses, validation, kept: [...kept.keys()] });
    [losses, validation, told] = [[], [], performance.now()];
  };
  let trouble: string | null = null;
  try {
    state = await train({
      ...training,
      validateEvery,
      backend: runs.backend,
      checkpointEvery: stride,
      signal,
      ...(state === undefined ? {} : { resume: state }),
      async onCheckpoint(reached) {
        // Where it paused before is of no interest any more.
        for (const step of kept.keys()) if (step % stride !== 0) kept.delete(step);
        kept.set(reached.step, reached.averaged);
        state = reached;
      },
      onProgress({ step, loss, validationLoss }) {
        losses.push(loss);
        if (validationLoss !== null) validation.push({ step, loss: validationLoss });
        if (performance.now() - told > NEWS_EVERY || step === training.steps) report(step);
        return breathe();
      },
    });
  } catch (error) {
    const why = runs.lost();
    if (why === null) throw error;
    if (state === undefined) throw new Error(`The GPU was lost before a step was kept: ${why}`);
    opened = { ...own, runs: await own.again() };
    trouble = `The GPU was lost: ${why}. The training is back at step ${state.step}, from where it can go on.`;
    losses = [];
    validation = [];
  }
  models.delete("model");
  report(state.step);
  const { step, best, history } = state;
  return { step, best: best?.step ?? step, losses: history.losses, trouble, runsOn: current().runs.told };
}

/** Ends `learn` with the step that it is at: there is a whole model, and `learn` goes on from there. */
export function pause(): void {
  signal.aborted = true;
}

/** The model of a step. */
export function modelAt(at: At): Prepared & { readonly model: Model } {
  const own = current();
  const known = models.get(at);
  if (known !== undefined) return { ...own, model: known };
  const parameters = at === "model" ? state && selected(state) : kept.get(at);
  if (parameters === undefined) throw new RangeError(`the parameters of step ${at} are not kept`);
  const model = modelOf(own.description, parameters);
  models.set(at, model);
  // Each has programs of its own.
  for (const old of [...models.keys()].slice(0, -2)) models.delete(old);
  return { ...own, model };
}

/** The model with its training, as a file that the command opens. */
export function modelFile(): Uint8Array<ArrayBuffer> {
  const { description } = current();
  if (state === undefined) throw new RangeError("nothing was trained yet");
  return saveModel(description, state);
}
