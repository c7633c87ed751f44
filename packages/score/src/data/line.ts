import {
  checkOptions,
  expandDims,
  type Key,
  kindOf,
  mul,
  portable,
  random,
  ShapeError,
  type Tensor,
  tensor,
} from "@scoretape/autograd";
import { checkCount, checkKey, checkNumbers, checkPositive } from "../check.ts";
import { coordinates, type ExactDataSet } from "./dataSet.ts";
import { normalInterval } from "./exact/normalInterval.ts";
import { fromPoints, type PointDensity } from "./exact/pointwise.ts";

/** Points on a straight line through 0 in ℝᵈ. */
export interface LineOptions {
  /** d ≥ 2 numbers along the line, of any length above 0. */
  readonly direction: readonly number[];
  /** The standard deviation τ > 0 of the points along the line; 1 unless said. */
  readonly deviation?: number;
  /**
   * How the points lie along the line: "uniform" unless said, on the segment from −√3τ to √3τ; or "normal", as N(0, τ²).
   */
  readonly profile?: "uniform" | "normal";
  /** What the set is called; "line" unless said. */
  readonly name?: string;
}

/** A data set on a straight line. */
export interface LineDataSet extends ExactDataSet {
  /** The unit vector along the line, d numbers. */
  readonly direction: readonly number[];
}

/**
 * Points t·v on a straight line in ℝᵈ, v a unit vector: the simplest data on a manifold. The set has a density only
 * where it is blurred by σ > 0, and with a = vᵀx its score is −(x − av)/σ² across the line, which grows without bound
 * as σ falls, while along the line it stays bounded inside the segment.
 *
 * Density and score in closed form, to 1e-13: N(x − av; 0, σ²I) in d − 1 dimensions, times N(a; 0, τ² + σ²) or
 * (Φ((ℓ − a)/σ) − Φ((−ℓ − a)/σ))/2ℓ with half the segment's length ℓ = √3τ.
 *
 * @throws ShapeError when the direction has fewer than two coordinates
 * @throws RangeError when the direction is 0 or not finite, or the deviation not a finite number above 0
 *
 * @example
 * ```ts
 * import { tensor } from "@scoretape/autograd";
 * import { data } from "@scoretape/score";
 *
 * const set = data.line({ direction: [3, 0, 4], profile: "normal" });
 * const x = tensor([[0.6, 0.1, 0.8]]); // 1 along the line, 0.1 across it
 * const score = [...set.score(x, 0.5).data];
 * console.log(score.map((value) => value.toFixed(2)).join(" ")); // -0.48 -0.40 -0.64
 * ```
 */
export function line(options: LineOptions): LineDataSet {
  checkOptions("line", options, { direction: "any", deviation: "number", profile: "string", name: "string" });
  checkNumbers("line", options.direction, "direction");
  const { deviation = 1, profile = "uniform", name = "line" } = options;
  if (profile !== "uniform" && profile !== "normal") {
    throw new RangeError(`line: profile is ${kindOf(profile)}; it is "uniform" or "normal"`);
  }
  const dimension = options.direction.length;
  if (dimension < 2) {
    throw new ShapeError(`line: the direction has ${dimension} coordinates; a line needs two or more`);
  }
  const length = portable.hypot(...options.direction);
  if (!(length > 0 && length < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`line: the direction has length ${length}; give finite numbers that are not all 0`);
  }
  checkPositive("line", deviation, "deviation");
  const direction = options.direction.map((value) => value / length);
  const half = Math.sqrt(3) * deviation;
  const along = (key: Key, n: number): Tensor =>
    profile === "uniform"
      ? random.uniform(key, [n], { low: -half, high: half })
      : mul(deviation, random.normal(key, [n]));
  const logAlong = profile === "uniform" ? segment(half) : normal(deviation);
  return {
    name,
    dimension,
    columns: coordinates(dimension),
    direction,
    sample(key, n) {
      checkKey(`${name}.sample`, key);
      checkCount(`${name}.sample`, n, "n");
      return mul(expandDims(along(key, n), 1), tensor(direction));
    },
    ...fromPoints({ name, dimension, isDegenerate: true, density: lineDensity(direction, logAlong) }),
  };
}

/** The log density and its slope at a place along the line, with the blur σ. */
type Along = (a: number, sigma: number) => { readonly log: number; readonly slope: number };

function segment(half: number): Along {
  return (a, sigma) => {
    const { logProbability, mean } = normalInterval((-half - a) / sigma, (half - a) / sigma);
    return { log: logProbability - portable.log(2 * half), slope: mean / sigma };
  };
}

function normal(deviation: number): Along {
  return (a, sigma) => {
    const variance = deviation * deviation + sigma * sigma;
    return { log: -0.5 * ((a * a) / variance + portable.log(2 * Math.PI * variance)), slope: -a / variance };
  };
}

function lineDensity(direction: readonly number[], logAlong: Along): PointDensity {
  const d = direction.length;
  return (x, sigma, score) => {
    const variance = sigma * sigma;
    let a = 0;
    for (let i = 0; i < d; i++) a += (x[i] as number) * (direction[i] as number);
    const { log, slope } = logAlong(a, sigma);
    let squares = 0;
    for (let i = 0; i < d; i++) {
      const v = direction[i] as number;
      const across = (x[i] as number) - a * v;
      squares += across * across;
      score[i] = slope * v - across / variance;
    }
    return log - 0.5 * (squares / variance + (d - 1) * portable.log(2 * Math.PI * variance));
  };
}
