import { tensor } from "@scoretape/autograd";
import {
  DivergenceError,
  type TrainingBackend,
  type TrainingProgress,
  type TrainingState,
  train,
} from "@scoretape/score";
import {
  type Description,
  type Filling,
  type Parameters,
  trainingOf,
  trainWithGaps,
} from "@scoretape/score/model";
import { saveModel } from "../model/store.ts";
import { ExpectedError } from "../terminal/expected.ts";
import { breaths, type Interrupt } from "../terminal/interrupt.ts";
import type { Io } from "../terminal/io.ts";
import { note } from "../terminal/note.ts";
import { progress } from "../terminal/progress.ts";
import { UserError } from "../terminal/user-error.ts";
import { removeResults } from "./place.ts";
import type { Plan } from "./plan.ts";

/** The loss or its gradient stopped being finite. */
export class Diverged extends ExpectedError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, 1, options);
  }
}

/** What does not change the training. */
export interface LearningOptions {
  /** Steps from one checkpoint to the next. */
  readonly checkpointEvery: number;
  /** What runs the steps. */
  readonly backend: TrainingBackend;
  /** Draws a checkpoint on the way, where that is of use. */
  readonly draw?: ((description: Description, state: TrainingState<Parameters>) => void) | undefined;
}

/** What a training came to. */
export interface Learned {
  /** The plan's, with the number of steps of the training anew where there was one. */
  readonly description: Description;
  readonly state: TrainingState<Parameters>;
}

/**
 * Carries out a training, with a checkpoint every so many steps and one where it ends; and then, where that was asked for,
 * once more on the rows that were kept aside too, for as many steps as were best.
 *
 * @returns the state at the end, or where the interrupt stopped it
 * @throws Diverged if the loss stops being finite; the last checkpoint stays.
 */
export async function learn(
  plan: Plan,
  options: LearningOptions,
  io: Io,
  interrupt: Interrupt,
): Promise<Learned> {
  const { description } = plan;
  const state = await trainOnce(plan, options, io, interrupt);
  if (!description.settings.refit || description.refitSteps !== undefined || interrupt.aborted) {
    return { description, state };
  }
  const refitSteps = state.best?.step ?? state.step;
  note(io, `training anew on all rows, for ${refitSteps.toLocaleString("en")} steps`);
  const anew = { ...description, refitSteps };
  return {
    description: anew,
    state: await trainOnce(
      { ...plan, description: anew, resume: null, filling: null },
      options,
      io,
      interrupt,
    ),
  };
}

async function trainOnce(
  { source, description, directory, resume, filling }: Plan,
  { checkpointEvery, backend, draw }: LearningOptions,
  io: Io,
  interrupt: Interrupt,
): Promise<TrainingState<Parameters>> {
  const { steps, refitSteps } = description;
  let kept = resume?.step;
  const bar = progress({ steps: refitSteps ?? steps, from: resume?.step ?? 0, stream: io.stderr });
  const breathe = breaths();
  const save = (state: TrainingState<Parameters>, own: Filling | null): void => {
    saveModel(directory, description, state, own);
    // What an earlier training left stands until here.
    if (kept === undefined) removeResults(directory);
    kept = state.step;
    if (state.step < (refitSteps ?? steps) && !interrupt.aborted) draw?.(description, state);
  };
  const how = {
    checkpointEvery,
    backend,
    onProgress({ step, loss }: TrainingProgress) {
      bar.update(step, loss);
      return breathe();
    },
  };
  try {
    if (description.gaps !== undefined) {
      const { state } = await trainWithGaps(description, source.values, {
        ...how,
        signal: interrupt,
        onCheckpoint: (reached) => save(reached.state, reached.filling),
        ...(resume === null || filling === null ? {} : { resume: { state: resume, filling } }),
      });
      return state;
    }
    const { labels } = source;
    const classes = labels === null ? [] : [tensor(labels.labels)];
    const training = trainingOf(description, source.values, ...classes);
    return await train({
      ...training,
      ...how,
      // Where no step made it better than the start, there is nothing to do anew.
      steps: Math.max(1, training.steps),
      signal: training.steps === 0 ? { aborted: true } : interrupt,
      onCheckpoint: (state) => save(state, null),
      ...(resume === null ? {} : { resume }),
    });
  } catch (error) {
    if (error instanceof DivergenceError) throw diverged(error, directory, kept);
    // A program that turned out larger than was told beforehand.
    if (error instanceof RangeError && error.message.startsWith("compile: the program needs")) {
      throw new UserError(error.message, { cause: error });
    }
    throw error;
  } finally {
    bar.stop();
  }
}

function diverged(error: DivergenceError, directory: string, kept: number | undefined): Diverged {
  const { step, loss, gradientNorm, largestGradient } = error;
  const checkpoint =
    kept === undefined
      ? "no checkpoint had been made yet"
      : `the checkpoint of step ${kept} stays in ${directory}`;
  return new Diverged(
    `the training diverged: at step ${step} the loss is ${loss}, the gradient's norm ${gradientNorm}, its largest ` +
      `element ${largestGradient.magnitude} (${largestGradient.path}); lower --learning-rate or raise --sigma-min; ` +
      checkpoint,
    { cause: error },
  );
}
