import { normalCdf, random, type Tensor, tensor } from "@scoretape/autograd";
import { data, geometricSchedule, linearMeasurement, posterior } from "@scoretape/score";
import { type ImputeOptions, impute } from "@scoretape/score/model";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { momentsOf } from "./support/statistics.ts";

const key = random.key(4);
const NaNs = Number.NaN;

/** The model that a set would be with its exact score, in units of its own. */
const modelOf = (set: data.ExactDataSet, mean: readonly number[], deviation: readonly number[]) => ({
  sigmas: geometricSchedule(8, 0.05, 12),
  standardScore: (z: Tensor, sigma: Parameters<typeof set.score>[1]) => set.score(z, sigma),
  description: { columns: set.columns, standardization: { mean, deviation } },
});

const mixture = {
  weights: [0.4, 0.6],
  means: [
    [-1.5, -1.5, 0],
    [1.5, 1.5, 0.5],
  ],
  covariance: [
    [0.5, 0.2, 0],
    [0.2, 0.5, -0.2],
    [0, -0.2, 0.4],
  ],
};
const set = data.gaussianMixture(mixture);
const model = modelOf(set, [100, 0, -3], [2, 1, 0.1]);
const draw = (rows: number[][], own: Partial<ImputeOptions> = {}) =>
  impute(model, tensor(rows, { dtype: "float64" }), { key, draws: 4, ...own });

