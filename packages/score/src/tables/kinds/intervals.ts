import { portable } from "@scoretape/autograd";
import { normalQuantile } from "./normal.ts";
import { normalBetween, type Part, type Spread, spread } from "./spread.ts";

/** Places 0, 1, … as intervals of the real line, each with its share of the rows. */
export interface Intervals {
  /** The point of a place at a uniform number in [0, 1). */
  encode(place: number, uniform: number): number;
  /** The place whose interval a point is in. */
  decode(z: number): number;
  /** log |dz/du|. */
  logJacobian(z: number): number;
}

/**
 * The randomised probability integral transform: place k has the interval [F(k − 1), F(k)] of the unit interval, u is
 * uniform in it, and z = Φ⁻¹(u): neighbours touch. With a margin they are apart: z is normal about the middle of that interval,
 * Φ⁻¹(½(F(k − 1) + F(k))), and the nearer edge is `margin` deviations away. Edges are where with some noise two neighbours are
 * equally likely, half-way if their shares are equal, but no nearer to the rarer than the end of its interval: what a smooth
 * model leaves between two common labels is not to become the rare one between them.
 *
 * @param shares positive; their sum is taken for 1
 */
export function intervals(shares: readonly number[], margin?: number): Intervals {
  const parts = partsOf(shares);
  const { edges, spreads } = margin === undefined ? touching(parts) : apart(parts, margin);
  const decode = (z: number): number => placeIn(edges, z);
  const spreadOf = (place: number): Spread => spreads[place] ?? spread(WHOLE);
  return {
    encode(place, uniform) {
      const { point } = spreadOf(place);
      const z = point(uniform);
      // At its ends rounding may cross them.
      return decode(z) === place ? z : point(0.5);
    },
    decode,
    logJacobian: (z) => spreadOf(decode(z)).logSlope(z),
  };
}

const WHOLE: Part = { below: 0, width: 1, above: 0 };

/** Where the places of a line end, rising, and how the points of each lie. */
interface Line {
  readonly edges: readonly number[];
  readonly spreads: readonly Spread[];
}

function touching(parts: readonly Part[]): Line {
  return { edges: edgesOf(parts), spreads: parts.map((part) => spread(part)) };
}

/** Noise that is left in points, by which a place is taken for its neighbour. */
const NOISE = 0.2;

function apart(parts: readonly Part[], margin: number): Line {
  const middles = parts.map((part) => spread(part).point(0.5));
  const edges = edgesOf(parts).map((edge, k) => {
    const [low = edge, high = edge] = [middles[k], middles[k + 1]];
    const [before = 1, after = 1] = [parts[k]?.width, parts[k + 1]?.width];
    const halfWay = 0.5 * (low + high);
    if (!(high > low)) return edge;
    const even = halfWay + ((NOISE * NOISE) / (high - low)) * portable.log(before / after);
    return Math.min(Math.max(even, Math.min(edge, halfWay)), Math.max(edge, halfWay));
  });
  return {
    edges,
    spreads: middles.map((middle, k) =>
      normalBetween(
        edges[k - 1] ?? Number.NEGATIVE_INFINITY,
        edges[k] ?? Number.POSITIVE_INFINITY,
        middle,
        margin,
      ),
    ),
  };
}

/** Where shares of a standard normal variable end. */
function edgesOf(parts: readonly Part[]): number[] {
  return parts.slice(1).map(({ below }, k) => normalQuantile(below, parts[k]?.above));
}

/** Parts of the unit interval of these widths, what is below and above each summed from its own end. */
function partsOf(shares: readonly number[]): Part[] {
  const total = shares.reduce((sum, share) => sum + share, 0);
  const widths = shares.map((share) => share / total);
  const below = sumsOf(widths);
  const above = sumsOf(widths.toReversed()).toReversed();
  return widths.map((width, k) => ({ below: below[k] ?? 0, width, above: above[k + 1] ?? 0 }));
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
