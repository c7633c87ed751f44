import { random, type Tensor, take, tensor } from "@scoretape/autograd";
import type { Settings } from "./description.ts";
import { keysOf } from "./keys.ts";

/** Rows that a training may use, and those that it never sees. */
export interface SplitRows {
  /** What is learned from, and what is validated on. */
  readonly training: Tensor;
  /** Null where none are kept for tests. */
  readonly test: Tensor | null;
}

/** Fewer rows tell little. */
const LEAST = 20;

/**
 * The rows of a training and those kept for tests, drawn by the seed: the share that the settings say and at least 20, but
 * never more than a third.
 *
 * @param values all rows, [n, d], or what else there is one of for each, such as labels [n]
 *
 * @example
 * ```ts
 * import { zeros } from "@scoretape/autograd";
 * import { splitRows } from "@scoretape/score/model";
 *
 * const { training, test } = splitRows({ testFraction: 0.1, seed: 0 }, zeros([272, 2]));
 * console.log(training.shape, test?.shape); // [ 245, 2 ] [ 27, 2 ]
 * ```
 */
export function splitRows(
  { testFraction, seed }: Pick<Settings, "testFraction" | "seed">,
  values: Tensor,
): SplitRows {
  const [n = 0] = values.shape;
  const most = Math.floor(n / 3);
  const count = testFraction === 0 ? 0 : Math.min(most, Math.max(LEAST, Math.round(testFraction * n)));
  if (count === 0) return { training: values, test: null };
  const isTest = new Uint8Array(n);
  for (const row of random.permutation(keysOf(seed).testRows, n).data.subarray(0, count)) isTest[row] = 1;
  const inOrder = (part: 0 | 1, size: number): Tensor => {
    const rows = new Uint32Array(size);
    let next = 0;
    for (let row = 0; row < n; row++) if (isTest[row] === part) rows[next++] = row;
    return take(values, tensor(rows));
  };
  return { training: inOrder(0, n - count), test: inOrder(1, count) };
}
