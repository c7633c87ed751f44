import type { Tree } from "@scoretape/autograd";
import { DivergenceError, type TrainingState, type TrainOptions, train } from "@scoretape/score";
import { SamplingError } from "../sampling/sample.ts";
import { Diverged } from "../training/learn.ts";
import type { Advance, Laboratory } from "./experiment.ts";

/**
 * A training of an experiment: `train` on all of the data, on the laboratory's backend, shown step by step.
 *
 * @throws Diverged if the loss stops being finite
 */
export async function fit<P extends Tree>(
  { backend }: Laboratory,
  advance: Advance,
  options: Omit<TrainOptions<P>, "backend" | "onProgress">,
): Promise<TrainingState<P>> {
  try {
    return await train({
      validationFraction: 0,
      ...options,
      backend,
      onProgress: ({ loss }) => advance(1, loss),
    });
  } catch (error) {
    if (error instanceof DivergenceError) {
      throw new Diverged(`a training of the experiment diverged; give another --seed: ${error.message}`, {
        cause: error,
      });
    }
    throw error;
  }
}

/**
 * Samples as a sampler returns them.
 *
 * @throws SamplingError if a chain leaves the finite numbers
 */
export function sampled<T>(sampler: () => T): T {
  try {
    return sampler();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new SamplingError(`a sampler of the experiment diverged; give another --seed: ${error.message}`, {
      cause: error,
    });
  }
}
