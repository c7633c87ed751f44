import { optim } from "@scoretape/autograd";
import {
  DivergenceError,
  noiseLevelObjective,
  type TrainingBackend,
  type TrainingState,
  train,
} from "@scoretape/score";
import { standardized } from "../data/units.ts";
import { keysOf } from "../model/keys.ts";
import { networkOf, type Parameters } from "../model/model.ts";
import { noiseLevels } from "../model/noise-levels.ts";
import { saveModel } from "../model/store.ts";
import { ExpectedError } from "../terminal/expected.ts";
import { breaths, type Interrupt } from "../terminal/interrupt.ts";
import type { Io } from "../terminal/io.ts";
import { progress } from "../terminal/progress.ts";
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
}

/** The learning rate of the last step, as a share of the first's. */
const LAST_RATE = 0.002;

/**
 * Carries out a training, with a checkpoint every so many steps and one where it ends.
 *
 * @returns the state at the end, or where the interrupt stopped it
 * @throws Diverged if the loss stops being finite; the last checkpoint stays.
 */
export async function learn(
  { source, description, directory, resume }: Plan,
  { checkpointEvery, backend }: LearningOptions,
  io: Io,
  interrupt: Interrupt,
): Promise<TrainingState<Parameters>> {
  const { settings, steps, standardization } = description;
  let kept = resume?.step;
  const bar = progress({ steps, from: resume?.step ?? 0, stream: io.stderr });
  const breathe = breaths();
  try {
    return await train({
      model: networkOf(description),
      objective: noiseLevelObjective(settings.loss, noiseLevels(settings)),
      data: standardized(standardization, source.values),
      key: keysOf(settings.seed).training,
      steps,
      batchSize: settings.batch,
      learningRate: optim.cosineSchedule({
        initial: settings.learningRate,
        final: settings.learningRate * LAST_RATE,
        steps,
      }),
      averageDecay: settings.ema,
      validationFraction: settings.validation,
      checkpointEvery,
      backend,
      onProgress({ step, loss }) {
        bar.update(step, loss);
        return breathe();
      },
      onCheckpoint(state) {
        saveModel(directory, description, state);
        // What an earlier training left stands until here.
        if (kept === undefined) removeResults(directory);
        kept = state.step;
      },
      signal: interrupt,
      ...(resume === null ? {} : { resume }),
    });
  } catch (error) {
    if (error instanceof DivergenceError) throw diverged(error, directory, kept);
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
