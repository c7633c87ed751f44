import { add, concat, mul, random, type Tensor, take, tensor, zeros } from "@scoretape/autograd";
import { data, maximumMeanDiscrepancy, modeWeights, slicedWasserstein } from "@scoretape/score";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runs } from "./support/runs.ts";
import { expectMean, rowsOf } from "./support/samples.ts";

const key = random.key(33);
const value = fc.double({ min: -5, max: 5, noNaN: true });

const points = (d: number, minLength: number, maxLength: number): fc.Arbitrary<Tensor> =>
  fc
    .array(fc.array(value, { minLength: d, maxLength: d }), { minLength, maxLength })
    .map((rows) => tensor(rows, { dtype: "float64" }));

/** Three sets of points of one dimension, not all of one size. */
const threeSets = fc
  .integer({ min: 1, max: 4 })
  .chain((d) => fc.tuple(points(d, 2, 9), points(d, 2, 9), points(d, 2, 9)));

const order = fc.constantFrom(1, 2, 3);

describe("sliced Wasserstein", () => {
  test("is a metric: 0 for equal sets, symmetric, with the triangle inequality", () => {
    fc.assert(
      fc.property(threeSets, order, ([x, y, z], p) => {
        const distance = (a: Tensor, b: Tensor): number =>
          slicedWasserstein(a, b, { key, order: p, projections: 16 });
        expect(distance(x, x)).toBe(0);
        expect(distance(x, y)).toBeCloseTo(distance(y, x), 12);
        expect(distance(x, z)).toBeLessThanOrEqual(distance(x, y) + distance(y, z) + 1e-12);
      }),
      runs(100),
    );
  });

  test("does not see the order of the rows, nor their equal repetition", () => {
    fc.assert(
      fc.property(threeSets, order, fc.integer({ min: 2, max: 5 }), ([x, y], p, times) => {
        const shuffled = take(x, random.permutation(key, x.shape[0] ?? 0));
        const repeated = concat(Array.from({ length: times }, () => shuffled));
        const options = { key, order: p, projections: 8 };
        expect(slicedWasserstein(repeated, x, options)).toBeCloseTo(0, 12);
        expect(slicedWasserstein(repeated, y, options)).toBeCloseTo(slicedWasserstein(x, y, options), 12);
      }),
      runs(100),
    );
  });

  test("scales with the unit, and does not see a common shift", () => {
    fc.assert(
      fc.property(threeSets, order, fc.double({ min: 0.1, max: 10, noNaN: true }), ([x, y], p, unit) => {
        const options = { key, order: p, projections: 8 };
        const moved = (a: Tensor): Tensor => add(mul(unit, a), 3);
        expect(slicedWasserstein(moved(x), moved(y), options)).toBeCloseTo(
          unit * slicedWasserstein(x, y, options),
          10,
        );
      }),
      runs(100),
    );
  });

  test("on the line is the Wasserstein distance: sorted points are matched with sorted points", () => {
    const x = tensor([[1], [0], [3]]);
    const y = tensor([[8], [5], [6]]);
    expect(slicedWasserstein(x, y, { key, order: 1 })).toBeCloseTo(5, 12);
    expect(slicedWasserstein(x, y, { key, order: 2 })).toBeCloseTo(5, 12);
    // 0 ↦ 0, half of 1 ↦ 0 and half ↦ 4, 3 ↦ 4 in units of mass ⅓.
    const two = tensor([[0], [4]]);
    expect(slicedWasserstein(x, two, { key, order: 1 })).toBeCloseTo((0 + 0.5 * 1 + 0.5 * 3 + 1) / 3, 12);
    expect(slicedWasserstein(x, two, { key, order: 2 })).toBeCloseTo(
      Math.sqrt((0.5 * 1 + 0.5 * 9 + 1) / 3),
      12,
    );
    expect(slicedWasserstein(x, two, { key, order: 3 })).toBeCloseTo(
      ((0.5 * 1 + 0.5 * 27 + 1) / 3) ** (1 / 3),
      12,
    );
  });

  test("between N(0, 1) and its image under x ↦ 2x + 1 is √((2−1)² + 1), from samples", () => {
    const x = random.normal(key, [2000, 1], { dtype: "float64" });
    const squares = [...x.data].map((z) => (z + 1) ** 2);
    const distance = slicedWasserstein(x, add(mul(2, x), 1), { key });
    expect(distance ** 2).toBeCloseTo(squares.reduce((sum, square) => sum + square, 0) / 2000, 10);
    expectMean(squares, 2);
  });

  test.each([[2], [5]])("of a shift by t in %d dimensions is ‖t‖/√d, over many directions", (d) => {
    const x = random.normal(key, [50, d]);
    const shift = tensor(Array.from({ length: d }, (_, i) => (i === 0 ? 3 : 0)));
    const projections = 4000;
    const distance = slicedWasserstein(x, add(x, shift), { key, projections });
    // Var(θ₁²) = 3/(d(d + 2)) − 1/d²
    const error = 9 * Math.sqrt((3 / (d * (d + 2)) - 1 / d ** 2) / projections);
    expect(Math.abs(distance ** 2 - 9 / d)).toBeLessThan(4 * error);
  });

  test("the same key gives the same distance, more directions a steadier one", () => {
    const [x, y] = [data.moons.sample(key, 200), data.rings.sample(key, 200)];
    const spread = (projections: number): number => {
      const values = Array.from({ length: 20 }, (_, i) =>
        slicedWasserstein(x, y, { key: random.key(i), projections }),
      );
      return Math.max(...values) - Math.min(...values);
    };
    expect(slicedWasserstein(x, y, { key })).toBe(
      slicedWasserstein(x, y, { key, projections: 128, order: 2 }),
    );
    expect(spread(200)).toBeLessThan(0.5 * spread(5));
  });

  test.each<[string, () => unknown]>([
    [
      "slicedWasserstein: x [1, 2] and y [1, 3] have points of 2 and 3 coordinates",
      () => slicedWasserstein(zeros([1, 2]), zeros([1, 3]), { key }),
    ],
    ["slicedWasserstein: x has shape [3]", () => slicedWasserstein(zeros([3]), zeros([1, 3]), { key })],
    [
      "slicedWasserstein: y has shape [0, 3]: an empty batch",
      () => slicedWasserstein(zeros([1, 3]), zeros([0, 3]), { key }),
    ],
    [
      "slicedWasserstein: y is NaN at [0, 0]",
      () => slicedWasserstein(zeros([1, 1]), tensor([[Number.NaN]]), { key }),
    ],
    [
      "slicedWasserstein: order is 0.5; it is a finite number from 1",
      () => slicedWasserstein(zeros([1, 1]), zeros([1, 1]), { key, order: 0.5 }),
    ],
    [
      "slicedWasserstein: projections is 0",
      () => slicedWasserstein(zeros([1, 1]), zeros([1, 1]), { key, projections: 0 }),
    ],
  ])("%s", (message, attempt) => {
    expect(attempt).toThrow(message);
  });
});

