import { add, mul, neg, random, type Tensor, tensor, zerosLike } from "@scoretape/autograd";
import {
  data,
  fisherDivergence,
  fisherDivergenceByDensity,
  fisherDivergenceByLevel,
  type NoiseConditionalScore,
} from "@scoretape/score";
import { describe, expect, test } from "vitest";
import { expectNear } from "./support/samples.ts";

const key = random.key(17);
const normal = data.gaussian({ mean: [0, 0] });

/** The blurred normal's score plus a constant error of length 1. */
const shifted: NoiseConditionalScore = (x, sigma) => add(normal.score(x, sigma), tensor([0.6, -0.8]));

describe("by noise level", () => {
  test("a constant error e costs ½‖e‖² at every level, and ½‖e‖²/(½d/(1 + σ²)) in relation", () => {
    const sigmas = [3, 1, 0.2];
    const levels = fisherDivergenceByLevel(shifted, normal, sigmas, { key, samples: 20_000 });
    expect(levels.map(({ sigma }) => sigma)).toEqual(sigmas);
    for (const { sigma, value, standardError, relative } of levels) {
      expect(value).toBeCloseTo(0.5, 5);
      expect(standardError).toBeLessThan(1e-6);
      // ½E‖s*‖² = ½d/(1 + σ²) to within 4 standard errors: its variance is d/2/(1 + σ²)²/n.
      const scale = value / relative;
      expect(Math.abs(scale * (1 + sigma ** 2) - 1)).toBeLessThan(4 * Math.sqrt(1 / 20_000));
    }
  });

  test("the estimate is within its standard error of the truth, and that shrinks as 1/√n", () => {
    // s = 2s*: ½E‖s − s*‖² = ½E‖s*‖² = ½d/(1 + σ²), with the variance d/2/(1 + σ²)² of one term.
    const twice: NoiseConditionalScore = (x, sigma) => mul(2, normal.score(x, sigma));
    const deviations: number[] = [];
    for (const samples of [1000, 16_000]) {
      const [level] = fisherDivergenceByLevel(twice, normal, [1], { key, samples });
      const { value = 0, standardError = 0, relative = 0 } = level ?? {};
      expect(Math.abs(value - 0.5)).toBeLessThan(4 * standardError);
      expect(relative).toBeCloseTo(1, 6);
      deviations.push(standardError * Math.sqrt(samples));
    }
    for (const deviation of deviations) expect(Math.abs(deviation / 0.5 - 1)).toBeLessThan(0.15);
  });

  test("the exact score has no error, to rounding, and the score 0 the relative error 1", () => {
    for (const set of [data.checkerboard, data.pinwheel, data.line10d]) {
      const options = { key, samples: 200 };
      for (const { relative } of fisherDivergenceByLevel((x, s) => set.score(x, s), set, [1, 0.1], options)) {
        expect(relative).toBeLessThan(1e-10);
      }
      for (const { relative } of fisherDivergenceByLevel((x) => zerosLike(x), set, [1, 0.1], options)) {
        expect(relative).toBe(1);
      }
    }
  });

  test("the same key gives the same numbers, another key others; the levels have points of their own", () => {
    const at = (seed: number): number[] =>
      fisherDivergenceByLevel((x) => zerosLike(x), normal, [1, 1], {
        key: random.key(seed),
        samples: 50,
      }).map(({ value }) => value);
    expect(at(1)).toEqual(at(1));
    expect(new Set([...at(1), ...at(2)]).size).toBe(4);
  });

  test("mistakes", () => {
    expect(() => fisherDivergenceByLevel(shifted, normal, [1, 0], { key })).toThrow("sigma is 0");
    expect(() => fisherDivergenceByLevel(shifted, normal, [1], { key, samples: 0 })).toThrow("samples is 0");
    expect(() => fisherDivergenceByLevel(shifted, normal, [1], { key, samples: 5 })).toThrow(
      "5 points do not make 10 parts",
    );
    expect(() => fisherDivergenceByLevel(() => tensor([1]), normal, [1], { key })).toThrow(
      "it must return the shape",
    );
  });
});

