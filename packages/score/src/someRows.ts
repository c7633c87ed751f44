import { type Key, random, type Tensor, take } from "@scoretape/autograd";

/** At most so many rows of x, drawn without replacement. */
export function someRows(x: Tensor, most: number, key: Key): Tensor {
  const rows = x.shape[0] ?? 0;
  return rows <= most ? x : take(x, [...random.permutation(key, rows).data.subarray(0, most)]);
}
