import { type Key, optim, random, type TreeOf } from "@scoretape/autograd";
import { type Batch, batches, split } from "./batches.ts";
import type { TrainOptions } from "./options.ts";
import type { UpdateOptions } from "./update.ts";

/** Noise is drawn anew, the same at each validation, for about so many rows: differences of steps are then larger than
 * what is left of it. */
const VALIDATION_DRAWS = 8192;

/** The keys that a training draws from. */
export interface TrainingKeys {
  /** Which rows are held out, and in which order the others are numbered. */
  readonly split: Key;
  /** The first parameters. */
  readonly start: Key;
  /** Step s, from 1, has the key `random.foldIn(steps, s)`. */
  readonly steps: Key;
  /** Draw i of a validation loss, from 0, has the key `random.foldIn(validation, i)`. */
  readonly validation: Key;
}

/** What follows from a training's options before its first step. */
export interface Setup<P extends TreeOf<P>> {
  readonly keys: TrainingKeys;
  /** The numbers of the rows to learn from. */
  readonly training: Uint32Array;
  /** The rows by which the best step is chosen; null where there are none. */
  readonly heldOut: Batch | null;
  /** A validation loss is the mean over so many draws. */
  readonly validationDraws: number;
  readonly update: UpdateOptions<P>;
}

/** Options with what was left out. */
export function setupOf<P extends TreeOf<P>>(options: TrainOptions<P>): Setup<P> {
  const keys = {
    split: random.foldIn(options.key, 0),
    start: random.foldIn(options.key, 1),
    steps: random.foldIn(options.key, 2),
    validation: random.foldIn(options.key, 3),
  };
  const { training, validation } = split(options.data, options.validationFraction ?? 0.1, keys.split);
  const heldOut = validation && batches(options)(validation);
  const {
    learningRate = optim.cosineSchedule({ initial: 5e-3, final: 1e-5, steps: options.steps }),
    clipNorm = 10,
    averageDecay = 0.999,
    weightDecay = 0,
    beta2 = 0.999,
  } = options;
  const { model, objective } = options;
  return {
    keys,
    training,
    heldOut,
    validationDraws: Math.max(1, Math.round(VALIDATION_DRAWS / (heldOut?.[0].shape[0] ?? 1))),
    update: { model, objective, learningRate, clipNorm, averageDecay, weightDecay, beta2 },
  };
}
