import { type Key, portable, random, slice, type Tensor, take } from "@scoretape/autograd";

/** Distances within a set of points, as far as noise levels need them. */
export interface Distances {
  /** The largest distance between two points. */
  readonly largest: number;
  /** The median distance from a point to the nearest one that is not equal to it. */
  readonly medianNearest: number;
}

/** So many points at most look at all others. */
const OBSERVERS = 1000;

/**
 * Distances from up to 1,000 points, drawn by the key when there are more, to all points. Of a larger set the
 * largest distance is a lower bound.
 *
 * @param x [n, d], finite
 * @throws RangeError when all points are equal, or there are more than 1,000 and no key
 */
export function distancesOf(name: string, x: Tensor, key: Key | undefined): Distances {
  const n = x.shape[0] ?? 0;
  if (n > OBSERVERS && key === undefined) {
    throw new RangeError(
      `${name}: x has ${n} rows; above ${OBSERVERS} distances are measured from a random subset, so give a key`,
    );
  }
  const observers =
    n <= OBSERVERS || key === undefined ? x : take(x, slice(random.permutation(key, n), [0], [OBSERVERS]));
  let largest = 0;
  const nearest: number[] = [];
  for (let i = 0; i < (observers.shape[0] ?? 0); i++) {
    const range = squaredRange(observers, i, x);
    largest = Math.max(largest, range.largest);
    if (range.smallest < Number.POSITIVE_INFINITY) nearest.push(range.smallest);
  }
  if (nearest.length === 0) {
    throw new RangeError(`${name}: all rows of x are equal; noise levels need points at a distance`);
  }
  nearest.sort((a, b) => a - b);
  const median = nearest[Math.floor(nearest.length / 2)] as number;
  return { largest: Math.sqrt(largest), medianNearest: Math.sqrt(median) };
}

/** The largest and the smallest positive ‖xᵢ − yⱼ‖² over j. */
function squaredRange(
  x: Tensor,
  i: number,
  y: Tensor,
): { readonly largest: number; readonly smallest: number } {
  const [a, b] = [x.data, y.data];
  const [m = 0, d = 0] = y.shape;
  let [largest, smallest] = [0, Number.POSITIVE_INFINITY];
  for (let j = 0; j < m; j++) {
    let square = 0;
    for (let k = 0; k < d; k++)
      square += portable.pow((a[i * d + k] as number) - (b[j * d + k] as number), 2);
    if (square > largest) largest = square;
    if (square > 0 && square < smallest) smallest = square;
  }
  return { largest, smallest };
}
