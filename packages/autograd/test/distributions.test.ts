import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { firstAbove } from "../src/backends/js/random.ts";
import { tensor } from "../src/index.ts";
import * as random from "../src/random.ts";
import { chiSquareScore, kolmogorov } from "./statistics.ts";

const RUNS = { seed: 20110, numRuns: Number(process.env.SCORETAPE_RUNS ?? 100) };
const seeds = fc.nat(Number.MAX_SAFE_INTEGER).map(random.key);

describe("sphere", () => {
  test("unit length, even in one dimension", () => {
    for (const [d, dtype, tolerance] of [
      [1, "float32", 0],
      [2, "float32", 2e-7],
      [5, "float64", 1e-15],
    ] as const) {
      const v = random.sphere(random.key(11), [1000, d], { dtype });
      expect(v.shape).toEqual([1000, d]);
      expect(v.dtype).toBe(dtype);
      for (let row = 0; row < 1000; row++) {
        const length = Math.hypot(...v.data.subarray(row * d, (row + 1) * d));
        expect(Math.abs(length - 1)).toBeLessThanOrEqual(tolerance);
      }
    }
  });

  test("the last axis holds the points, however many there are before it", () => {
    const v = random.sphere(random.key(11), [2, 3, 5, 4], { dtype: "float64" });
    for (let at = 0; at < v.data.length; at += 4) {
      expect(Math.hypot(...v.data.subarray(at, at + 4))).toBeCloseTo(1, 14);
    }
  });

  test("a coordinate in three dimensions is uniform, and the angle in two", () => {
    const n = 1 << 16;
    const v = random.sphere(random.key(12), [n, 3]).data;
    for (let axis = 0; axis < 3; axis++) {
      const coordinate = Float64Array.from({ length: n }, (_, i) => v[3 * i + axis] as number);
      expect(kolmogorov(coordinate, (x) => (x + 1) / 2)).toBeLessThan(1.95);
    }
    const w = random.sphere(random.key(13), [n, 2]).data;
    const angles = Float64Array.from({ length: n }, (_, i) =>
      Math.atan2(w[2 * i + 1] as number, w[2 * i] as number),
    );
    expect(kolmogorov(angles, (x) => 0.5 + x / (2 * Math.PI))).toBeLessThan(1.95);
  });
});

describe("permutation", () => {
  test("holds every number once", () => {
    fc.assert(
      fc.property(seeds, fc.nat(300), (key, n) => {
        const order = random.permutation(key, n);
        expect([order.dtype, ...order.shape]).toEqual(["uint32", n]);
        expect([...order.data].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
      }),
      RUNS,
    );
  });

  test("all orders of four are equally likely", () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const order = random.permutation(random.foldIn(random.key(14), i), 4).data.join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    expect(Math.abs(chiSquareScore([...counts.values()], Array(24).fill(1 / 24)))).toBeLessThan(4);
  });

  test("each place's partner is the high part of word × n, without the words that would favour some", () => {
    const n = 1 << 18;
    const words = random.bits(random.key(15), [n + 100]).data;
    const expected = Uint32Array.from({ length: n }, (_, i) => i);
    let [next, rejected] = [0, 0];
    for (let places = n; places > 1; ) {
      const product = BigInt(words[next++] as number) * BigInt(places);
      if (product % 2n ** 32n < 2n ** 32n % BigInt(places)) {
        rejected++;
        continue;
      }
      const partner = Number(product >> 32n);
      const last = expected[places - 1] as number;
      expected[places - 1] = expected[partner] as number;
      expected[partner] = last;
      places--;
    }
    expect(rejected).toBeGreaterThan(0);
    const order = random.permutation(random.key(15), n).data;
    expect(order.findIndex((value, i) => value !== expected[i])).toBe(-1);
  });
});

describe("categorical", () => {
  const n = 100_000;
  const countsOf = (draws: ArrayLike<number>, k: number): number[] =>
    Array.from({ length: k }, (_, i) => Array.from(draws).filter((draw) => draw === i).length);

  test("frequencies are softmax(logits), of any offset", () => {
    const weights = [1, 4, 2, 0.5, 0.5];
    const logits = tensor(weights.map((w) => Math.log(w) - 300));
    const draws = random.categorical(random.key(16), logits, [n]);
    expect([draws.dtype, ...draws.shape]).toEqual(["uint32", n]);
    expect(
      Math.abs(
        chiSquareScore(
          countsOf(draws.data, 5),
          weights.map((w) => w / 8),
        ),
      ),
    ).toBeLessThan(4);
  });

  test("impossible categories are never drawn", () => {
    const never = Number.NEGATIVE_INFINITY;
    const draws = random.categorical(random.key(17), tensor([never, 0, never, never, 1, never]), [n]).data;
    expect(countsOf(draws, 6).map((count) => count > 0)).toEqual([false, true, false, false, true, false]);
  });

  test("a sum equal to the target is not above it, so a weight of 0 adds no chance", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2), { minLength: 1, maxLength: 20 }), fc.nat(9), (weights, part) => {
        let total = 0;
        const sums = Float64Array.from(weights, (weight) => (total += weight));
        fc.pre(total > 0);
        const target = Math.floor((part / 10) * total);
        const place = firstAbove(sums, 0, sums.length, target);
        expect(place).toBe(sums.findIndex((sum) => sum > target));
        expect(weights[place]).toBeGreaterThan(0);
      }),
      RUNS,
    );
  });

  test("each row of a batch has its own probabilities", () => {
    const logits = tensor([
      [0, 0, Number.NEGATIVE_INFINITY],
      [0, Math.log(2), Math.log(3)],
    ]);
    expect(random.categorical(random.key(18), logits).shape).toEqual([2]);
    const draws = random.categorical(random.key(18), logits, [n, 2]);
    expect(draws.shape).toEqual([n, 2]);
    const row = (r: number): Uint32Array =>
      Uint32Array.from({ length: n }, (_, i) => draws.data[2 * i + r] as number);
    expect(Math.abs(chiSquareScore(countsOf(row(0), 2), [0.5, 0.5]))).toBeLessThan(4);
    expect(Math.abs(chiSquareScore(countsOf(row(1), 3), [1 / 6, 2 / 6, 3 / 6]))).toBeLessThan(4);
  });

  test("one category, no draws, a scalar draw", () => {
    expect([...random.categorical(random.key(19), tensor([-5]), [3]).data]).toEqual([0, 0, 0]);
    expect(random.categorical(random.key(19), tensor([0, 1]), [0]).shape).toEqual([0]);
    expect(random.categorical(random.key(19), tensor([0, 1])).shape).toEqual([]);
  });
});
