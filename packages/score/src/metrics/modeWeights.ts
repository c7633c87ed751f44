import { normalCdf, ShapeError, Tensor, tensor } from "@scoretape/autograd";
import { checkCount, checkData } from "../check.ts";

/** Which mode a point belongs to, where that is not the nearest centre. */
export interface ModeAssignment {
  /** The number of modes, from 1. */
  readonly count: number;
  /** The mode of a point, a whole number from 0 and below `count`. */
  assign(point: readonly number[]): number;
}

/** The share of the points in one mode. */
export interface ModeWeight {
  /** count/n. */
  readonly weight: number;
  /** How many points belong to the mode. */
  readonly count: number;
  /** The lower end of the confidence interval. */
  readonly low: number;
  /** The upper end of the confidence interval. */
  readonly high: number;
}

/** How sure the intervals are. */
export interface ModeWeightsOptions {
  /** The probability with which each interval covers the true weight, in (0, 1); 0.95 unless said. */
  readonly confidence?: number;
}

/**
 * The share of the points in each mode, with Wilson's score interval (Wilson 1927) for independent points:
 * (p + z²/2n ± z√(p(1 − p)/n + z²/4n²))/(1 + z²/n), which holds at shares near 0 and 1 too.
 *
 * @param x [n, d]
 * @param modes the centres [k, d], where a point belongs to the nearest one (the first of equally near ones); or
 *   a rule of your own
 * @throws ShapeError when x is not [n, d], or the centres are not [k, d] with the same d
 * @throws RangeError when a value is not finite, the confidence is not in (0, 1), or a rule returns no mode
 */
export function modeWeights(
  x: Tensor,
  modes: Tensor | ModeAssignment,
  { confidence = 0.95 }: ModeWeightsOptions = {},
): ModeWeight[] {
  checkData("modeWeights", x);
  const [n = 0, d = 0] = x.shape;
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(
      `modeWeights: confidence is ${confidence}; it is a probability above 0 and below 1, such as 0.95`,
    );
  }
  const { count, assign } = modes instanceof Tensor ? nearestOf(modes, d) : modes;
  checkCount("modeWeights", count, "the count of modes");
  const counts = new Array<number>(count).fill(0);
  for (let row = 0; row < n; row++) {
    const point = [...x.data.subarray(row * d, (row + 1) * d)];
    const mode = assign(point);
    const before = counts[mode];
    if (before === undefined) {
      throw new RangeError(
        `modeWeights: row ${row} was assigned to mode ${mode}; modes are the whole numbers 0 to ${count - 1}`,
      );
    }
    counts[mode] = before + 1;
  }
  const z = normalQuantile(0.5 + confidence / 2);
  return counts.map((hits) => ({ weight: hits / n, count: hits, ...wilson(hits / n, n, z) }));
}

function nearestOf(centres: Tensor, d: number): ModeAssignment {
  checkData("modeWeights", centres, "modes");
  const [count = 0, width] = centres.shape;
  if (width !== d) {
    throw new ShapeError(`modeWeights: modes have ${width} coordinates, x has ${d}; they must be equal`);
  }
  const { data } = centres;
  return {
    count,
    assign(point) {
      let nearest = 0;
      let least = Number.POSITIVE_INFINITY;
      for (let k = 0; k < count; k++) {
        const distance = point.reduce((sum, value, i) => sum + (value - (data[k * d + i] as number)) ** 2, 0);
        if (distance < least) [nearest, least] = [k, distance];
      }
      return nearest;
    },
  };
}

function wilson(p: number, n: number, z: number): { low: number; high: number } {
  const scale = 1 + z ** 2 / n;
  const centre = (p + z ** 2 / (2 * n)) / scale;
  const half = (z * Math.sqrt((p * (1 - p)) / n + z ** 2 / (4 * n ** 2))) / scale;
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/** Φ⁻¹(p) for p ≥ ½, by bisection: once per call, so nothing faster is needed. */
function normalQuantile(p: number): number {
  let [low, high] = [0, 9];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (normalCdf(tensor(middle, { dtype: "float64" })).item() < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
