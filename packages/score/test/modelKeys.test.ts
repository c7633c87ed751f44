import { readFileSync } from "node:fs";
import { type Key, random, type Tensor, tensor } from "@scoretape/autograd";
import { data } from "@scoretape/score";
import {
  cellGains,
  completed,
  describe as describeTraining,
  impute,
  loadModel,
  loadTraining,
  marginalLogDensity,
  measure,
  measureGiven,
  modelOf,
  networkOf,
  samplingSteps,
  trainingOf,
} from "@scoretape/score/model";
import { describe, expect, test } from "vitest";
import { KeyRecorder } from "../../autograd/test/support/keyRecorder.ts";
import { keyTakers } from "../../autograd/test/support/keyTakers.ts";

const set = data.twoModes;
const values = set.sample(random.key(0), 30);
const origin = { data: { kind: "set", name: set.name, rows: 30, sha256: "0".repeat(64) } } as const;
const description = describeTraining(
  { ...origin, columns: set.columns, values, set },
  { hidden: [4], batch: 8, levels: 3, steps: 2 },
);
const model = modelOf(description, networkOf(description).init(random.key(1)));
const told = describeTraining(
  { ...origin, columns: set.columns, values, set },
  { hidden: [4], batch: 8, target: ["x2"] },
);
const ofTarget = modelOf(told, trainingOf(told, values).model.init(random.key(1)));
const score = (x: Tensor): Tensor => model.standardScore(x, 1);
const eager = { stepsPerLevel: 2, backend: "eager" } as const;

const cases: Readonly<Record<string, (key: Key) => unknown>> = {
  "model.cellGains": (key) =>
    cellGains(model, tensor([[1, Number.NaN]]), { key, draws: 2, values: 5, backend: "eager" }),
  "model.completed": (key) => completed(model, tensor([[1, Number.NaN]]), key, { backend: "eager" }),
  "model.impute": (key) =>
    impute(model, tensor([[1, Number.NaN]]), { key, draws: 2, particles: 2, backend: "eager" }),
  "model.loadModel().sample": (key) => loadModel(saved).sample(key, 5, eager),
  "model.loadTraining().sample": (key) => loadTraining(saved).sample(key, 5, eager),
  "model.marginalLogDensity": (key) =>
    marginalLogDensity(model, tensor([[1, Number.NaN]]), { key, draws: 4, backend: "eager" }),
  "model.measure": (key) =>
    measure(model, values, { columns: set.columns, set, training: values, test: values }, key),
  "model.measureGiven": (key) => measureGiven(ofTarget, values, key),
  "model.modelOf().sample": (key) => model.sample(key, 2001, eager),
  "model.networkOf().init": (key) => networkOf(description).init(key),
  "model.samplingSteps": (key) => [...samplingSteps({ ...model, size: 1e9 }, key, 5, eager)],
  "model.trainingOf().model.init": (key) => trainingOf(description, values).model.init(key),
  "model.trainingOf().objective": (key) =>
    trainingOf(description, values).objective(score, tensor([[1, 2]]), key),
};

const saved = readFileSync(new URL("fixtures/version2/model.safetensors", import.meta.url));

test("every function of the subpath that takes a key has a case", () => {
  expect(Object.keys(cases).sort()).toEqual(keyTakers(new URL("../", import.meta.url), "model"));
});

describe("a key is drawn from once, or other keys are made of it", () => {
  test.each(Object.entries(cases))("%s", (_, run) => {
    const recorder = new KeyRecorder();
    run(recorder.key(7));
    // Distances that are compared have the same directions, and values of a cell the same draws of the gaps about it.
    expect(recorder.coincidences({ repeatedBy: ["slicedWasserstein", "drawnAbout"] })).toEqual([]);
    expect(recorder.drawn).toBeGreaterThan(0);
  });
});
