import { matmul, random, type Tensor, tensor } from "@scoretape/autograd";
import { data } from "@scoretape/score";
import {
  cellGains,
  describe as describeModel,
  fingerprint,
  logDensity,
  type MarginalLogDensityOptions,
  type Model,
  marginalLogDensity,
  modelOf,
  networkOf,
} from "@scoretape/score/model";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lastingScore } from "../src/samplers/keptSteps.ts";

const key = random.key(3);
const columns = ["a", "b", "c", "d"];
const d = columns.length;

/** A model as it is before any training: the normal distribution of its rows. */
function normalModel(values: Tensor): Model {
  const [n = 0] = values.shape;
  const origin = { kind: "file", name: "t.csv", rows: n, sha256: fingerprint({ columns, values }) } as const;
  const description = describeModel({ data: origin, columns, values, set: null }, { hidden: [8] });
  return modelOf(description, networkOf(description).init(random.key(1)));
}

const mixing = [
  [3, 0, 1, 0.5],
  [0, 20, 10, 0],
  [0, 0, 6, 0.2],
  [0, 0, 0, 1],
];
const normal = normalModel(
  matmul(random.normal(random.key(0), [300, d], { dtype: "float64" }), tensor(mixing, { dtype: "float64" })),
);

/** Mixtures of normal distributions in the model's units. */
interface Mixture {
  readonly weights: readonly number[];
  readonly means: readonly (readonly number[])[];
  readonly covariance: readonly (readonly number[])[];
}

/** log p of the columns that a row shows, of a mixture with the model's smallest noise, per its own units. */
function exact({ weights, means, covariance }: Mixture, model: Model, row: readonly number[]): number {
  const seen = columns.map((_, j) => j).filter((j) => !Number.isNaN(row[j]));
  const { mean, deviation } = model.description.standardization;
  const noise = (model.sigmas.at(-1) ?? 0) ** 2;
  const set = data.gaussianMixture({
    weights: [...weights],
    means: means.map((of) => seen.map((j) => of[j] ?? 0)),
    covariance: seen.map((i) => seen.map((j) => (covariance[i]?.[j] ?? 0) + (i === j ? noise : 0))),
  });
  const z = seen.map((j) => ((row[j] ?? 0) - (mean[j] ?? 0)) / (deviation[j] ?? 1));
  const scale = seen.reduce((sum, j) => sum + Math.log(deviation[j] ?? 1), 0);
  return set.logDensity(tensor([z], { dtype: "float64" })).item() - scale;
}

/** A model's own normal distribution. */
function normalOf({ description: { moments } }: Model): Mixture {
  if (moments === undefined) throw new Error("no moments");
  const at = (i: number, k: number): number => moments.axes.data[d * i + k] ?? 0;
  const all = columns.map((_, j) => j);
  const variances = [...moments.deviation.data].map((value) => value ** 2);
  return {
    weights: [1],
    means: [[...moments.mean.data]],
    covariance: all.map((i) =>
      all.map((j) => variances.reduce((sum, variance, k) => sum + at(i, k) * variance * at(j, k), 0)),
    ),
  };
}

const estimate = (
  model: Model,
  rows: readonly (readonly number[])[],
  own: Partial<MarginalLogDensityOptions> = {},
) =>
  marginalLogDensity(
    model,
    tensor(
      rows.map((row) => [...row]),
      { dtype: "float64" },
    ),
    { key, ...own },
  );

/** Two clusters whose third coordinate the others do not tell. */
const twoSided: Mixture = {
  weights: [0.3, 0.7],
  means: [
    [0, 0.2, -2, 0.5],
    [0.2, 0, 2, -0.5],
  ],
  covariance: [
    [0.8, 0.2, 0, 0],
    [0.2, 0.8, 0, 0.1],
    [0, 0, 0.09, 0],
    [0, 0.1, 0, 0.4],
  ],
};
const modes = data.gaussianMixture({
  weights: [...twoSided.weights],
  means: twoSided.means.map((of) => [...of]),
  covariance: twoSided.covariance.map((row) => [...row]),
});
const ofModes: Model = {
  ...normal,
  description: {
    ...normal.description,
    moments: data.normalMoments(modes.sample(random.key(2), 20_000), { shrinkage: 0 }),
  },
  standardScore: lastingScore((z, sigma) => modes.score(z, sigma)),
};

const number = fc.double({ min: -2, max: 2, noNaN: true });
const cell = fc.oneof(number, fc.constant(Number.NaN));
const table = fc.array(fc.tuple(cell, cell, cell, cell), { minLength: 4, maxLength: 8 });