describe("maximum mean discrepancy", () => {
  const kernel = (a: readonly number[], b: readonly number[], h: number): number =>
    Math.exp(-a.reduce((sum, x, i) => sum + (x - (b[i] ?? 0)) ** 2, 0) / (2 * h ** 2));

  /** The mean of the kernel over all pairs, without those of equal index for one set with itself. */
  const meanKernel = (a: number[][], b: number[][], h: number, withSelf: boolean): number => {
    const values = a.flatMap((p, i) => b.flatMap((q, j) => (withSelf || i !== j ? [kernel(p, q, h)] : [])));
    return values.reduce((sum, k) => sum + k, 0) / values.length;
  };

  test("is its definition, biased and unbiased", () => {
    fc.assert(
      fc.property(threeSets, fc.double({ min: 0.2, max: 5, noNaN: true }), ([x, y], bandwidth) => {
        const [a, b] = [rowsOf(x), rowsOf(y)];
        const discrepancy = maximumMeanDiscrepancy(x, y, { bandwidth });
        const between = 2 * meanKernel(a, b, bandwidth, true);
        expect(discrepancy.bandwidth).toBe(bandwidth);
        for (const [estimate, withSelf] of [
          [discrepancy.biased, true],
          [discrepancy.unbiased, false],
        ] as const) {
          const within = meanKernel(a, a, bandwidth, withSelf) + meanKernel(b, b, bandwidth, withSelf);
          expect(estimate).toBeCloseTo(within - between, 12);
        }
        expect(discrepancy.biased).toBeGreaterThan(-1e-12);
        expect(maximumMeanDiscrepancy(x, x, { bandwidth }).biased).toBeCloseTo(0, 12);
        expect(maximumMeanDiscrepancy(y, x, { bandwidth }).unbiased).toBeCloseTo(discrepancy.unbiased, 12);
      }),
      runs(100),
    );
  });

  test("the unbiased estimate is 0 on average over all ways to split a set of points in two", () => {
    const rows = rowsOf(random.normal(key, [7, 2], { dtype: "float64" }));
    let [total, splits] = [0, 0];
    for (let mask = 0; mask < 2 ** 7; mask++) {
      const [x, y] = [1, 0].map((bit) => rows.filter((_, i) => ((mask >> i) & 1) === bit));
      if (x?.length !== 3 || y === undefined) continue;
      total += maximumMeanDiscrepancy(tensor(x, { dtype: "float64" }), tensor(y, { dtype: "float64" }), {
        bandwidth: 1,
      }).unbiased;
      splits++;
    }
    expect(splits).toBe(35);
    expect(total / splits).toBeCloseTo(0, 14);
  });

  test("between N(0, 1) and N(1, 4) estimates the closed form without bias", () => {
    // E k(x, y) for x − y from N(m, v): h/√(h² + v)·exp(−m²/(2(h² + v)))
    const h = 1.5;
    const expected = (m: number, v: number): number =>
      (h / Math.sqrt(h ** 2 + v)) * Math.exp((-0.5 * m ** 2) / (h ** 2 + v));
    const truth = expected(0, 2) + expected(0, 8) - 2 * expected(1, 5);
    const estimates = Array.from({ length: 200 }, (_, i) => {
      const x = random.normal(random.foldIn(key, 2 * i), [30, 1]);
      const y = add(1, mul(2, random.normal(random.foldIn(key, 2 * i + 1), [20, 1])));
      return maximumMeanDiscrepancy(x, y, { bandwidth: h }).unbiased;
    });
    expectMean(estimates, truth);
  });

  test("the bandwidth is the median distance between all points", () => {
    // 0, 1, 3 and 7: distances 1, 3, 7, 2, 6, 4, with median (3 + 4)/2.
    expect(maximumMeanDiscrepancy(tensor([[0], [1]]), tensor([[3], [7]])).bandwidth).toBeCloseTo(3.5, 12);
    const x = tensor([
      [0, 0],
      [3, 4],
    ]);
    const y = tensor([
      [0, 0],
      [6, 8],
    ]);
    // Distances 5, 0, 10, 5, 5, 10.
    expect(maximumMeanDiscrepancy(x, y).bandwidth).toBeCloseTo(5, 12);
    const large = random.normal(key, [3000, 1]);
    // For N(0, 1) the differences are N(0, 2), whose median magnitude is 0.6745·√2.
    expect(
      Math.abs(maximumMeanDiscrepancy(large, take(large, [0, 1, 2])).bandwidth - 0.6745 * Math.SQRT2),
    ).toBeLessThan(0.06);
  });

  test.each<[string, () => unknown]>([
    [
      "maximumMeanDiscrepancy: x has 1 and y 2 rows; pairs within a set need two or more",
      () => maximumMeanDiscrepancy(zeros([1, 2]), zeros([2, 2])),
    ],
    [
      "maximumMeanDiscrepancy: the median distance is 0; give a finite bandwidth above 0",
      () => maximumMeanDiscrepancy(zeros([2, 2]), zeros([2, 2])),
    ],
    [
      "maximumMeanDiscrepancy: bandwidth is -1",
      () => maximumMeanDiscrepancy(zeros([2, 2]), zeros([2, 2]), { bandwidth: -1 }),
    ],
    [
      "maximumMeanDiscrepancy: x [2, 2] and y [2, 3] have points of",
      () => maximumMeanDiscrepancy(zeros([2, 2]), zeros([2, 3])),
    ],
  ])("%s", (message, attempt) => {
    expect(attempt).toThrow(message);
  });
});

