import { portable } from "@scoretape/autograd";
import type { NormalScore } from "../schema.ts";
import { placeIn } from "./intervals.ts";
import { normalQuantile } from "./normal.ts";
import type { Scale } from "./scale.ts";
import { normalBetween, type Spread, spread } from "./spread.ts";

/** A number that varies continuously but for atoms ↔ z. */
export interface Continuum {
  /** A number's point; NaN where the number is beyond an atom that is the end. The uniform number is for atoms. */
  encode(x: number, uniform: number): number;
  decode(z: number): number;
  /** log |dz/dx| at z, and in an atom log |dz/du|. */
  logJacobian(z: number): number;
}

/** z = t(x), in units of a scale. */
export function scaled({ to, from, logSlope }: Scale): Continuum {
  return { encode: to, decode: from, logJacobian: logSlope };
}

/** The share of the rows beyond an end by which the slope of the tail there is told. */
const TAIL = 0.05;
/**
 * z = Φ⁻¹(F(x)) by a distribution function F of which some values are known: linear in t(x) between them, and beyond
 * them on as over the outermost twentieth of the rows. An atom has an interval of z.
 */
export function normalScored({ values, shares, margin }: NormalScore, scale: Scale): Continuum {
  const points = values.map(scale.to);
  const scores = shares.map((share) => normalQuantile(share));
  const last = values.length - 1;
  const inner = (k: number): number => shares.findIndex((share) => share >= TAIL + (shares[k] ?? 0));
  const outer = shares.findLastIndex((share) => share <= (shares[last] ?? 1) - TAIL);
  const at = (list: readonly number[], k: number): number => list[k] ?? Number.NaN;
  const slopeOver = (i: number, k: number): number =>
    (at(scores, k) - at(scores, i)) / (at(points, k) - at(points, i));
  const [lowSlope, highSlope] = [
    slopeOver(0, distinctAfter(values, Math.max(inner(0), 1))),
    slopeOver(distinctBefore(values, outer < 0 ? 0 : outer), last),
  ];

  const atoms = new Map(
    values.flatMap((value, k): [number, Spread][] => {
      const [low = 0, high = 1] = [shares[k - 1], shares[k]];
      if (value !== values[k - 1]) return [];
      const part = spread({ below: low, width: high - low, above: 1 - high });
      const [start, end] = [at(scores, k - 1), at(scores, k)];
      return [[k, margin === undefined ? part : normalBetween(start, end, part.point(0.5), margin)]];
    }),
  );

  /** The slope of z in the stretch that ends at knot k, and a knot at its end: [slope, knot]; null in an atom. */
  const stretch = (k: number): readonly [slope: number, knot: number] | null => {
    if (k === 0) return [lowSlope, 0];
    if (k > last) return [highSlope, last];
    return values[k] === values[k - 1] ? null : [slopeOver(k - 1, k), k];
  };
  const along = (k: number, t: number): number => {
    const [slope, knot] = stretch(k) ?? [0, k];
    return at(scores, knot) + slope * (t - at(points, knot));
  };
  return {
    encode(x, uniform) {
      const k = placeIn(values, x);
      const [one, two] = [k - 2, k - 1];
      const atom = values[one] === x ? atoms.get(two) : undefined;
      if (atom !== undefined) {
        const z = atom.point(uniform);
        return placeIn(scores, z) === two ? z : atom.point(0.5);
      }
      return along(k, scale.to(x));
    },
    decode(z) {
      const k = placeIn(scores, z);
      const found = stretch(k);
      if (found === null) return at(values, k);
      const [slope, knot] = found;
      const x = scale.from(at(points, knot) + (z - at(scores, knot)) / slope);
      return Math.min(Math.max(x, values[k - 1] ?? x), values[k] ?? x);
    },
    logJacobian(z) {
      const k = placeIn(scores, z);
      const found = stretch(k);
      if (found === null) return atoms.get(k)?.logSlope(z) ?? Number.NaN;
      const [slope, knot] = found;
      return portable.log(slope) + scale.logSlope(at(points, knot) + (z - at(scores, knot)) / slope);
    },
  };
}

/** The first knot from k on with another value than the first; of an atom the first. */
function distinctAfter(values: readonly number[], k: number): number {
  const found = values.findIndex((value, i) => i >= k && value > (values[0] ?? 0));
  const i = found < 0 ? values.length - 1 : found;
  return values[i - 1] === values[i] ? i - 1 : i;
}

/** The last knot up to k with another value than the last; of an atom the second. */
function distinctBefore(values: readonly number[], k: number): number {
  const last = values.at(-1) ?? 0;
  const i = Math.max(
    values.findLastIndex((value, j) => j <= k && value < last),
    0,
  );
  return values[i + 1] === values[i] ? i + 1 : i;
}
