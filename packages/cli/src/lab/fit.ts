import type { Tree } from "@scoretape/autograd";
import { type TrainingState, type TrainOptions, train } from "@scoretape/score";
import type { Advance, Laboratory } from "./experiment.ts";

/** A training of an experiment: `train` on all of the data, on the laboratory's backend, shown step by step. */
export function fit<P extends Tree>(
  { backend }: Laboratory,
  advance: Advance,
  options: Omit<TrainOptions<P>, "backend" | "onProgress">,
): Promise<TrainingState<P>> {
  return train({
    validationFraction: 0,
    ...options,
    backend,
    onProgress: ({ loss }) => advance(1, loss),
  });
}
