import type { TreeOf } from "@scoretape/autograd";
import type { TrainOptions } from "./options.ts";

/** Steps that a program takes in one call at most; what is less than a millisecond's work gains nothing from more. */
const MOST_STEPS_PER_CALL = 50;

/** The same on a device, for which every step of a call is a list of commands of its own. */
const MOST_ON_DEVICE = 10;

/** Multiplications of a call at most, by the usual 10 for each parameter and row: about a tenth of a second's work. */
const WORK_PER_CALL = 2e8;

/** How many steps one call takes: as many as there is room for, and a divisor of the steps between two validations. */
export function blockOf<P extends TreeOf<P>>(
  size: number,
  options: TrainOptions<P>,
  validates: boolean,
): number {
  const { batchSize = 128, validateEvery = 100, checkpointEvery = 500, steps } = options;
  const every = Math.min(validates ? validateEvery : checkpointEvery, checkpointEvery, steps);
  if (options.stepsPerCall !== undefined) return Math.min(options.stepsPerCall, every);
  const isDevice = options.backend !== undefined && "asynchronous" in options.backend;
  const room = Math.min(
    isDevice ? MOST_ON_DEVICE : MOST_STEPS_PER_CALL,
    every,
    Math.floor(WORK_PER_CALL / (10 * batchSize * size)),
  );
  for (let block = room; block > room / 2; block--) if (every % block === 0) return block;
  return Math.max(1, room);
}

/** The next step after which something is due, or the last one. */
export function nextStop<P extends TreeOf<P>>(
  step: number,
  { steps, validateEvery = 100, checkpointEvery = 500 }: TrainOptions<P>,
  validates: boolean,
): number {
  const multiple = (every: number): number => (Math.floor(step / every) + 1) * every;
  return Math.min(steps, multiple(checkpointEvery), validates ? multiple(validateEvery) : steps);
}
