import { type Key, random, slice, type Tensor, take } from "@scoretape/autograd";

/** At most so many rows of x, drawn without replacement. */
export function someRows(x: Tensor, most: number, key: Key): Tensor {
  const rows = x.shape[0] ?? 0;
  return rows <= most ? x : chosenRows(x, most, key);
}

/** So many rows of x, drawn without replacement. */
export function chosenRows(x: Tensor, count: number, key: Key): Tensor {
  const order = random.permutation(key, x.shape[0] ?? 0);
  return take(x, slice(order, [0], [count]));
}
