import { type Key, random } from "@scoretape/autograd";

/** The keys that a seed stands for, one for each purpose. */
export interface Keys {
  /** The rows of a data set that has none of its own, to train on. */
  readonly rows: Key;
  readonly training: Key;
  readonly sampling: Key;
  /** Rows that the training has not seen. */
  readonly freshRows: Key;
  /** Directions, splits and noise of what a model is measured by. */
  readonly measurements: Key;
  /** Which rows are kept for tests. */
  readonly testRows: Key;
  /** What stands for gaps. */
  readonly gaps: Key;
  /** Where in its interval a label, a whole number, a day is put. */
  readonly places: Key;
}

/**
 * The keys that the command draws from, of a seed: a page that uses them draws what `scoretape --seed` does.
 *
 * @param seed a whole number from 0
 *
 * @example
 * ```ts
 * import { random } from "@scoretape/autograd";
 * import { keysOf } from "@scoretape/score/model";
 *
 * const { training, sampling } = keysOf(4);
 * console.log(random.normal(training, [1]).item() === random.normal(sampling, [1]).item()); // false
 * ```
 */
export function keysOf(seed: number): Keys {
  const key = random.key(seed);
  const purpose = (i: number): Key => random.foldIn(key, i);
  return {
    rows: purpose(0),
    training: purpose(1),
    sampling: samplingKeyOf(key),
    freshRows: purpose(3),
    measurements: purpose(4),
    testRows: purpose(5),
    gaps: purpose(6),
    places: purpose(7),
  };
}

/** The key that samples are drawn from, of a seed's. */
export function samplingKeyOf(seed: Key): Key {
  return random.foldIn(seed, 2);
}
