import {
  concat,
  div,
  mul,
  neg,
  norm,
  normalCdf,
  random,
  square,
  type Tensor,
  type TensorLike,
  tensor,
  zeros,
} from "@scoretape/autograd";
import { annealedLangevin, data, type NoiseLevelsOptions, suggestNoiseLevels } from "@scoretape/score";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { distancesOf } from "../src/noiseDistances.ts";
import { bestRate, overlappingRatio, varianceRatio } from "../src/suggestNoiseLevels.ts";
import { runs } from "./support/runs.ts";
import { columnOf, expectVariance } from "./support/samples.ts";

const key = random.key(71);

describe("the ratio of neighbouring levels", () => {
  test.each([5, 10, 100, 3072])("leaves half of the points in common in %d dimensions", (d) => {
    const ratio = overlappingRatio(d);
    const phi = (x: number): number => normalCdf(tensor(x, { dtype: "float64" })).item();
    const shift = Math.sqrt(2 * d) * (ratio - 1);
    expect(phi(shift + 3 * ratio) - phi(shift - 3 * ratio)).toBeCloseTo(0.5, 9);
    expect(ratio).toBeGreaterThan(1);
  });

  test("is that of the paper for CIFAR-10: about 232 levels from 50 to 0.01", () => {
    const levels = 1 + Math.log(50 / 0.01) / Math.log(overlappingRatio(3072));
    expect(Math.abs(levels - 232)).toBeLessThan(15);
  });

  test("in high dimensions about half of the points of a level are at radii of the one before", () => {
    const [d, n] = [500, 1000];
    const ratio = overlappingRatio(d);
    const radii = norm(random.normal(key, [n, d]), { axis: 1 });
    const inside = radii.data.filter(
      (radius) => Math.abs(radius / ratio - Math.sqrt(d)) < 3 / Math.SQRT2,
    ).length;
    // 0.016 of standard error, and O(1/√d) for the normal law of the radius.
    expect(Math.abs(inside / n - 0.5)).toBeLessThan(0.1);
  });

  test("in up to four dimensions no ratio is too large", () => {
    expect([1, 2, 3, 4].map(overlappingRatio)).toEqual(new Array(4).fill(Number.POSITIVE_INFINITY));
  });
});

describe("the variance ratio", () => {
  const problems = fc.record({
    ratio: fc.double({ min: 1.01, max: 5, noNaN: true }),
    steps: fc.integer({ min: 1, max: 60 }),
    rate: fc.double({ min: 1e-4, max: 1.5, noNaN: true }),
  });

  test("is the recursion of the variance", () => {
    fc.assert(
      fc.property(problems, ({ ratio, steps, rate }) => {
        let variance = ratio ** 2;
        for (let t = 0; t < steps; t++) variance = (1 - rate) ** 2 * variance + 2 * rate;
        expect(varianceRatio(ratio, steps, rate) / variance).toBeCloseTo(1, 10);
      }),
      runs(100),
    );
  });

  test("is least at the best rate, by a fine grid, and never below 1", () => {
    fc.assert(
      fc.property(problems, ({ ratio, steps }) => {
        const least = varianceRatio(ratio, steps, bestRate(ratio, steps));
        const grid = Array.from({ length: 2000 }, (_, i) => varianceRatio(ratio, steps, 1e-6 ** (i / 2000)));
        expect(least).toBeLessThanOrEqual(Math.min(...grid) + 1e-9);
        expect(least).toBeGreaterThanOrEqual(1);
      }),
      runs(60),
    );
  });

  test.each(["song-ermon-2019", "song-ermon-2020"] as const)(
    "is the variance of annealed Langevin chains on a point blurred by the levels (%s)",
    (convention) => {
      const options = { sigmaMax: 4, sigmaMin: 0.5, stepsPerLevel: 6, convention };
      const levels = suggestNoiseLevels(zeros([2, 1]), options);
      expect(levels.sigmas.length).toBe(6);
      const score = (x: Tensor, sigma: TensorLike): Tensor =>
        neg(div(x, typeof sigma === "number" ? sigma ** 2 : square(sigma)));
      // After each level the variance over σᵢ² is that of the recursion from γ² times the one before.
      let before = 1;
      annealedLangevin(score, mul(levels.ratio * 4, random.normal(random.key(1), [20_000, 1])), {
        ...levels,
        key,
        onStep: ({ level, step, steps, sigma, x }) => {
          if (step < steps) return;
          const rate = bestRate(levels.ratio, 6);
          before = varianceRatio(levels.ratio * Math.sqrt(before), 6, rate);
          if (level === 1) expect(before).toBeCloseTo(levels.varianceRatio, 12);
          expectVariance(columnOf(div(x, sigma), 0), before, `level ${level}`);
        },
      });
      expect(before).toBeGreaterThan(1);
    },
  );
});

