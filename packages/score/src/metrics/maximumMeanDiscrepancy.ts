import { cast, checkOptions, concat, portable, ShapeError, type Tensor, take } from "@scoretape/autograd";
import { checkPair } from "./checkPair.ts";

/** The kernel of a maximum mean discrepancy. */
export interface MaximumMeanDiscrepancyOptions {
  /** h > 0 of the kernel exp(−‖x − y‖²/(2h²)), in the unit of the points; by the median rule unless said. */
  readonly bandwidth?: number;
}

/** Two estimates of a squared maximum mean discrepancy. */
export interface MaximumMeanDiscrepancy {
  /** MMD²ᵤ: mean over i ≠ j of k(xᵢ, xⱼ) and of k(yᵢ, yⱼ), minus twice the mean of k(xᵢ, yⱼ). 0 in expectation
   * for equal distributions, so it can be negative. */
  readonly unbiased: number;
  /** MMD²_b: the same with the pairs i = j. Never negative, and 0 only for equal sets of points; its expectation
   * for equal distributions is above 0. */
  readonly biased: number;
  /** The h that was used. */
  readonly bandwidth: number;
}

/** So many points at most go into the median, taken at equal steps: half a million pairs. */
const MEDIAN_POINTS = 1000;

/**
 * The squared maximum mean discrepancy between two sets of points, with the kernel
 * k(x, y) = exp(−‖x − y‖²/(2h²)). Gretton et al. 2012, equations 3 and 5.
 *
 * The median rule for h: the median of the distances ‖a − b‖ between all pairs of points of both sets together
 * (of at most 1,000 of them, at equal steps through x, then y). Only values with one h compare.
 *
 * @param x [n, d], n ≥ 2
 * @param y [m, d], m ≥ 2
 * @throws ShapeError when x and y are not matrices of equal width with two rows or more
 * @throws RangeError when a point is not finite, the bandwidth is not above 0, or the median distance is 0
 *
 * @example
 * ```ts
 * import { random } from "@scoretape/autograd";
 * import { data, maximumMeanDiscrepancy } from "@scoretape/score";
 *
 * const normal = data.gaussian({ mean: [0] });
 * const shifted = data.gaussian({ mean: [2] });
 * const draw = (set: typeof normal, seed: number) => set.sample(random.key(seed), 500);
 * const same = maximumMeanDiscrepancy(draw(normal, 0), draw(normal, 1), { bandwidth: 1 });
 * const other = maximumMeanDiscrepancy(draw(normal, 0), draw(shifted, 1), { bandwidth: 1 });
 * console.log(Math.abs(same.unbiased) < 0.01); // true
 * // Between N(0, 1) and N(t, 1) it is 2h(h² + 2)^−½·(1 − exp(−½t²/(h² + 2))), here 0.562.
 * console.log(Math.abs(other.unbiased - 0.562) < 0.05); // true
 * ```
 */
export function maximumMeanDiscrepancy(
  x: Tensor,
  y: Tensor,
  options: MaximumMeanDiscrepancyOptions = {},
): MaximumMeanDiscrepancy {
  checkOptions("maximumMeanDiscrepancy", options, { bandwidth: "number" });
  checkPair("maximumMeanDiscrepancy", x, y);
  const [n = 0] = x.shape;
  const [m = 0] = y.shape;
  if (n < 2 || m < 2) {
    throw new ShapeError(
      `maximumMeanDiscrepancy: x has ${n} and y ${m} rows; pairs within a set need two or more`,
    );
  }
  const bandwidth = options.bandwidth ?? medianDistance(x, y);
  if (!Number.isFinite(bandwidth) || bandwidth <= 0) {
    const origin = options.bandwidth === undefined ? "the median distance" : "bandwidth";
    throw new RangeError(
      `maximumMeanDiscrepancy: ${origin} is ${bandwidth}; give a finite bandwidth above 0`,
    );
  }
  // k(x, x) = 1: the pairs i = j add n and m.
  const withinX = 2 * kernelSum(x, x, bandwidth, (i) => i);
  const withinY = 2 * kernelSum(y, y, bandwidth, (i) => i);
  const between = kernelSum(x, y, bandwidth, () => m) / (n * m);
  return {
    unbiased: withinX / (n * (n - 1)) + withinY / (m * (m - 1)) - 2 * between,
    biased: (withinX + n) / (n * n) + (withinY + m) / (m * m) - 2 * between,
    bandwidth,
  };
}

/** Σ k(xᵢ, yⱼ) over i and j < end(i). */
function kernelSum(x: Tensor, y: Tensor, bandwidth: number, end: (i: number) => number): number {
  const scale = -0.5 / (bandwidth * bandwidth);
  const [n = 0] = x.shape;
  let total = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < end(i); j++) total += portable.exp(scale * squaredDistance(x, i, y, j));
  }
  return total;
}

function squaredDistance(x: Tensor, i: number, y: Tensor, j: number): number {
  const [a, b] = [x.data, y.data];
  const d = x.shape[1] ?? 0;
  let total = 0;
  for (let k = 0; k < d; k++) total += portable.pow((a[i * d + k] as number) - (b[j * d + k] as number), 2);
  return total;
}

function medianDistance(x: Tensor, y: Tensor): number {
  const both = concat([cast(x, "float64"), cast(y, "float64")]);
  const all = both.shape[0] ?? 0;
  const count = Math.min(all, MEDIAN_POINTS);
  const points = take(
    both,
    Array.from({ length: count }, (_, i) => Math.floor((i * all) / count)),
  );
  const squares = new Float64Array((count * (count - 1)) / 2);
  let next = 0;
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) squares[next++] = squaredDistance(points, i, points, j);
  }
  squares.sort();
  const half = (squares.length - 1) / 2;
  const [low, high] = [squares[Math.floor(half)] as number, squares[Math.ceil(half)] as number];
  return (Math.sqrt(low) + Math.sqrt(high)) / 2;
}
