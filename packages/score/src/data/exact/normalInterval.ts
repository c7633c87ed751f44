import { portable } from "@scoretape/autograd";
import { erfcx } from "./erfcx.ts";
import { gaussLegendre } from "./gaussLegendre.ts";

/** A standard normal variable t, given that it lies in an interval. */
export interface NormalInterval {
  /** log P(low < t < high). */
  readonly logProbability: number;
  /** E[t | low < t < high] = (φ(low) − φ(high))/P. */
  readonly mean: number;
}

const ROOT_HALF = Math.SQRT1_2;
const ROOT_TWO_OVER_PI = Math.sqrt(2 / Math.PI);
const HALF_LOG_TWO_PI = 0.5 * /* @__PURE__ */ portable.log(2 * Math.PI);

/** For intervals over which the density hardly changes. */
const narrow = /* @__PURE__ */ gaussLegendre(8);

/**
 * The standard normal's probability of [low, high], low < high, and its mean there: to 1e-14 relative, in logarithms
 * however far out the interval is, and without cancellation however narrow it is.
 */
export function normalInterval(low: number, high: number): NormalInterval {
  if (low + high < 0) {
    const { logProbability, mean } = normalInterval(-high, -low);
    return { logProbability, mean: -mean };
  }
  const width = high - low;
  const middle = 0.5 * (low + high);
  if (width * (high + 1) < 1) return narrowInterval(middle, 0.5 * width);
  const decay = width * middle; // (high² − low²)/2
  const difference = -portable.expm1(-decay);
  if (low >= 0) {
    const scaled = erfcx(low * ROOT_HALF) - portable.exp(-decay) * erfcx(high * ROOT_HALF);
    return {
      logProbability: -0.5 * low * low + portable.log(0.5 * scaled),
      mean: (ROOT_TWO_OVER_PI * difference) / scaled,
    };
  }
  const outside = upperTail(high) + upperTail(-low);
  const densityAtLow = portable.exp(-0.5 * low * low - HALF_LOG_TWO_PI);
  return {
    logProbability: portable.log1p(-outside),
    mean: (densityAtLow * difference) / (1 - outside),
  };
}

/** P(t > x) for x ≥ 0. */
function upperTail(x: number): number {
  return 0.5 * portable.exp(-0.5 * x * x) * erfcx(x * ROOT_HALF);
}

/** By Gauss's rule for φ(middle + u)/φ(middle) = e^(−middle·u − u²/2). */
function narrowInterval(middle: number, half: number): NormalInterval {
  let [total, first] = [0, 0];
  for (let i = 0; i < narrow.nodes.length; i++) {
    const u = half * (narrow.nodes[i] as number);
    const share = (narrow.weights[i] as number) * portable.exp(-u * (middle + 0.5 * u));
    total += share;
    first += share * u;
  }
  return {
    logProbability: portable.log(half * total) - 0.5 * middle * middle - HALF_LOG_TWO_PI,
    mean: middle + first / total,
  };
}
