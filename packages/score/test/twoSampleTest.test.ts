import { add, concat, mul, random, type Tensor, take, tensor, zeros } from "@scoretape/autograd";
import {
  holmAdjusted,
  maximumMeanDiscrepancy,
  slicedWasserstein,
  type TwoSampleStatistic,
  twoSampleTest,
} from "@scoretape/score";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runs } from "./support/runs.ts";
import { rowsOf } from "./support/samples.ts";

const statistics = ["energy", "maximum-mean-discrepancy", "sliced-wasserstein"] as const;

const normal = (i: number, shape: readonly number[]): Tensor =>
  random.normal(random.foldIn(random.key(5), i), shape, { dtype: "float64" });

const points = (d: number): fc.Arbitrary<Tensor> =>
  fc
    .array(fc.array(fc.integer({ min: -500, max: 500 }), { minLength: d, maxLength: d }), {
      minLength: 2,
      maxLength: 9,
    })
    .map((rows) => mul(0.01, tensor(rows, { dtype: "float64" })));
const pair = fc.integer({ min: 1, max: 4 }).chain((d) => fc.tuple(points(d), points(d)));

const distanceOf = (x: Tensor, y: Tensor, statistic: TwoSampleStatistic): number =>
  twoSampleTest(x, y, { key: random.key(3), statistic, permutations: 1, projections: 8 }).distance;

describe("the distances are their definitions", () => {
  const distance = (a: readonly number[], b: readonly number[]): number =>
    Math.hypot(...a.map((value, k) => value - (b[k] ?? 0)));
  const meanOver = (a: number[][], b: number[][]): number =>
    a.flatMap((p) => b.map((q) => distance(p, q))).reduce((sum, one) => sum + one, 0) / (a.length * b.length);

  test("energy", () => {
    fc.assert(
      fc.property(pair, ([x, y]) => {
        const [a, b] = [rowsOf(x), rowsOf(y)];
        const found = distanceOf(x, y, "energy");
        expect(found).toBeCloseTo(2 * meanOver(a, b) - meanOver(a, a) - meanOver(b, b), 11);
        expect(found).toBeGreaterThan(-1e-12);
      }),
      runs(100),
    );
  });

  test("the maximum mean discrepancy, with the median of all distances above 0", () => {
    fc.assert(
      fc.property(pair, ([x, y]) => {
        const all = rowsOf(concat([x, y], 0));
        const above = all
          .flatMap((p, i) => all.slice(0, i).map((q) => distance(p, q)))
          .filter((one) => one > 0)
          .sort((a, b) => a - b);
        // The matrix has each distance twice, of which the upper median is that at half the number of pairs.
        const bandwidth = above[Math.floor(above.length / 2)] ?? 1;
        expect(distanceOf(x, y, "maximum-mean-discrepancy")).toBeCloseTo(
          maximumMeanDiscrepancy(x, y, { bandwidth }).unbiased,
          11,
        );
      }),
      runs(100),
    );
  });

  test("the sliced Wasserstein distance of order 1", () => {
    fc.assert(
      fc.property(pair, ([x, y]) => {
        const key = random.key(3);
        const options = { key: random.foldIn(key, 2), order: 1, projections: 8 };
        expect(distanceOf(x, y, "sliced-wasserstein")).toBeCloseTo(slicedWasserstein(x, y, options), 11);
      }),
      runs(100),
    );
  });

  test.each(statistics)("%s does not see which set is called x", (statistic) => {
    fc.assert(
      fc.property(pair, ([x, y]) => {
        expect(distanceOf(x, y, statistic)).toBeCloseTo(distanceOf(y, x, statistic), 11);
      }),
      runs(50),
    );
  });
});

