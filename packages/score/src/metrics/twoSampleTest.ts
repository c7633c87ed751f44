import {
  cast,
  checkOptions,
  concat,
  type Key,
  kindOf,
  random,
  ShapeError,
  type Tensor,
} from "@scoretape/autograd";
import { checkCount, checkKey } from "../check.ts";
import { someRows } from "../someRows.ts";
import { checkPair } from "./checkPair.ts";
import { discrepancyStatistic, energyStatistic, slicedStatistic } from "./labelStatistics.ts";
import { type LabelStatistic, permutationTest } from "./permutationTest.ts";

/** What a two-sample test measures. */
export type TwoSampleStatistic = "energy" | "maximum-mean-discrepancy" | "sliced-wasserstein";

/** How to test whether two sets of points are of one distribution. */
export interface TwoSampleTestOptions {
  /** Draws the permutations, and rows and directions where there are any to draw. */
  readonly key: Key;
  /** `"energy"` unless said. */
  readonly statistic?: TwoSampleStatistic;
  /** So many random labels are tried; 999 unless said. No p-value is below 1/(1 + permutations). */
  readonly permutations?: number;
  /** Of each set so many rows at most are compared, drawn at random, from 2; 1000 unless said. */
  readonly rows?: number;
  /** The directions of `"sliced-wasserstein"`; 64 unless said. One-dimensional points need only one. */
  readonly projections?: number;
}

/** Whether two sets of points may be of one distribution. */
export interface TwoSampleTest {
  readonly statistic: TwoSampleStatistic;
  /** The statistic of the sets as they are. */
  readonly distance: number;
  /** How often a distance is as large by chance, where both sets are of one distribution. */
  readonly pValue: number;
  readonly permutations: number;
  /** How many rows of each set were compared. */
  readonly rows: { readonly x: number; readonly y: number };
}

const statistics: readonly TwoSampleStatistic[] = [
  "energy",
  "maximum-mean-discrepancy",
  "sliced-wasserstein",
];

/**
 * Tests whether two sets of points are of one distribution, by a permutation test: the p-value is the share of random
 * divisions of all points into two sets of these sizes that are as far apart, this one counted. It is uniform where the
 * distribution is one, whatever it is: at most α with probability α at most.
 *
 * The distances, none of which is blind to any difference where rows are many:
 *
 * - `"energy"`: 2E‖X − Y‖ − E‖X − X'‖ − E‖Y − Y'‖ over the pairs of points. Székely & Rizzo 2004.
 * - `"maximum-mean-discrepancy"`: the unbiased MMD² with the kernel exp(−‖x − y‖²/(2h²)), h the median of the distances above
 *   0 of all points. Gretton et al. 2012, equation 3.
 * - `"sliced-wasserstein"`: the mean over directions θ of ∫|F_θ − G_θ|, in the unit of the points: `slicedWasserstein` of
 *   order 1.
 *
 * The distances between all pairs of points are computed once; a permutation sums those of the smaller set. Columns of
 * different units are to be standardised first.
 *
 * @param x [n, d], n ≥ 2
 * @param y [m, d], m ≥ 2; m need not be n
 * @throws ShapeError when x and y are not matrices of equal width with two rows or more
 * @throws RangeError when a point is not finite, or an option out of range
 *
 * @example
 * ```ts
 * import { add, random } from "@scoretape/autograd";
 * import { twoSampleTest } from "@scoretape/score";
 *
 * const draw = (seed: number) => random.normal(random.key(seed), [200, 3]);
 * const key = random.key(2);
 * console.log(twoSampleTest(draw(0), draw(1), { key }).pValue > 0.05); // true
 * console.log(twoSampleTest(draw(0), add(0.5, draw(1)), { key }).pValue); // 0.001
 * ```
 */
export function twoSampleTest(x: Tensor, y: Tensor, options: TwoSampleTestOptions): TwoSampleTest {
  const name = "twoSampleTest";
  checkOptions(name, options, {
    key: "any",
    statistic: "any",
    permutations: "number",
    rows: "number",
    projections: "number",
  });
  const { key, statistic = "energy", permutations = 999, rows = 1000, projections = 64 } = options;
  checkKey(name, key);
  checkPair(name, x, y);
  for (const [what, { shape }] of Object.entries({ x, y })) {
    if ((shape[0] ?? 0) < 2) {
      throw new ShapeError(`${name}: ${what} has shape [${shape.join(", ")}]; give two rows or more`);
    }
  }
  if (!statistics.includes(statistic)) {
    throw new RangeError(`${name}: statistic is ${kindOf(statistic)}; choose ${statistics.join(", ")}`);
  }
  checkCount(name, permutations, "permutations");
  checkCount(name, projections, "projections");
  checkCount(name, rows, "rows");
  if (rows < 2) throw new RangeError(`${name}: rows is 1; a set has two or more`);
  const part = (all: Tensor, i: number): Tensor =>
    cast(someRows(all, rows, random.foldIn(key, i)), "float64");
  const [ofX, ofY] = [part(x, 0), part(y, 1)];
  const [first = 0, second = 0] = [ofX.shape[0], ofY.shape[0]];
  const found = permutationTest(
    statisticOf(statistic, concat([ofX, ofY], 0), projections, random.foldIn(key, 2)),
    { first, second },
    { permutations, key: random.foldIn(key, 3) },
  );
  return {
    statistic,
    distance: found.value,
    pValue: found.pValue,
    permutations,
    rows: { x: first, y: second },
  };
}

function statisticOf(
  statistic: TwoSampleStatistic,
  points: Tensor,
  projections: number,
  key: Key,
): LabelStatistic {
  if (statistic === "energy") return energyStatistic(points);
  if (statistic === "sliced-wasserstein") return slicedStatistic(points, projections, key);
  return discrepancyStatistic(points);
}
