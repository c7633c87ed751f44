import fc from "fast-check";
import { expect, test } from "vitest";
import { rankTest } from "../src/statistics/rankTest.ts";
import { medianInterval, ratioPerRound, summarize } from "../src/statistics/summary.ts";
import { fixed } from "./support/laws.ts";

const times = fc.array(fc.double({ min: 1e-6, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 25 });
const distinct = fc.uniqueArray(fc.integer({ min: -1000, max: 1000 }), { minLength: 2, maxLength: 9 });

test("the median halves the values, and a scale of the values scales their summary", () => {
  fc.assert(
    fc.property(times, fc.double({ min: 0.1, max: 10, noNaN: true }), (values, factor) => {
      const { median, least, lowerQuartile, upperQuartile, greatest } = summarize(values);
      expect(values.filter((value) => value < median).length).toBeLessThanOrEqual(values.length / 2);
      expect(values.filter((value) => value > median).length).toBeLessThanOrEqual(values.length / 2);
      const inOrder = [least, lowerQuartile, median, upperQuartile, greatest];
      expect(inOrder.toSorted((a, b) => a - b)).toEqual(inOrder);
      expect([least, greatest]).toEqual([Math.min(...values), Math.max(...values)]);
      const scaled = summarize(values.map((value) => factor * value));
      expect(scaled.median / factor).toBeCloseTo(median, 6);
      expect(scaled.lowerQuartile / factor).toBeCloseTo(lowerQuartile, 6);
    }),
    fixed,
  );
  expect(summarize([5, 1, 4, 2, 3])).toEqual({
    median: 3,
    least: 1,
    lowerQuartile: 2,
    upperQuartile: 4,
    greatest: 5,
  });
});

test("the ratio of rounds cancels what slows both, and turns over with its arguments", () => {
  fc.assert(
    fc.property(times, fc.double({ min: 0.1, max: 10, noNaN: true }), (values, factor) => {
      const slower = values.map((value) => factor * value);
      for (const ratio of ratioPerRound(slower, values)) expect(ratio).toBeCloseTo(factor, 9);
      for (const ratio of ratioPerRound(values, slower)) expect(ratio).toBeCloseTo(1 / factor, 9);
    }),
    fixed,
  );
  expect(() => ratioPerRound([1, 2], [1])).toThrow("2 rounds of one and 1 of the other");
});

test("the interval contains the true median as often as it says", () => {
  const uniform = generator(7);
  for (const [n, runs] of [
    [3, 4000],
    [6, 4000],
    [15, 4000],
  ] as const) {
    let contained = 0;
    let confidence = 0;
    for (let run = 0; run < runs; run++) {
      // The square of a uniform number is lopsided; its median is ¼.
      const interval = medianInterval(Array.from({ length: n }, () => uniform() ** 2));
      if (interval.low <= 0.25 && 0.25 <= interval.high) contained += 1;
      confidence = interval.confidence;
    }
    const standardError = Math.sqrt((confidence * (1 - confidence)) / runs);
    expect(Math.abs(contained / runs - confidence)).toBeLessThan(4 * standardError);
    if (n >= 6) expect(confidence).toBeGreaterThanOrEqual(0.95);
  }
  // With 15 values the fourth from either end do: 1 − 2·(1 + 15 + 105 + 455)/2¹⁵.
  expect(medianInterval(Array.from({ length: 15 }, (_, i) => i))).toEqual({
    low: 3,
    high: 11,
    confidence: 1 - 1152 / 2 ** 15,
  });
});

test("the rank test is the share of all orders that are as extreme", () => {
  fc.assert(
    fc.property(distinct, fc.integer({ min: 1, max: 8 }), (values, cut) => {
      const n = Math.min(cut, values.length - 1);
      const [a, b] = [values.slice(0, n), values.slice(n)];
      expect(rankTest(a, b)).toBeCloseTo(byEnumeration(values, n), 12);
    }),
    fixed,
  );
});

test("the rank test depends on ranks alone, and not on who comes first", () => {
  fc.assert(
    fc.property(times, times, (a, b) => {
      const p = rankTest(a, b);
      expect(p).toBeGreaterThan(0);
      expect(p).toBeLessThanOrEqual(1);
      expect(rankTest(b, a)).toBeCloseTo(p, 9);
      const twice = (x: number): number => 2 * x;
      expect(rankTest(a.map(twice), b.map(twice))).toBeCloseTo(p, 9);
    }),
    fixed,
  );
});

test("large samples of one distribution rarely differ, of two often", () => {
  const uniform = generator(11);
  const draw = (n: number, shift: number): number[] => Array.from({ length: n }, () => uniform() + shift);
  const runs = 600;
  const rejected = (shift: number): number =>
    Array.from({ length: runs }, () => rankTest(draw(40, 0), draw(40, shift))).filter((p) => p <= 0.05)
      .length / runs;
  expect(rejected(0)).toBeLessThan(0.05 + 4 * Math.sqrt((0.05 * 0.95) / runs));
  expect(rejected(0)).toBeGreaterThan(0.05 - 4 * Math.sqrt((0.05 * 0.95) / runs));
  expect(rejected(0.3)).toBeGreaterThan(0.9);
});

test("equal values are no difference", () => {
  expect(rankTest([1, 1, 1], [1, 1, 1, 1])).toBe(1);
  expect(() => rankTest([], [1])).toThrow("no values");
});

/** Two-sided: how many ways to choose n of the values have a rank sum as far from the middle. */
function byEnumeration(values: readonly number[], n: number): number {
  const ranks = values.map((value) => values.filter((other) => other < value).length);
  const middle = (n * (values.length - 1)) / 2;
  const distance = (chosen: readonly number[]): number =>
    Math.abs(chosen.reduce((sum, rank) => sum + rank, 0) - middle);
  const observed = distance(ranks.slice(0, n));
  const all = subsets(ranks, n);
  return all.filter((chosen) => distance(chosen) >= observed).length / all.length;
}

function subsets(values: readonly number[], n: number): number[][] {
  if (n === 0) return [[]];
  return values.flatMap((value, i) => subsets(values.slice(i + 1), n - 1).map((rest) => [value, ...rest]));
}

/** Uniform numbers in (0, 1), the same for a seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
}
