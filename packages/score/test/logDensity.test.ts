import { linalg, matmul, random, tensor } from "@scoretape/autograd";
import {
  cellGains,
  describe as describeModel,
  fingerprint,
  logDensity,
  type Model,
  modelOf,
  networkOf,
} from "@scoretape/score/model";
import { describe, expect, test } from "vitest";
import { topOf } from "../src/model/cellGains.ts";
import { lastingScore } from "../src/samplers/keptSteps.ts";

const columns = ["a", "b", "c"];

/** A model as it is before any training: the normal distribution of its rows. */
function normalModel(): Model {
  const z = random.normal(random.key(0), [300, 3], { dtype: "float64" });
  const mixing = tensor(
    [
      [3, 0, 1],
      [0, 20, 10],
      [0, 0, 0.5],
    ],
    { dtype: "float64" },
  );
  const values = matmul(z, mixing);
  const data = { kind: "file", name: "t.csv", rows: 300, sha256: fingerprint({ columns, values }) } as const;
  const description = describeModel({ data, columns, values, set: null }, { hidden: [8] });
  return modelOf(description, networkOf(description).init(random.key(1)));
}

/** The model's mean, and the inverse of its covariance with the smallest noise, both in its units. */
function exactOf({ description, sigmas }: Model): {
  mean: number[];
  precision: number[][];
  logDeterminant: number;
} {
  const { moments } = description;
  if (moments === undefined) throw new Error("no moments");
  const sigma = sigmas.at(-1) ?? 0;
  const d = 3;
  const at = (k: number): number => (moments.deviation.data[k] ?? 0) ** 2 + sigma ** 2;
  const covariance = tensor(
    Array.from({ length: d }, (_, i) =>
      Array.from({ length: d }, (_unused, j) =>
        [0, 1, 2].reduce(
          (sum, k) => sum + (moments.axes.data[i * d + k] ?? 0) * at(k) * (moments.axes.data[j * d + k] ?? 0),
          0,
        ),
      ),
    ),
    { dtype: "float64" },
  );
  const inverse = linalg.inverse(covariance);
  return {
    mean: [...moments.mean.data],
    precision: [0, 1, 2].map((i) => [0, 1, 2].map((j) => inverse.data[i * d + j] ?? 0)),
    logDeterminant: [0, 1, 2].reduce((sum, k) => sum + Math.log(at(k)), 0),
  };
}

const model = normalModel();
const { mean: centre, deviation } = model.description.standardization;
const { mean, precision, logDeterminant } = exactOf(model);
const standard = random.normal(random.key(5), [12, 3], { dtype: "float64" });
const x = tensor(
  Array.from(standard.data, (value, i) => (centre[i % 3] ?? 0) + 1.5 * (deviation[i % 3] ?? 1) * value),
  { shape: [12, 3], dtype: "float64" },
);
/** Λ(z − μ) of a row, and (z − μ)ᵀΛ(z − μ). */
function along(row: number): { pulls: number[]; square: number } {
  const z = [0, 1, 2].map((j) => 1.5 * (standard.data[3 * row + j] ?? 0) - (mean[j] ?? 0));
  const pulls = precision.map((line) => line.reduce((sum, value, j) => sum + value * (z[j] ?? 0), 0));
  return { pulls, square: pulls.reduce((sum, pull, j) => sum + pull * (z[j] ?? 0), 0) };
}

describe("the log-density of a model that is a normal distribution", () => {
  test("is that of the normal distribution with the smallest noise, in the data's own units", () => {
    const logs = logDensity(model, x);
    expect(logs.dtype).toBe("float64");
    const scale = deviation.reduce((sum, value) => sum + Math.log(value), 0);
    logs.data.forEach((value, row) => {
      const expected = -0.5 * (3 * Math.log(2 * Math.PI) + logDeterminant + along(row).square) - scale;
      expect(Math.abs(value - expected)).toBeLessThan(0.01 + 0.001 * along(row).square);
    });
  });

  test("does not depend on how many rows go side by side", () => {
    const [whole, parts] = [logDensity(model, x), logDensity(model, x, { batch: 5 })];
    parts.data.forEach((value, row) => {
      // Steps are chosen for all rows together: twice the error that each may have.
      expect(Math.abs(value - (whole.data[row] ?? 0))).toBeLessThan(0.02 + 0.002 * along(row).square);
    });
  });
});