describe("by density", () => {
  const x = normal.sample(key, 1003);
  const none = (y: Tensor): Tensor => zerosLike(y);

  test("parts have equally many points and go from the lowest density to the highest", () => {
    const { value, byDensity } = fisherDivergenceByDensity(none, normal, x, { parts: 7 });
    const counts = byDensity.map(({ count }) => count);
    expect(counts.reduce((total, count) => total + count, 0)).toBe(1003);
    expect(Math.max(...counts) - Math.min(...counts)).toBe(1);
    const edges = byDensity.flatMap(({ logDensity }) => logDensity);
    expect(edges).toEqual(edges.toSorted((a, b) => a - b));
    // ½‖s*‖² = ½‖x‖² falls as the density rises.
    const values = byDensity.map((part) => part.value);
    expect(values).toEqual(values.toSorted((a, b) => b - a));
    const mean = byDensity.reduce((total, part) => total + part.value * part.count, 0) / 1003;
    expect(mean).toBeCloseTo(value, 10);
  });

  test("log p = −½‖x‖² − log 2π: each part's error lies between those at the edges of its density", () => {
    for (const part of fisherDivergenceByDensity(none, normal, x).byDensity) {
      const [low, high] = part.logDensity.map((log) => -log - Math.log(2 * Math.PI));
      expect(part.value).toBeLessThanOrEqual((low ?? 0) + 1e-6);
      expect(part.value).toBeGreaterThanOrEqual((high ?? 0) - 1e-6);
      expect(part.standardError).toBeLessThanOrEqual(((low ?? 0) - (high ?? 0)) / Math.sqrt(part.count));
    }
  });

  test("over all it is the Fisher divergence, relative to that of the score 0", () => {
    const tilted = (y: Tensor): Tensor => add(neg(y), mul(0.3, normal.score(y, 2)));
    const all = fisherDivergenceByDensity(tilted, normal, x, { sigma: 0.5 });
    const exact = (y: Tensor): Tensor => normal.score(y, 0.5);
    expect(all.value).toBeCloseTo(fisherDivergence(tilted, exact, x).item(), 5);
    expect(all.relative).toBeCloseTo(all.value / fisherDivergence(none, exact, x).item(), 5);
    expect(all.sigma).toBe(0.5);
    // The parts are relative to the same scale.
    for (const { value, relative } of all.byDensity) {
      expect(value / relative).toBeCloseTo(all.value / all.relative, 10);
    }
  });
});

describe("a set in other units", () => {
  const units = { mean: [0.3, -1], deviation: 1.7 };
  const set = data.rescaled(data.swissRoll, units);

  test("has the samples of the set, moved and divided", () => {
    const [own, other] = [data.swissRoll.sample(key, 50), set.sample(key, 50)];
    expectNear(
      other.data,
      own.data.map((value, i) => (value - (units.mean[i % 2] ?? 0)) / 1.7),
      1e-5,
    );
  });

  test("has a density, of which its score is the gradient, at a blur in its own units", () => {
    const area = 0.08 ** 2;
    const places = Array.from({ length: 75 }, (_, i) => (i - 37) * 0.08);
    const grid = tensor(
      places.flatMap((a) => places.map((b) => [a + 0.1, b + 0.5])),
      { dtype: "float64" },
    );
    const total = [...set.logDensity(grid, 0.1).data].reduce((mass, log) => mass + area * Math.exp(log), 0);
    expect(total).toBeCloseTo(1, 3);
    const x = random.normal(key, [8, 2], { dtype: "float64" });
    const step = tensor([1e-5, 0], { dtype: "float64" });
    const ahead = set.logDensity(add(x, step), 0.1).data;
    const behind = set.logDensity(add(x, neg(step)), 0.1).data;
    const scores = set.score(x, tensor(0.1, { dtype: "float64" })).data;
    ahead.forEach((log, i) => {
      expect(Math.abs((log - (behind[i] ?? 0)) / 2e-5 - (scores[2 * i] ?? 0))).toBeLessThan(1e-5);
    });
  });

  test("mistakes", () => {
    expect(() => data.rescaled(data.moons, { mean: [1], deviation: 1 })).toThrow(
      "rescaled: the mean has 1 coordinates, moons has 2",
    );
    expect(() => data.rescaled(data.moons, { mean: [1, 2], deviation: 0 })).toThrow("deviation is 0");
  });
});