describe("impute", () => {
  test("keeps what is known to the last digit, and draws all that is not", () => {
    const cell = fc.oneof(fc.constant(NaNs), fc.double({ min: -2, max: 2, noNaN: true }));
    const table = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(table, (rows) => {
        const own = rows.map(([a, b, c]) => [100 + 2 * a, b, c / 10 - 3]);
        const result = draw(own);
        expect(result.shape).toEqual([rows.length, 4, 3]);
        expect(result.dtype).toBe("float64");
        own.forEach((row, i) => {
          row.forEach((value, j) => {
            const drawn = [0, 1, 2, 3].map((k) => result.data[(i * 4 + k) * 3 + j]);
            if (Number.isNaN(value)) expect(drawn.every(Number.isFinite)).toBe(true);
            else expect(drawn).toEqual([value, value, value, value]);
          });
        });
      }),
      { numRuns: 12 },
    );
  });

  test("of a row without gaps gives it back, and asks nothing of the score", () => {
    const silent = { ...model, standardScore: () => expect.fail("asked") };
    const rows = tensor([[101.25, 0.1, -3]], { dtype: "float64" });
    expect([...impute(silent, rows, { key, draws: 2 }).data]).toEqual([101.25, 0.1, -3, 101.25, 0.1, -3]);
  });

  test("has the modes' weights and moments of the exact conditional distribution, to within 4 standard errors", () => {
    // The second number, where the first lies between the modes: in the model's units 0.15.
    const [n, K] = [150, 64];
    const given = posterior.exact(mixture, {
      measurement: linearMeasurement({ mask: tensor([1, 0, 0]) }),
      observed: tensor([[0.15, NaNs, NaNs]]),
    }).mixture;
    const rows = Array.from({ length: n }, () => [100.3, NaNs, NaNs]);
    const draws = draw(rows, { draws: K });
    const perRow = (of: (second: number) => number): number[] =>
      Array.from({ length: n }, (_, i) => {
        let total = 0;
        for (let k = 0; k < K; k++) total += of(draws.data[(i * K + k) * 3 + 1] ?? NaNs) / K;
        return total;
      });
    const [low = 0, high = 0] = given.weights;
    const exactMean = low * (given.means[0]?.[1] ?? NaNs) + high * (given.means[1]?.[1] ?? NaNs);
    const upper = (k: number): number =>
      normalCdf(
        tensor((given.means[k]?.[1] ?? NaNs) / Math.sqrt(given.covariances[k]?.[1]?.[1] ?? NaNs)),
      ).item();
    for (const [values, expected] of [
      [perRow((x) => x), exactMean],
      [perRow((x) => (x > 0 ? 1 : 0)), low * upper(0) + high * upper(1)],
    ] as const) {
      const { mean, meanError } = momentsOf(values);
      // 0.03: the length of the steps from level to level.
      expect(Math.abs(mean - expected), `${mean} ± ${meanError}, ${expected}`).toBeLessThan(
        4 * meanError + 0.03,
      );
    }
  });

  test("is exact of a normal distribution, however little the largest level hides", () => {
    const normal = data.gaussian({
      mean: [0, 0],
      covariance: [
        [1, 0.8],
        [0.8, 1],
      ],
    });
    const ofNormal = modelOf(normal, [0, 0], [1, 1]);
    const float64 = (rows: number[] | number[][]): Tensor => tensor(rows, { dtype: "float64" });
    const r = Math.SQRT1_2;
    const moments = {
      mean: float64([0, 0]),
      axes: float64([
        [r, r],
        [r, -r],
      ]),
      deviation: float64([Math.sqrt(1.8), Math.sqrt(0.2)]),
    };
    const [n, K] = [40, 50];
    const draws = impute(
      {
        ...ofNormal,
        sigmas: geometricSchedule(1, 0.05, 8),
        description: { ...ofNormal.description, moments },
      },
      tensor(Array.from({ length: n }, () => [2, NaNs])),
      { key, draws: K },
    );
    const { mean, meanError } = momentsOf(
      Array.from({ length: n }, (_, i) => {
        let total = 0;
        for (let k = 0; k < K; k++) total += (draws.data[(i * K + k) * 2 + 1] ?? NaNs) / K;
        return total;
      }),
    );
    // Without the weights of the first states what is known would count twice, and the mean be 1.7.
    expect(Math.abs(mean - 1.6), `${mean} ± ${meanError}`).toBeLessThan(4 * meanError);
  });

  test("of rows where nothing is known draws from the whole distribution", () => {
    const rows = Array.from({ length: 100 }, () => [NaNs, NaNs, NaNs]);
    const draws = draw(rows, { draws: 16 });
    const shares = Array.from({ length: 100 }, (_, i) => {
      const own = Array.from({ length: 16 }, (_, k) => draws.data[(i * 16 + k) * 3 + 1] ?? NaNs);
      return own.filter((x) => x > 0).length / 16;
    });
    const { mean, meanError } = momentsOf(shares);
    expect(Math.abs(mean - 0.6), `${mean} ± ${meanError}`).toBeLessThan(4 * meanError + 0.01);
  });

  test("gives the same draws for the same key, others for another, and tells its steps", () => {
    const rows = [
      [100, NaNs, -3],
      [NaNs, 1, NaNs],
    ];
    const steps: number[] = [];
    const first = draw(rows, { onStep: ({ step, steps: all }) => steps.push(step / all) }).data;
    expect(draw(rows).data).toEqual(first);
    expect(draw(rows, { key: random.key(5) }).data).not.toEqual(first);
    expect(new Set(steps).size).toBe(steps.length);
    expect(steps.at(-1)).toBe(1);
  });

  test("draws of equal rows differ, in one batch and over several", () => {
    const { data: values } = draw(
      Array.from({ length: 300 }, () => [100, NaNs, -3]),
      { draws: 1 },
    );
    expect(new Set(Array.from({ length: 300 }, (_, i) => values[3 * i + 1])).size).toBeGreaterThan(295);
  });

  test("refuses rows of another width, infinite numbers, and fewer particles than draws", () => {
    expect(() => draw([[1, 2]])).toThrow(
      "impute: rows have shape [1, 2]; give [n, 3], NaN for what is sought",
    );
    expect(() => draw([[1, Infinity, NaNs]])).toThrow("impute: row 0 is Infinity in column x2");
    expect(() => draw([[NaNs, 1, 1]], { particles: 2 })).toThrow("impute: particles are 2 for 4 draws");
    expect(() => draw([[NaNs, 1, 1]], { draws: 0 })).toThrow(
      "impute: draws is 0; it is a whole number from 1",
    );
  });
});
