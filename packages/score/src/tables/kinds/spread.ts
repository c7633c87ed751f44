import { portable } from "@scoretape/autograd";
import { logNormalDensity, normalBelow, normalQuantile } from "./normal.ts";

/** A part of the unit interval: what is below it, its width, and what is above it, which are 1 together. */
export interface Part {
  readonly below: number;
  readonly width: number;
  readonly above: number;
}

/** How the points of one place lie on the real line. */
export interface Spread {
  /** The point at a uniform number in [0, 1): rising with it. */
  point(uniform: number): number;
  /** log |dz/du| at a point. */
  logSlope(z: number): number;
}

/** A point of the unit interval is at least this far from its ends. */
const LEAST = 2 ** -53;

/** z = c + s·Φ⁻¹(v), v uniform in a part of the unit interval: log |dz/du| = log s + log width − log φ((z − c)/s). */
export function spread({ below, width, above }: Part, centre = 0, deviation = 1): Spread {
  const logScale = portable.log(deviation) + portable.log(width);
  return {
    point(uniform) {
      const [low, high] = [below + uniform * width, above + (1 - uniform) * width];
      return centre + deviation * normalQuantile(Math.max(LEAST, low), Math.max(LEAST, high));
    },
    logSlope: (z) => logScale - logNormalDensity((z - centre) / deviation),
  };
}

/** Of a normal distribution about a centre between two ends, the nearer of which is `margin` deviations away; N(centre, 1) without ends. */
export function normalBetween(low: number, high: number, centre: number, margin: number): Spread {
  const nearer = Math.min(centre - low, high - centre);
  const deviation = nearer === Number.POSITIVE_INFINITY ? 1 : nearer / margin;
  const below = normalBelow((low - centre) / deviation);
  const above = normalBelow((centre - high) / deviation);
  return spread({ below, width: 1 - below - above, above }, centre, deviation);
}
