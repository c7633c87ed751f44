import { concat, mul, random, slice, type Tensor, tensor } from "@scoretape/autograd";
import { data, memorization } from "@scoretape/score";
import { describe, expect, test } from "vitest";

const rows = (seed: number, n: number): Tensor => data.moons.sample(random.key(seed), n);
const training = rows(0, 300);
const some = (x: Tensor, n: number): Tensor => slice(x, [0, 0], [n, 2]);

describe("memorization", () => {
  test("fresh data are found to be copies as often as the level says, and their p-values are uniform", () => {
    const trials = Array.from({ length: 300 }, (_, i) => {
      const own = rows(3000 + i, 100);
      return memorization(rows(1000 + i, 200), own, rows(2000 + i, 100));
    });
    const pValues = trials.map(({ pValue }) => pValue).sort((a, b) => a - b);
    const largest = Math.max(...pValues.map((p, i) => Math.abs(p - (i + 0.5) / pValues.length)));
    // Kolmogorov's distance: 1.63/√300 is passed once in a hundred.
    expect(largest).toBeLessThan(1.63 / Math.sqrt(300));
    expect(trials.filter(({ verdict }) => verdict === "copies").length).toBeLessThanOrEqual(9);
  });

  test("copies are found, all or a quarter of them", () => {
    const all = memorization(training, training, rows(1, 100));
    expect(all.nearer).toBe(1);
    expect(all.verdict).toBe("copies");
    const quarter = concat([some(training, 250), rows(2, 750)], 0);
    const found = memorization(quarter, training, rows(3, 400));
    expect(found.verdict).toBe("copies");
    expect(Math.abs(found.nearer - 0.625)).toBeLessThan(0.06);
  });

  test("few rows cannot tell, unless all are copies", () => {
    expect(memorization(rows(4, 1000), training, rows(5, 15)).verdict).toBe("cannot tell");
    expect(memorization(rows(4, 1000), training, rows(5, 400)).verdict).toBe("no copies found");
    expect(memorization(training, training, rows(5, 15)).verdict).toBe("copies");
  });

  test("samples far from all data are no copies", () => {
    const far = memorization(mul(100, rows(6, 100)), training, rows(7, 100));
    expect(far.nearer).toBeLessThan(0.05);
    expect(far.verdict).toBe("no copies found");
  });

  test("ties count half", () => {
    const zeros = tensor([[0], [0]]);
    expect(memorization(zeros, zeros, zeros).nearer).toBe(0.5);
    // Distances 1, 2 against 1, 3: 1 < 3, 2 < 3, 1 = 1.
    expect(memorization(tensor([[1], [2]]), tensor([[0]]), tensor([[1], [3]])).nearer).toBe(0.625);
  });

  test("other columns are refused", () => {
    expect(() => memorization(tensor([[1]]), training, rows(1, 5))).toThrow(
      "memorization: samples have shape [1, 1], the training rows [300, 2]; they have the same columns",
    );
  });
});