describe("the p-value", () => {
  /** Of so many data sets of one distribution, with 99 permutations: multiples of 1/100, all equally likely. */
  const DATA_SETS = 400;
  /** χ² with 9 degrees of freedom is above it once in a thousand times. */
  const LIMIT = 27.88;

  test.each(statistics)("of %s is uniform where the distribution is one", (statistic) => {
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < DATA_SETS; i++) {
      // Heavy tails and unequal sizes change nothing.
      const heavy = (x: Tensor): Tensor => mul(x, mul(x, x));
      const { pValue } = twoSampleTest(heavy(normal(2 * i, [12, 2])), heavy(normal(2 * i + 1, [8, 2])), {
        key: random.foldIn(random.key(6), i),
        statistic,
        permutations: 99,
        projections: 4,
      });
      const cell = Math.ceil(pValue * 10 - 1e-9) - 1;
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
    const expected = DATA_SETS / 10;
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(chiSquare, counts.join(" ")).toBeLessThan(LIMIT);
  });

  test.each(statistics.flatMap((statistic) => [2, 5].map((d) => [statistic, d] as const)))(
    "of %s finds a shift by half a deviation of 200 rows in %d dimensions, one time in twenty at most by chance, in four runs of five",
    (statistic, d) => {
      const RUNS = 25;
      const shift = tensor(
        Array.from({ length: d }, (_, j) => (j === 0 ? 0.5 : 0)),
        {
          dtype: "float64",
        },
      );
      let rejected = 0;
      for (let i = 0; i < RUNS; i++) {
        const y = add(shift, normal(2 * i + 1, [200, d]));
        const options = { key: random.key(i), statistic, permutations: 99, projections: 32 };
        if (twoSampleTest(normal(2 * i, [200, d]), y, options).pValue <= 0.05) rejected++;
      }
      expect(rejected).toBeGreaterThanOrEqual(0.8 * RUNS);
    },
  );

  test("of the smallest distance is 1, and of one that no division has is 1/(1 + permutations)", () => {
    const x = tensor([[0], [1], [2], [3]]);
    const options = { key: random.key(0), permutations: 49 };
    expect(twoSampleTest(x, x, options).pValue).toBe(1);
    expect(twoSampleTest(zeros([3, 2]), zeros([4, 2]), options).pValue).toBe(1);
    const far = add(100, normal(1, [40, 1]));
    expect(twoSampleTest(normal(0, [40, 1]), far, options).pValue).toBe(1 / 50);
  });

  test("counts a distance that is equal but for rounding: of all divisions of four points in two", () => {
    // Three divisions, of which {0, 1} | {10, 11} is the farthest: p is about a third.
    const options = { key: random.key(1), permutations: 2999 };
    const { pValue } = twoSampleTest(tensor([[0], [1]]), tensor([[10], [11]]), options);
    expect(Math.abs(pValue - 1 / 3)).toBeLessThan(4 * Math.sqrt(2 / 9 / 2999));
  });
});

test("of many rows some are drawn, and their number is told", () => {
  const [x, y] = [normal(0, [300, 2]), normal(1, [20, 2])];
  const found = twoSampleTest(x, y, { key: random.key(0), rows: 50, permutations: 9 });
  expect(found.rows).toEqual({ x: 50, y: 20 });
  const order = random.permutation(random.key(8), 300);
  const other = twoSampleTest(take(x, order), y, { key: random.key(0), rows: 50, permutations: 9 });
  expect(other.distance).not.toBe(found.distance);
});

test("a difference in dependence alone is found", () => {
  const z = normal(0, [400, 2]);
  const rows = rowsOf(z);
  const related = tensor(
    rows.map(([a = 0, b = 0]) => [a, 0.8 * a + 0.6 * b]),
    { dtype: "float64" },
  );
  const options = { key: random.key(0), permutations: 99 };
  expect(twoSampleTest(related, normal(1, [400, 2]), options).pValue).toBe(0.01);
});

describe("Holm's adjustment", () => {
  const pValues = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 });

  test("keeps the order, is between p and Bonferroni's, and rejects what Holm's steps do", () => {
    fc.assert(
      fc.property(pValues, fc.double({ min: 0.001, max: 0.5, noNaN: true }), (ps, level) => {
        const adjusted = holmAdjusted(ps);
        const m = ps.length;
        const rising = ps.map((_, i) => i).sort((a, b) => (ps[a] ?? 0) - (ps[b] ?? 0));
        // Reject in rising order while p₍ₖ₎ ≤ level/(m − k + 1).
        const stop = rising.findIndex((i, k) => (ps[i] ?? 0) * (m - k) > level);
        const rejected = new Set(stop < 0 ? rising : rising.slice(0, stop));
        adjusted.forEach((p, i) => {
          expect(p).toBeGreaterThanOrEqual(ps[i] ?? 0);
          expect(p).toBeLessThanOrEqual(Math.min(1, m * (ps[i] ?? 0)));
          expect(p <= level).toBe(rejected.has(i));
        });
      }),
      runs(200),
    );
  });

  test("of what is no probability is refused", () => {
    expect(() => holmAdjusted([0.5, 1.5])).toThrow("holmAdjusted: p-value 1 is 1.5; it is from 0 to 1");
  });
});

const key = random.key(0);
test.each<[string, () => unknown]>([
  ["twoSampleTest: x has shape [1, 2]; give two", () => twoSampleTest(zeros([1, 2]), zeros([2, 2]), { key })],
  ["twoSampleTest: x [2, 3] and y [2, 2]", () => twoSampleTest(zeros([2, 3]), zeros([2, 2]), { key })],
  [
    "twoSampleTest: y is NaN at [0, 0]",
    () => twoSampleTest(zeros([2, 1]), tensor([[Number.NaN], [1]]), { key }),
  ],
  ["twoSampleTest: rows is 1", () => twoSampleTest(zeros([2, 1]), zeros([2, 1]), { key, rows: 1 })],
  [
    "twoSampleTest: permutations is 0",
    () => twoSampleTest(zeros([2, 1]), zeros([2, 1]), { key, permutations: 0 }),
  ],
])("%s", (message, attempt) => {
  expect(attempt).toThrow(message);
});
