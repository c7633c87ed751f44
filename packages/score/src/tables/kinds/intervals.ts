import { portable } from "@scoretape/autograd";
import { logNormalDensity, normalQuantile } from "./normal.ts";

/** Places 0, 1, … as intervals of the real line, each with its share of a standard normal variable. */
export interface Intervals {
  /** The point of a place at a uniform number in [0, 1): Φ⁻¹ of that point of the place's interval of the unit interval. */
  encode(place: number, uniform: number): number;
  /** The place whose interval a point is in. */
  decode(z: number): number;
  /** log |dz/du| = log share − log φ(z). */
  logJacobian(z: number): number;
}

/** A point of the unit interval is at least this far from its ends. */
const LEAST = 2 ** -53;

/**
 * The randomised probability integral transform: place k has the interval [F(k − 1), F(k)] of the unit interval, u is
 * uniform in it, and z = Φ⁻¹(u).
 *
 * @param shares positive; their sum is taken for 1
 */
export function intervals(shares: readonly number[]): Intervals {
  const total = shares.reduce((sum, share) => sum + share, 0);
  const widths = shares.map((share) => share / total);
  // What is below and above each edge, each summed from its own end.
  const below = sumsOf(widths);
  const above = sumsOf(widths.toReversed()).toReversed();
  const edges = widths.slice(1).map((_, k) => normalQuantile(below[k + 1] ?? 0, above[k + 1] ?? 0));
  const point = (place: number, uniform: number): number => {
    const width = widths[place] ?? 0;
    const low = (below[place] ?? 0) + uniform * width;
    const high = (above[place + 1] ?? 0) + (1 - uniform) * width;
    return normalQuantile(Math.max(LEAST, low), Math.max(LEAST, high));
  };
  const decode = (z: number): number => placeIn(edges, z);
  return {
    encode(place, uniform) {
      const z = point(place, uniform);
      // At its ends rounding may cross them.
      return decode(z) === place ? z : point(place, 0.5);
    },
    decode,
    logJacobian: (z) => portable.log(widths[decode(z)] ?? 0) - logNormalDensity(z),
  };
}

/** 0 and the sums up to each. */
function sumsOf(widths: readonly number[]): number[] {
  let sum = 0;
  return [0, ...widths.map((width) => (sum += width))];
}

/** How many of some rising edges are not above a point. */
export function placeIn(edges: ArrayLike<number>, z: number): number {
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((edges[middle] ?? 0) <= z) low = middle + 1;
    else high = middle;
  }
  return low;
}
