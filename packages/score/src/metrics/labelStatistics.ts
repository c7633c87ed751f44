import { type Key, portable, type Tensor } from "@scoretape/autograd";
import type { LabelStatistic, Labels } from "./permutationTest.ts";
import { directionsOf } from "./slicedWasserstein.ts";
import { squaredDistances } from "./squaredDistances.ts";

// Statistics of two sets of points that are computed once for all points together, and for other labels only summed anew.

/** 2E‖X − Y‖ − E‖X − X'‖ − E‖Y − Y'‖ over all pairs of the empirical distributions, which is never below 0. */
export function energyStatistic(points: Tensor): LabelStatistic {
  const sums = pairSums(squaredDistances(points).map(Math.sqrt), points.shape[0] ?? 0);
  return (labels) => {
    const { first: n, second: m } = labels;
    const { withinFirst, withinSecond, between } = sums(labels);
    return (2 * between) / (n * m) - (2 * withinFirst) / (n * n) - (2 * withinSecond) / (m * m);
  };
}

/**
 * The unbiased MMD² with the kernel exp(−‖x − y‖²/(2h²)), h the median of the distances above 0 between all points: the same
 * whatever the labels.
 */
export function discrepancyStatistic(points: Tensor): LabelStatistic {
  const distances = squaredDistances(points).map(Math.sqrt);
  const h = medianAboveZero(distances);
  const sums = pairSums(
    distances.map((distance) => portable.exp(-0.5 * (distance / h) * (distance / h))),
    points.shape[0] ?? 0,
  );
  return (labels) => {
    const { first: n, second: m } = labels;
    const { withinFirst, withinSecond, between } = sums(labels);
    return (2 * withinFirst) / (n * (n - 1)) + (2 * withinSecond) / (m * (m - 1)) - (2 * between) / (n * m);
  };
}

/** The sliced Wasserstein distance of order 1: the mean over directions of ∫|F − G|, F and G the distribution functions along. */
export function slicedStatistic(points: Tensor, projections: number, key: Key): LabelStatistic {
  const shadows = unsortedShadows(points, projections, key);
  const lines = shadows.map((shadow) => {
    const order = Uint32Array.from(shadow, (_, i) => i).sort(
      (a, b) => (shadow[a] as number) - (shadow[b] as number),
    );
    const gaps = Float64Array.from(order, (point, place) => {
      const next = order[place + 1];
      return next === undefined ? 0 : (shadow[next] as number) - (shadow[point] as number);
    });
    return { order, gaps };
  });
  return ({ isFirst, first, second }) => {
    const [up, down] = [1 / first, 1 / second];
    let total = 0;
    for (const { order, gaps } of lines) {
      let difference = 0;
      for (let place = 0; place < order.length; place++) {
        difference += isFirst[order[place] as number] === 1 ? up : -down;
        total += Math.abs(difference) * (gaps[place] as number);
      }
    }
    return total / lines.length;
  };
}

/** θᵀx of all points, in their order, for each direction θ. */
function unsortedShadows(points: Tensor, projections: number, key: Key): Float64Array[] {
  const [n = 0, d = 0] = points.shape;
  const directions = directionsOf(key, projections, d);
  const [count = 0] = directions.shape;
  return Array.from({ length: count }, (_, direction) =>
    Float64Array.from({ length: n }, (_, i) => {
      let sum = 0;
      for (let k = 0; k < d; k++) {
        sum += (directions.data[direction * d + k] as number) * (points.data[i * d + k] as number);
      }
      return sum;
    }),
  );
}

/** 1 where all distances are 0: then every kernel is 1. */
function medianAboveZero(distances: Float64Array): number {
  const sorted = distances.filter((distance) => distance > 0).sort();
  if (sorted.length === 0) return 1;
  return sorted[Math.floor(sorted.length / 2)] as number;
}

interface PairSums {
  readonly withinFirst: number;
  readonly withinSecond: number;
  readonly between: number;
}

/**
 * Sums of a symmetric function over pairs of points, without a point's with itself: those of the smaller set are taken from
 * the matrix, and the others follow from its row sums.
 */
function pairSums(matrix: Float64Array, n: number): (labels: Labels) => PairSums {
  const diagonal = (i: number): number => matrix[i * n + i] as number;
  const rowSums = Float64Array.from({ length: n }, (_, i) => {
    let sum = -diagonal(i);
    for (let j = 0; j < n; j++) sum += matrix[i * n + j] as number;
    return sum;
  });
  const total = rowSums.reduce((sum, value) => sum + value, 0) / 2;
  return ({ isFirst, first, second }) => {
    const smaller = first <= second ? 1 : 0;
    const members = new Uint32Array(Math.min(first, second));
    for (let i = 0, next = 0; i < n; i++) if (isFirst[i] === smaller) members[next++] = i;
    let [withinSmaller, ofSmaller] = [0, 0];
    for (let a = 0; a < members.length; a++) {
      const i = members[a] as number;
      const start = i * n;
      ofSmaller += rowSums[i] as number;
      for (let b = 0; b < a; b++) withinSmaller += matrix[start + (members[b] as number)] as number;
    }
    const between = ofSmaller - 2 * withinSmaller;
    const withinLarger = total - withinSmaller - between;
    return smaller === 1
      ? { withinFirst: withinSmaller, withinSecond: withinLarger, between }
      : { withinFirst: withinLarger, withinSecond: withinSmaller, between };
  };
}
