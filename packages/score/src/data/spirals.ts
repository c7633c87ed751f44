import {
  add,
  concat,
  cos,
  div,
  type Key,
  mul,
  neg,
  portable,
  random,
  sin,
  slice,
  sqrt,
  stack,
  type Tensor,
} from "@scoretape/autograd";
import type { ExactDataSet } from "./dataSet.ts";
import { alongCurves, type Curve, halfLength } from "./exact/curve.ts";
import { LogSum } from "./exact/logSum.ts";
import { normalInterval } from "./exact/normalInterval.ts";
import type { PointDensity } from "./exact/pointwise.ts";
import { addIntegral, type Integrand, type Resolution } from "./exact/quadrature.ts";
import { inRandomOrder, planar, withNoise } from "./planar.ts";

/** No less than the length of the spiral r = t from one angle to another, both ≥ 0. */
function spiralLength(from: number, to: number): number {
  return (to - from) * portable.hypot(1, to);
}

/** The curve of "swissroll". */
export const roll: Curve = {
  from: 1.5 * Math.PI,
  to: 4.5 * Math.PI,
  x1: (t) => (t * portable.cos(t)) / 5,
  x2: (t) => (t * portable.sin(t)) / 5,
  length: (from, to) => spiralLength(from, to) / 5,
};

/** The noise of "swissroll". */
export const SWISS_ROLL_NOISE = 0.2;

/**
 * "swissroll": ((t cos t, t sin t) + z)/5 with t = 1.5π(1 + 2u). ffjord's toy data (Grathwohl et al. 2019).
 *
 * Density and score by quadrature along the curve, the log density to 1e-10.
 */
export const swissRoll: ExactDataSet = /* @__PURE__ */ planar(
  "swissroll",
  (key, n) => {
    const t = random.uniform(random.foldIn(key, 0), [n], { low: 1.5 * Math.PI, high: 4.5 * Math.PI });
    const curve = div(mul(stack([t, t], -1), stack([cos(t), sin(t)], -1)), 5);
    return withNoise(random.foldIn(key, 1), curve, SWISS_ROLL_NOISE);
  },
  { isDegenerate: false, density: /* @__PURE__ */ alongCurves([roll], SWISS_ROLL_NOISE) },
);

/** Where the arms of "2spirals" end, the noise, and the side of the square that the jitter fills. */
const ARM_END = 3 * Math.PI;
const NOISE = 0.1;
const SIDE = 0.5 / 3;

/**
 * "2spirals": with r = 3π√u the points (−r cos r + 0.5u₁, r sin r + 0.5u₂), half of them negated; all / 3,
 * + 0.1 z. Both arms have one and a half turns. ffjord's toy data (Grathwohl et al. 2019).
 *
 * Density and score by quadrature over r, whose density is 2r/(3π)², of the square of side 0.5/3 blurred by normal
 * noise of variance 0.1² + σ², a product of differences of normal distribution functions; the log density to 1e-10.
 */
export const twoSpirals: ExactDataSet = /* @__PURE__ */ planar(
  "2spirals",
  (key: Key, n: number): Tensor => {
    const radius = mul(ARM_END, sqrt(random.uniform(random.foldIn(key, 0), [n])));
    const jitter = mul(0.5, random.uniform(random.foldIn(key, 1), [n, 2]));
    const spiral = mul(stack([radius, radius], -1), stack([neg(cos(radius)), sin(radius)], -1));
    const arm = add(spiral, jitter);
    const half = Math.ceil(n / 2);
    const arms = concat([slice(arm, [0, 0], [half, 2]), neg(slice(arm, [half, 0], [n, 2]))]);
    return inRandomOrder(random.foldIn(key, 2), withNoise(random.foldIn(key, 3), div(arms, 3), NOISE));
  },
  { isDegenerate: false, density: /* @__PURE__ */ twoArms() },
);

/** The density of "2spirals". */
export function twoArms(resolution: Resolution = {}): PointDensity {
  return (x, sigma, score) => {
    const width = portable.hypot(NOISE, sigma);
    const sum = new LogSum();
    for (const sign of [1, -1]) {
      addIntegral(sum, squareKernel(sign, x[0] as number, x[1] as number, width), resolution);
    }
    return sum.finish(score) - portable.log(2);
  };
}

/** The density of a uniform variable on a square, blurred, whose lower corner lies on a spiral; times the sign. */
function squareKernel(sign: number, x1: number, x2: number, width: number): Integrand {
  const arm: Pick<Curve, "x1" | "x2" | "length"> = {
    x1: (r) => (-r * portable.cos(r)) / 3 - sign * x1,
    x2: (r) => (r * portable.sin(r)) / 3 - sign * x2,
    length: (from, to) => spiralLength(from, to) / 3,
  };
  const logArea = 2 * portable.log(SIDE);
  const highest = Math.min(-logArea, -portable.log(2 * Math.PI * width * width));
  return {
    from: 0,
    to: ARM_END,
    evaluate(r, into) {
      const [low1, low2] = [arm.x1(r), arm.x2(r)];
      const first = normalInterval(low1 / width, (low1 + SIDE) / width);
      const second = normalInterval(low2 / width, (low2 + SIDE) / width);
      into.log = first.logProbability + second.logProbability - logArea;
      into.first = (sign * first.mean) / width;
      into.second = (sign * second.mean) / width;
      return (2 * r) / (ARM_END * ARM_END);
    },
    bound(a, b) {
      const middle = 0.5 * (a + b);
      const toCentre = portable.hypot(arm.x1(middle) + 0.5 * SIDE, arm.x2(middle) + 0.5 * SIDE);
      const nearest = Math.max(0, toCentre - SIDE * Math.SQRT1_2 - halfLength(arm, a, b)) / width;
      return highest - 0.5 * nearest * nearest;
    },
    extent: (a, b) => halfLength(arm, a, b) / width,
  };
}
