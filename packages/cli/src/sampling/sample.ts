import { concat, type Key, mul, random, type Tensor } from "@scoretape/autograd";
import { annealedLangevin } from "@scoretape/score";
import type { Model } from "../model/model.ts";
import { breaths, type Interrupt } from "../terminal/interrupt.ts";
import type { Io } from "../terminal/io.ts";
import { progress } from "../terminal/progress.ts";

/** How to sample a model. */
export interface Sampling {
  readonly count: number;
  readonly stepsPerLevel: number;
  /** The size of a Langevin step at noise level σ, in units of σ². */
  readonly stepSize: number;
}

/** The samples ran off to infinity, or the model has no finite score where they went. */
export class SamplingError extends Error {
  override readonly name = "SamplingError";
  readonly exitCode = 1;
}

/** So many chains run side by side; then the event loop may turn. */
const CHUNK = 500;

/**
 * Draws samples by annealed Langevin dynamics over the model's noise levels with a final Tweedie step, from
 * x₀ ~ N(0, (1 + σ_max²)I), the model's own spread at the largest level. The same key gives the same
 * samples, of which a smaller count gives the first.
 *
 * @returns standardised points, [count, d]
 * @throws SamplingError if a chain leaves the finite numbers
 * @throws Interrupted if the program was asked to end
 */
export async function drawSamples(
  model: Model,
  { count, stepsPerLevel, stepSize }: Sampling,
  key: Key,
  io: Io,
  interrupt: Interrupt,
): Promise<Tensor> {
  const { sigmas, description } = model;
  const dimension = description.columns.length;
  const [largest = 1, smallest = 1] = [sigmas[0], sigmas.at(-1)];
  const chunks = Math.ceil(count / CHUNK);
  const bar = progress({ steps: chunks * stepsPerLevel * sigmas.length, stream: io.stderr });
  const breathe = breaths();
  const parts: Tensor[] = [];
  let done = 0;
  try {
    for (let chunk = 0; chunk < chunks; chunk++) {
      const keyOfChunk = random.foldIn(key, chunk);
      const rows = Math.min(CHUNK, count - chunk * CHUNK);
      const noise = random.normal(random.foldIn(keyOfChunk, 0), [rows, dimension]);
      const { samples } = annealedLangevin(model.score, mul(Math.hypot(1, largest), noise), {
        sigmas,
        stepSize: stepSize * smallest ** 2,
        stepsPerLevel,
        key: random.foldIn(keyOfChunk, 1),
        finalDenoise: true,
        onStep: () => bar.update(++done),
      });
      parts.push(samples);
      await breathe();
      interrupt.check();
    }
  } catch (error) {
    if (error instanceof RangeError) throw new SamplingError(error.message, { cause: error });
    throw error;
  } finally {
    bar.stop();
  }
  return concat(parts, 0);
}
