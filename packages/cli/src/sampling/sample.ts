import type { Backend, Key, ProgramBackend, Tensor } from "@scoretape/autograd";
import { type Model, samplingDefaults, samplingSteps } from "@scoretape/score/model";
import { picturesOf, pointsOf } from "../images/pictures.ts";
import { ExpectedError } from "../terminal/expected.ts";
import { breaths, type Interrupt } from "../terminal/interrupt.ts";
import type { Io } from "../terminal/io.ts";
import { type Progress, progress } from "../terminal/progress.ts";
import type { Condition } from "./condition.ts";

/** How to sample a model. */
export interface Sampling extends Condition {
  readonly count: number;
  /** As many as the model takes, unless said. */
  readonly stepsPerLevel: number | undefined;
  /** The size of a Langevin step at noise level σ, in units of σ². */
  readonly stepSize: number;
  /** What runs the steps. */
  readonly backend: Backend | ProgramBackend;
}

/** The samples ran off to infinity, or the model has no finite score where they went. */
export class SamplingError extends ExpectedError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, 1, options);
  }
}

/**
 * Draws samples of a model, as `samplingSteps` does, with a bar of their progress. The same key gives the same samples, of
 * which a smaller count gives the first.
 *
 * @returns standardised points, [count, d]; images as a file of bytes has them
 * @throws SamplingError if a chain leaves the finite numbers
 * @throws Interrupted if the program was asked to end
 */
export async function drawSamples(
  model: Model,
  { count, stepsPerLevel = samplingDefaults(model).stepsPerLevel, ...how }: Sampling,
  key: Key,
  io: Io,
  interrupt: Interrupt,
): Promise<Tensor> {
  let bar: Progress | undefined;
  const onStep = ({ step, steps }: { readonly step: number; readonly steps: number }): void => {
    bar ??= progress({ steps, stream: io.stderr });
    bar.update(step);
  };
  const breathe = breaths();
  try {
    const walk = samplingSteps(model, key, count, { ...how, stepsPerLevel, onStep });
    for (;;) {
      const step = walk.next();
      if (step.done) return asImages(model, step.value);
      await breathe();
      interrupt.check();
    }
  } catch (error) {
    if (error instanceof RangeError) throw new SamplingError(error.message, { cause: error });
    throw error;
  } finally {
    bar?.stop();
  }
}

/** Samples of images as a file of bytes has them; others as they are. */
export function asImages({ description }: Model, points: Tensor): Tensor {
  const { image } = description;
  return image === undefined ? points : pointsOf(description, picturesOf(description, image, points));
}