test("the flow of a model is compiled once for so many points, by whom they may be asked about", () => {
  const model = normalModel();
  let calls = 0;
  const standardScore = lastingScore<Model["standardScore"]>((z, sigma) => {
    calls += 1;
    return model.standardScore(z, sigma);
  });
  const counted = { ...model, standardScore };
  const points = random.normal(random.key(5), [7, 3]);
  const first = logDensity(counted, points).data;
  const compiling = calls;
  expect(compiling).toBeGreaterThan(0);
  expect(logDensity(counted, points).data).toEqual(first);
  expect(logDensity(model, points).data).toEqual(first);
  expect(calls).toBe(compiling);
  // Others than before, in another number.
  logDensity(counted, random.normal(random.key(6), [9, 3]));
  expect(calls).toBe(2 * compiling);
});

describe("what cells cost", () => {
  test("is ½r² of a normal distribution, r the cell's distance from its mean given the others in deviations", () => {
    const { gain, best } = cellGains(model, x);
    let within = 0;
    for (let row = 0; row < 12; row++) {
      const z = [0, 1, 2].map((j) => 1.5 * (standard.data[3 * row + j] ?? 0));
      const reach = 1 + Math.max(3, ...z.map(Math.abs));
      along(row).pulls.forEach((pull, j) => {
        const own = precision[j]?.[j] ?? 1;
        const conditional = (z[j] ?? 0) - pull / own;
        // Beyond the range that is looked at its end is the best.
        const top = Math.min(reach, Math.max(-reach, conditional));
        if (top === conditional) within++;
        const wanted = 0.5 * own * ((pull / own) ** 2 - (top - conditional) ** 2);
        const at = 3 * row + j;
        expect(Math.abs((gain.data[at] ?? 0) - wanted)).toBeLessThan(0.05 + 0.01 * Math.abs(wanted));
        const found = ((best.data[at] ?? 0) - (centre[j] ?? 0)) / (deviation[j] ?? 1);
        expect(Math.abs(found - top)).toBeLessThan(0.1 / Math.sqrt(own));
      });
    }
    expect(within).toBeGreaterThan(20);
  });

  test("the top of a line is hardly above its values, however near two of them are", () => {
    const top = topOf({ at: [-0.5, 0, 0.5], logs: Float64Array.of(-1, 0, -0.8) });
    expect(top.log).toBeGreaterThan(0);
    for (const near of [1e-17, 1e-9, 1e-3]) {
      const { value, log } = topOf({ at: [-0.5, -near, 0, 0.5], logs: Float64Array.of(-1, -1e-4, 0, -0.8) });
      expect([value, log]).toEqual([0, 0]);
    }
  });

  test("blames the cell that was changed", () => {
    const typical = tensor(
      [0, 1, 2].map((j) => centre[j] ?? 0),
      { shape: [1, 3], dtype: "float64" },
    );
    for (const j of [0, 1, 2]) {
      const changed = Float64Array.from(
        typical.data,
        (value, i) => value + (i === j ? 4 * (deviation[i] ?? 1) : 0),
      );
      const { gain } = cellGains(model, tensor(changed, { shape: [1, 3] }));
      expect(gain.data.indexOf(Math.max(...gain.data))).toBe(j);
    }
  });
});

test.each<[string, () => unknown]>([
  [
    "logDensity: x has shape [2, 2], and the model 3 columns: a, b, c",
    () =>
      logDensity(
        model,
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ),
  ],
  ["logDensity: x is NaN at [0, 1]", () => logDensity(model, tensor([[1, Number.NaN, 2]]))],
  ["logDensity: batch is 0", () => logDensity(model, x, { batch: 0 })],
  ["cellGains: values is 4; it is from 5", () => cellGains(model, x, { values: 4 })],
])("%s", (message, attempt) => {
  expect(attempt).toThrow(message);
});
