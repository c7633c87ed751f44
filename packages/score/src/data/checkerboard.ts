import { add, greaterEqual, less, mul, portable, random, stack, sub } from "@scoretape/autograd";
import type { ExactDataSet } from "./dataSet.ts";
import { LogSum } from "./exact/logSum.ts";
import { type NormalInterval, normalInterval } from "./exact/normalInterval.ts";
import type { PointDensity } from "./exact/pointwise.ts";
import { planar } from "./planar.ts";

/** The lower edges of the squares in one coordinate. */
const edges = [-4, -2, 0, 2];
const SIDE = 2;

/** Sum over the squares: P(x₁ + σz in the square's side)·P(x₂ + σz in its other side)/32; at σ = 0 1/32 inside. */
const blurredSquares: PointDensity = (x, sigma, score) => {
  const [x1, x2] = [x[0] as number, x[1] as number];
  if (sigma === 0) {
    score.fill(0);
    return isInside(x1, x2) ? -portable.log(32) : Number.NEGATIVE_INFINITY;
  }
  const sides = (at: number): NormalInterval[] =>
    edges.map((edge) => normalInterval((edge - at) / sigma, (edge + SIDE - at) / sigma));
  const [across, up] = [sides(x1), sides(x2)];
  const sum = new LogSum();
  across.forEach((first, i) => {
    up.forEach((second, j) => {
      if ((i + j) % 2 !== 0) return;
      const log = first.logProbability + second.logProbability;
      sum.add(log, 1 / 32, first.mean / sigma, second.mean / sigma);
    });
  });
  return sum.finish(score);
};

/** Squares are half open, so that the board's edges are counted once. */
function isInside(x1: number, x2: number): boolean {
  const [i, j] = [Math.floor(x1 / SIDE), Math.floor(x2 / SIDE)];
  return i >= -2 && i < 2 && j >= -2 && j < 2 && (i + j) % 2 === 0;
}

/**
 * "checkerboard": uniform on the eight squares of side 2 of one colour on the board [−4, 4]², so with density
 * 1/32. x₁ = 4u − 2, x₂ = u′ − 2b + (⌊x₁⌋ mod 2), both times 2, with u, u′ uniform and b a fair bit. ffjord's
 * toy data (Grathwohl et al. 2019).
 *
 * Density and score in closed form, to 1e-13: products of differences of normal distribution functions. Without a blur
 * the score is 0 in the squares, and outside of them, where the log density is −∞.
 */
export const checkerboard: ExactDataSet = /* @__PURE__ */ planar(
  "checkerboard",
  (key, n) => {
    const x1 = random.uniform(random.foldIn(key, 0), [n], { low: -2, high: 2 });
    const height = random.uniform(random.foldIn(key, 1), [n]);
    const bit = less(random.uniform(random.foldIn(key, 2), [n]), 0.5);
    // ⌊x₁⌋ mod 2 is 1 in [−1, 0) and in [1, 2).
    const isOdd = add(sub(greaterEqual(x1, -1), greaterEqual(x1, 0)), greaterEqual(x1, 1));
    const x2 = add(sub(height, mul(2, bit)), isOdd);
    return mul(2, stack([x1, x2], -1));
  },
  { isDegenerate: false, density: blurredSquares },
);