describe("mode weights", () => {
  // Proportions and their score intervals: Newcombe 1998, Statistics in Medicine 17, 857–872, table I.
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])("%i of %i: Wilson's interval from %d to %d", (hits, n, low, high) => {
    const x = tensor(Array.from({ length: n }, (_, i) => [i < hits ? -1 : 1]));
    const [first, second] = modeWeights(x, tensor([[-1], [1]]));
    expect(first?.count).toBe(hits);
    expect(first?.weight).toBe(hits / n);
    expect(first?.low).toBeCloseTo(low, 4);
    expect(first?.high).toBeCloseTo(high, 4);
    expect(second?.low).toBeCloseTo(1 - high, 4);
    expect(second?.high).toBeCloseTo(1 - low, 4);
  });

  test("the interval contains the weight, at its ends too", () => {
    for (const n of [1, 7, 3600, 3601, 39999]) {
      const points = tensor(new Float32Array(n), { shape: [n, 1] });
      const [all, none] = modeWeights(points, { count: 2, assign: () => 0 });
      expect(none).toMatchObject({ weight: 0, low: 0 });
      expect(all).toMatchObject({ weight: 1, high: 1 });
    }
  });

  test("the interval covers the truth about as often as it says", () => {
    const covered = (confidence: number): number => {
      let hits = 0;
      for (let i = 0; i < 1000; i++) {
        const u = random.uniform(random.foldIn(key, i), [60, 1], { low: -0.3, high: 0.7 });
        const [below] = modeWeights(u, tensor([[-1], [1]]), { confidence });
        if (below !== undefined && below.low <= 0.3 && 0.3 <= below.high) hits++;
      }
      return hits / 1000;
    };
    expect(Math.abs(covered(0.95) - 0.95)).toBeLessThan(0.025);
    expect(Math.abs(covered(0.5) - 0.5)).toBeLessThan(0.09);
  });

  test("a point belongs to the nearest centre, or to what a rule says; all points count once", () => {
    const x = tensor([
      [0, 0],
      [1, 1],
      [5, 5],
      [5, 4],
    ]);
    const centres = tensor([
      [0, 0],
      [5, 5],
      [9, 9],
    ]);
    expect(modeWeights(x, centres).map(({ count }) => count)).toEqual([2, 2, 0]);
    const rule = { count: 2, assign: ([, b = 0]: readonly number[]) => (b > 4.5 ? 1 : 0) };
    expect(modeWeights(x, rule).map(({ weight }) => weight)).toEqual([0.75, 0.25]);
  });

  test.each<[string, () => unknown]>([
    ["modeWeights: modes have 3 coordinates, x has 2", () => modeWeights(zeros([2, 2]), zeros([1, 3]))],
    [
      "modeWeights: confidence is 95; it is a probability above 0 and below 1",
      () => modeWeights(zeros([2, 2]), zeros([1, 2]), { confidence: 95 }),
    ],
    [
      "modeWeights: row 0 was assigned to mode 2; modes are the whole numbers 0 to 1",
      () => modeWeights(zeros([1, 1]), { count: 2, assign: () => 2 }),
    ],
    ["modeWeights: x is NaN at [0, 0]", () => modeWeights(tensor([[Number.NaN]]), zeros([1, 1]))],
    ["modeWeights: modes has shape [2], not [n, d]", () => modeWeights(zeros([1, 2]), zeros([2]))],
  ])("%s", (message, attempt) => {
    expect(attempt).toThrow(message);
  });
});
