import { add, mul, random, slice, type Tensor } from "@scoretape/autograd";
import { data, distancesToTest, slicedWasserstein } from "@scoretape/score";
import { describe, expect, test } from "vitest";
import { normal } from "./support/normal.ts";

const key = random.key(7);

describe("distancesToTest", () => {
  test.each(["8gaussians", "moons", "pinwheel", "old-faithful"])(
    "fresh samples are as far as training rows, a Gaussian is further: %s",
    (name) => {
      const set = data.byName(name);
      for (const seed of [0, 10]) {
        const rows = (i: number): Tensor => set.sample(random.key(seed + i), 300);
        const found = distancesToTest(rows(0), rows(1), rows(2), { key });
        expect(found.rows).toBe(150);
        expect(found.samples.value).toBeLessThan(found.training.high);
        expect(found.samples.value).toBeGreaterThan(found.training.low);
        expect(found.gaussian.value).toBeGreaterThan(found.training.high);
      }
    },
  );

  test("of related columns those that know no relation are further, the Gaussian is not", () => {
    const set = data.gaussian({
      mean: [0, 0],
      covariance: [
        [1, 0.9],
        [0.9, 1],
      ],
    });
    const rows = (i: number): Tensor => set.sample(random.key(i), 400);
    const { training, gaussian, independent } = distancesToTest(rows(0), rows(1), rows(2), { key });
    expect(independent.low).toBeGreaterThan(training.high);
    expect(gaussian.value).toBeLessThan(training.high);
  });

  test("samples elsewhere and too wide are further", () => {
    const rows = (i: number): Tensor => normal(i, [200, 2]);
    for (const samples of [add(1, rows(3)), mul(2, rows(3)), mul(0.3, rows(3))]) {
      const found = distancesToTest(samples, rows(1), rows(2), { key });
      expect(found.samples.low).toBeGreaterThan(found.training.high);
    }
  });

  test("as many of each: the test rows, or half of the others", () => {
    const rows = (n: number): Tensor => normal(n, [n, 1]);
    const count = (m: number, n: number, k: number): number =>
      distancesToTest(rows(m), rows(n), rows(k), { key, repeats: 2 }).rows;
    expect([count(100, 100, 20), count(30, 100, 20), count(100, 30, 20)]).toEqual([20, 15, 15]);
    expect(count(3000, 3000, 3000)).toBe(1000);
  });

  test("its values are sliced Wasserstein distances: of a shift, known without error", () => {
    const still = (value: number): Tensor => add(value, mul(0, normal(0, [20, 1])));
    const training = normal(1, [20, 1]);
    const found = distancesToTest(still(3), training, still(1), { key });
    expect(found.samples).toEqual({ value: 2, low: 2, high: 2 });
    const all = slicedWasserstein(training, still(1), { key });
    expect(found.training.low).toBeLessThan(all);
    expect(found.training.high).toBeGreaterThan(all);
  });

  test("one repetition has no spread", () => {
    const x = slice(normal(1, [9, 2]), [0, 0], [9, 2]);
    expect(() => distancesToTest(x, x, x, { key, repeats: 1 })).toThrow("distancesToTest: repeats is 1");
  });
});
