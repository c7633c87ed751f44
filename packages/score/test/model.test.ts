import { readFileSync } from "node:fs";
import { cast, div, random, sub, type Tensor, take, tensor } from "@scoretape/autograd";
import { resemblance, slicedWasserstein } from "@scoretape/score";
import {
  checkDescription,
  type Description,
  keysOf,
  loadModel,
  loadTraining,
  restored,
  rounded,
  samplingSteps,
  saveModel,
  unitsOf,
} from "@scoretape/score/model";
import { describe, expect, test } from "vitest";

const fixture = (name: string): Buffer => readFileSync(new URL(`fixtures/version2/${name}`, import.meta.url));
const model = loadTraining(fixture("model.safetensors"));
const { mean, deviation } = model.description.standardization;
const { sampling } = keysOf(4);

/** The largest difference, as a share of the largest magnitude of the second. */
function distance(a: Tensor, b: Tensor): number {
  const largest = Math.max(...b.data.map(Math.abs));
  return Math.max(...a.data.map((value, i) => Math.abs(value - (b.data[i] ?? Number.NaN)))) / largest;
}

test("columns whose spread is no number, or vanishes beside it, are refused by name", () => {
  const rows = (values: number[][]) => ({
    columns: ["a", "b"],
    values: tensor(values, { dtype: "float64" }),
    set: null,
  });
  const refused = (spread: number): (() => unknown) => {
    const column = [0, spread];
    return () => unitsOf(rows(column.map((value, i) => [i, value])));
  };
  expect(refused(1e-200)).toThrow("unitsOf: column 2 (b) has standard deviation 0; rescale it");
  expect(refused(1e200)).toThrow("unitsOf: column 2 (b) has standard deviation Infinity; rescale it");
});

describe("the score of a model", () => {
  const x = tensor([
    [100, -5000],
    [97, -4980],
  ]);
  const z = cast(div(sub(x, tensor(mean)), tensor(deviation)), "float32");

  test("is that of standardised points per unit of each column, at the smallest noise level unless said", () => {
    expect(distance(model.score(x), div(model.standardScore(z, 0.1), tensor(deviation)))).toBeLessThan(1e-4);
    expect(distance(model.score(x, 3), div(model.standardScore(z, 3), tensor(deviation)))).toBeLessThan(1e-4);
    expect(distance(model.score(x, 3), model.score(x))).toBeGreaterThan(0.1);
  });

  test("has the dtype of the points, and loses nothing where the columns lie far from 0", () => {
    expect([model.score(x).dtype, model.score(cast(x, "float64")).dtype]).toEqual(["float32", "float64"]);
    const { description, state } = model;
    const far = {
      ...description,
      standardization: { mean: mean.map((value) => value + 1e9), deviation },
    };
    const shifted = tensor(
      Float64Array.from(x.data, (value) => value + 1e9),
      { shape: [2, 2] },
    );
    const moved = loadModel(saveModel(far, state)).score(shifted);
    expect(distance(moved, model.score(cast(x, "float64")))).toBeLessThan(1e-4);
  });

  test("refuses what are no points", () => {
    expect(() => model.score(tensor([1, 2]))).toThrow(/^model\.score: x has shape \[2\]/);
    expect(() => model.score(tensor([[1, Number.NaN]]))).toThrow(/^model\.score: x is NaN/);
    expect(() => model.score(tensor([[1, 2, 3]]))).toThrow(/3.*2|2.*3/);
  });
});

describe("the samples of a model", () => {
  test("are those that the command wrote, digit for digit", () => {
    const lines = fixture("samples.csv").toString().trim().split("\n").slice(1);
    const samples = model.sample(sampling, 5, { stepsPerLevel: 3 });
    expect(samples.toArray()).toEqual(lines.map((line) => line.split(",").map(Number)));
  });

  test("are the steps' in the data's units; fewer are the first of more", () => {
    const options = { stepsPerLevel: 2, stepSize: 0.1 };
    const walk = samplingSteps(model, sampling, 4, options);
    let step = walk.next();
    let breaths = 0;
    for (; step.done !== true; step = walk.next()) breaths++;
    expect(breaths).toBeGreaterThanOrEqual(model.sigmas.length);
    const units = model.description.standardization;
    const samples = model.sample(sampling, 4, options);
    expect(rounded(units, restored(units, step.value)).toArray()).toEqual(samples.toArray());
    expect(model.sample(sampling, 2, options).toArray()).toEqual(take(samples, [0, 1]).toArray());
  });

  test("tell their progress to the end", () => {
    const told: number[] = [];
    model.sample(sampling, 3, {
      stepsPerLevel: 2,
      onStep: ({ step, steps }) => {
        expect(steps).toBe(6);
        told.push(step);
      },
    });
    expect(told).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("refuse what cannot be drawn", () => {
    expect(() => model.sample(sampling, 0)).toThrow(/^samplingSteps: count is 0/);
    expect(() => model.sample(sampling, 1, { stepsPerLevel: 0.5 })).toThrow(/^samplingSteps: stepsPerLevel/);
    const misspelt = [sampling, 1, { stepPerLevel: 3 }];
    expect(() => Reflect.apply(model.sample, model, misspelt)).toThrow(/^samplingSteps: .*stepPerLevel/);
    expect(() => model.sample(sampling, 1, { stepSize: -1 })).toThrow(/^samplingSteps: stepSize is -1/);
    expect(() => model.sample(sampling, 1, { stepSize: 1e30 })).toThrow(/take a smaller step size/);
  });
});

describe("a description", () => {
  const wrong: Description = { ...model.description, columns: ["a", "a"] };

  test("that could not be read is not written", () => {
    const message = "columns is a list; it must be a list in which no name stands twice";
    expect(() => checkDescription(wrong)).toThrow(`checkDescription: ${message}`);
    expect(() => saveModel(wrong, model.state)).toThrow(`saveModel: ${message}`);
    for (const value of [undefined, null, 1, "a", []]) {
      expect(() => Reflect.apply(saveModel, undefined, [value, model.state])).toThrow(/^saveModel: /);
    }
  });

  test("keeps no path that only this machine knows", () => {
    for (const path of ["/home/someone/pair.csv", "C:\\data\\pair.csv"]) {
      const description: Description = {
        ...model.description,
        data: { kind: "file", name: "pair.csv", path, rows: 12, sha256: "0".repeat(64) },
      };
      const { data } = loadModel(saveModel(description, model.state)).description;
      expect(data).toEqual({ kind: "file", name: "pair.csv", rows: 12, sha256: "0".repeat(64) });
    }
  });
});

test("halves of the data are compared by the median over the splits", () => {
  const key = random.key(3);
  const rows = random.normal(random.key(1), [9, 2]);
  const found = resemblance(random.normal(random.key(2), [7, 2]), rows, key);
  const distances = Array.from({ length: 20 }, (_, i) => {
    const order = [...random.permutation(random.foldIn(random.foldIn(key, 4), i), 9).data];
    return slicedWasserstein(take(rows, order.slice(0, 4)), take(rows, order.slice(4)), {
      key: random.foldIn(key, 0),
    });
  });
  const [lower = 0, upper = 0] = Float64Array.from(distances).sort().subarray(9, 11);
  expect(upper).not.toBe(distances[10]);
  expect(found.halves?.slicedWasserstein).toBeCloseTo((lower + upper) / 2, 12);
  expect(found.ratio).toBeCloseTo(found.slicedWasserstein / ((lower + upper) / 2), 12);
});