describe("distances", () => {
  test("are the largest, and the median to the nearest other point", () => {
    // Nearest: 1, 1, 2, 5, and of the double the same 5 to another point.
    const x = tensor([
      [0, 0],
      [0, 1],
      [0, 3],
      [4, 6],
      [4, 6],
    ]);
    const { largest, medianNearest } = distancesOf("test", x, undefined);
    expect(largest).toBeCloseTo(Math.hypot(4, 6), 6);
    expect(medianNearest).toBeCloseTo(2, 6);
  });

  test("from a thousand points are nearly those from all, and the same for the same key", () => {
    const x = random.uniform(key, [3000, 2]);
    const { largest, medianNearest } = distancesOf("test", x, random.key(1));
    expect(largest).toBeGreaterThan(0.95 * Math.SQRT2);
    expect(largest).toBeLessThan(Math.SQRT2);
    // P(nearest > r) = exp(−nπr²): the median of it, with its standard error of 1/√1000 in ln 2.
    expect(Math.abs(3000 * Math.PI * medianNearest ** 2 - Math.LN2)).toBeLessThan(4 / Math.sqrt(1000) + 0.02);
    expect(distancesOf("test", x, random.key(1))).toEqual({ largest, medianNearest });
    expect(distancesOf("test", x, random.key(2))).not.toEqual({ largest, medianNearest });
  });
});

describe("suggestNoiseLevels", () => {
  const points = data.twoModes.sample(key, 400);

  test("goes from the largest distance to the nearest neighbours, in the unit of the data", () => {
    const levels = suggestNoiseLevels(points);
    const { largest, medianNearest } = distancesOf("test", points, undefined);
    expect(levels.sigmas[0]).toBe(largest);
    expect(levels.sigmas.at(-1)).toBe(medianNearest / Math.SQRT2);
    expect(levels.ratio).toBeLessThanOrEqual(100 ** (1 / 9));
    const scaled = suggestNoiseLevels(mul(8, points));
    expect(scaled.stepSize / levels.stepSize).toBeCloseTo(64, 9);
    expect(scaled.sigmas.length).toBe(levels.sigmas.length);
    expect(scaled.stepsPerLevel).toBe(levels.stepsPerLevel);
  });

  test("takes as few steps as reach a variance ratio of 1.05, or those that are given", () => {
    const { ratio, stepsPerLevel, varianceRatio: reached } = suggestNoiseLevels(points);
    expect(reached).toBeLessThanOrEqual(1.05);
    expect(varianceRatio(ratio, stepsPerLevel - 1, bestRate(ratio, stepsPerLevel - 1))).toBeGreaterThan(1.05);
    const few = suggestNoiseLevels(points, { stepsPerLevel: 3 });
    expect(few.stepsPerLevel).toBe(3);
    expect(few.varianceRatio).toBeGreaterThan(1.05);
  });

  test("both conventions suggest the same steps", () => {
    const [first, second] = (["song-ermon-2019", "song-ermon-2020"] as const).map((convention) =>
      suggestNoiseLevels(points, { convention }),
    );
    expect(first?.stepSize).toBe(2 * (second?.stepSize ?? 0));
    expect(suggestNoiseLevels(points)).toEqual(first);
  });

  test("in many dimensions the overlap limits the ratio", () => {
    const { ratio } = suggestNoiseLevels(random.normal(key, [50, 200]), { sigmaMin: 0.01 });
    expect(ratio).toBeLessThanOrEqual(overlappingRatio(200));
    expect(ratio).toBeGreaterThan(0.95 * overlappingRatio(200));
  });

  test("finds both modes of a mixture from afar", () => {
    const levels = suggestNoiseLevels(points);
    const start = mul(levels.sigmas[0] ?? 0, random.normal(random.key(2), [2000, 2]));
    const { samples } = annealedLangevin((x, sigma) => data.twoModes.score(x, sigma), start, {
      ...levels,
      key,
    });
    const upper = columnOf(samples, 0).filter((value) => value > 0).length / 2000;
    // 0.8, within four standard errors and what the discrete levels leave.
    expect(Math.abs(upper - 0.8)).toBeLessThan(0.036 + 0.04);
  });

  test.each<[string, NoiseLevelsOptions, Tensor]>([
    [
      "x has 1001 rows; above 1000 distances are measured from a random subset, so give a key",
      {},
      random.normal(key, [1001, 1]),
    ],
    ["all rows of x are equal", {}, zeros([3, 2])],
    ["x has shape [3], not [n, d]", {}, zeros([3])],
    ["sigmaMin is 0", { sigmaMin: 0 }, points],
    ["sigmaMax is 0.1 and sigmaMin 0.1; levels go down", { sigmaMax: 0.1, sigmaMin: 0.1 }, points],
    ["maxRatio is 1; it is above 1", { maxRatio: 1 }, points],
    ["stepsPerLevel is 0.5", { stepsPerLevel: 0.5 }, points],
  ])("%s", (message, options, x) => {
    expect(() => suggestNoiseLevels(concat([x]), options)).toThrow(`suggestNoiseLevels: ${message}`);
  });
});
