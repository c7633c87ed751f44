import {
  type Backend,
  concat,
  type Key,
  mul,
  type ProgramBackend,
  random,
  type Tensor,
} from "@scoretape/autograd";
import { annealedLangevin, denoise } from "@scoretape/score";
import type { Model } from "../model/model.ts";
import { ExpectedError } from "../terminal/expected.ts";
import { breaths, type Interrupt } from "../terminal/interrupt.ts";
import type { Io } from "../terminal/io.ts";
import { progress } from "../terminal/progress.ts";

/** How to sample a model. */
export interface Sampling {
  readonly count: number;
  readonly stepsPerLevel: number;
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

/** So many chains run side by side. */
const CHAINS = 2000;
/** So many multiplications are done before the event loop may turn: less than a second's work. */
const BREATH = 5e8;

/**
 * Draws samples by annealed Langevin dynamics over the model's noise levels with a final Tweedie step, from
 * x₀ ~ N(0, (1 + σ_max²)I), the data's own spread at the largest level. The same key gives the same samples, of which
 * a smaller count gives the first.
 *
 * @returns standardised points, [count, d]
 * @throws SamplingError if a chain leaves the finite numbers
 * @throws Interrupted if the program was asked to end
 */
export async function drawSamples(
  model: Model,
  sampling: Sampling,
  key: Key,
  io: Io,
  interrupt: Interrupt,
): Promise<Tensor> {
  const { count, stepsPerLevel } = sampling;
  const chunks = Array.from({ length: Math.ceil(count / CHAINS) }, (_, i) =>
    Math.min(CHAINS, count - i * CHAINS),
  );
  const bar = progress({
    steps: chunks.length * model.sigmas.length * stepsPerLevel,
    stream: io.stderr,
  });
  const breathe = breaths();
  const parts: Tensor[] = [];
  let done = 0;
  try {
    for (const [i, chains] of chunks.entries()) {
      const walk = annealed(model, sampling, random.foldIn(key, i), chains, () => bar.update(++done));
      for (const samples of walk) {
        await breathe();
        interrupt.check();
        if (samples !== null) parts.push(samples);
      }
    }
  } catch (error) {
    if (error instanceof RangeError) throw new SamplingError(error.message, { cause: error });
    throw error;
  } finally {
    bar.stop();
  }
  return concat(parts, 0);
}

/** Runs some chains, and stops for breath now and then: yields null on the way and the samples at the end. */
function* annealed(
  model: Model,
  { stepsPerLevel, stepSize, backend }: Sampling,
  key: Key,
  chains: number,
  onStep: () => void,
): Generator<Tensor | null> {
  const { sigmas, size, score, description } = model;
  const [largest = 1, smallest = 1] = [sigmas[0], sigmas.at(-1)];
  const stretch = Math.max(1, Math.floor(BREATH / (size * CHAINS)));
  let x = mul(
    Math.hypot(1, largest),
    random.normal(random.foldIn(key, 0), [chains, description.columns.length]),
  );
  for (const [i, sigma] of sigmas.entries()) {
    const keyOfLevel = random.foldIn(key, i + 1);
    for (let step = 0; step < stepsPerLevel; step += stretch) {
      const { samples } = annealedLangevin(score, x, {
        sigmas: [sigma],
        stepSize: stepSize * sigma ** 2,
        stepsPerLevel: Math.min(stretch, stepsPerLevel - step),
        key: random.foldIn(keyOfLevel, step),
        backend,
        onStep,
      });
      x = samples;
      yield null;
    }
  }
  yield denoise(score, x, smallest, { backend }).mean;
}