describe("the log-density of what rows show", () => {
  test.each([
    // The last is what the flow's own steps leave.
    ["a normal distribution", normal, normalOf(normal), 0.05],
    ["two modes", ofModes, twoSided, 0.1],
  ] as const)(
    "is the exact one of %s, to within the error it tells, whatever the gaps",
    (_, model, law, rest) => {
      const { mean, deviation } = model.description.standardization;
      fc.assert(
        fc.property(table, fc.integer({ min: 0, max: 1000 }), (z, seed) => {
          const rows = z.map((row) => row.map((value, j) => (mean[j] ?? 0) + (deviation[j] ?? 1) * value));
          const found = estimate(model, rows, { key: random.key(seed) });
          rows.forEach((row, i) => {
            if (row.every(Number.isNaN)) return;
            const error = Math.abs((found.logDensity.data[i] ?? Number.NaN) - exact(law, model, row));
            expect(error).toBeLessThan(rest + 5 * (found.standardError.data[i] ?? 0));
            expect(found.standardError.data[i]).toBeLessThan(0.6);
          });
        }),
        { numRuns: 10, seed: 1 },
      );
    },
  );

  test("has the error that it tells", () => {
    const rows = Array.from({ length: 60 }, () => [0.2, Number.NaN, Number.NaN, 0.1]);
    const { logDensity: found, standardError } = estimate(ofModes, rows, { draws: 32 });
    const truth = exact(twoSided, ofModes, rows[0] ?? []);
    const squares = Array.from(found.data, (log, i) => ((log - truth) / (standardError.data[i] ?? 1)) ** 2);
    const size = Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / 60);
    expect(size).toBeLessThan(1.5);
    expect(size).toBeGreaterThan(0.5);
  });

  test("of a row without gaps is logDensity, bit by bit, and of gaps alone 0", () => {
    const whole = [
      [1, 2, 3, 4],
      [-3, 2, 0, 1],
    ];
    const nothing = [Number.NaN, Number.NaN, Number.NaN, Number.NaN];
    const found = estimate(normal, [...whole, nothing, [1, 2, Number.NaN, 4]]);
    const alone = logDensity(normal, tensor(whole, { dtype: "float64" })).data;
    expect([...found.logDensity.data.subarray(0, 3)]).toEqual([...alone, 0]);
    expect([...found.standardError.data.subarray(0, 3)]).toEqual([0, 0, 0]);
    expect(found.standardError.data[3]).toBeGreaterThan(0);
  });
});

test.each<[string, () => unknown]>([
  [
    "marginalLogDensity: draws is 1; one has no error, give 2 or more",
    () => estimate(normal, [[1, 2, 3, 4]], { draws: 1 }),
  ],
  ["marginalLogDensity: x is Infinity", () => estimate(normal, [[1, 2, 3, Number.POSITIVE_INFINITY]])],
  [
    "marginalLogDensity: logJacobian has shape [2] for 1 rows of 64 draws; give [1, 64]",
    () => estimate(normal, [[1, 2, 3, Number.NaN]], { logJacobian: tensor([1, 2]) }),
  ],
  [
    "marginalLogDensity: row 0 has a gap in column 3 in some of its draws; give it in all or none",
    () =>
      marginalLogDensity(
        normal,
        tensor([
          [
            [1, 2, 3, Number.NaN],
            [1, 2, 3, 4],
          ],
        ]),
        { key, draws: 2 },
      ),
  ],
  [
    "cellGains: key is undefined; make one with random.key(seed)",
    () => cellGains(normal, tensor([[1, 2, 3, Number.NaN]])),
  ],
])("%s", (message, wrong) => {
  expect(wrong).toThrow(message);
});

describe("cells of rows with gaps", () => {
  test.each([
    ["a normal distribution", normal, normalOf(normal)],
    ["two modes", ofModes, twoSided],
  ] as const)("cost what they do among those that are seen, of %s", (_, model, law) => {
    const { mean, deviation } = model.description.standardization;
    const z = [
      [1.5, Number.NaN, 0.5, -1.5],
      [Number.NaN, 0.2, 3, Number.NaN],
      [0, -2.5, Number.NaN, 0.5],
    ];
    const rows = z.map((row) => row.map((value, j) => (mean[j] ?? 0) + (deviation[j] ?? 1) * value));
    const { gain, best } = cellGains(model, tensor(rows, { dtype: "float64" }), { key, draws: 48 });
    rows.forEach((row, i) => {
      row.forEach((value, j) => {
        const at = d * i + j;
        if (Number.isNaN(value)) {
          expect([gain.data[at], best.data[at]]).toEqual([Number.NaN, Number.NaN]);
          return;
        }
        const tried = Array.from(
          { length: 801 },
          (__, k) => (mean[j] ?? 0) + (deviation[j] ?? 1) * (k / 100 - 4),
        );
        const logs = tried.map((other) => exact(law, model, row.with(j, other)));
        const expected = Math.max(...logs) - exact(law, model, row);
        expect(Math.abs((gain.data[at] ?? 0) - expected)).toBeLessThan(0.3 + 0.1 * expected);
      });
    });
  });
});
