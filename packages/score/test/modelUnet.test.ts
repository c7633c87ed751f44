import { js, mul, random, type Tensor, tensor, tree } from "@scoretape/autograd";
import { read, write } from "@scoretape/autograd/safetensors";
import { selected, train } from "@scoretape/score";
import {
  describe as describeTraining,
  fingerprint,
  keysOf,
  loadModel,
  loadTraining,
  ModelError,
  modelOf,
  samplingSteps,
  saveModel,
  standardized,
  trainingOf,
} from "@scoretape/score/model";
import { beforeAll, describe, expect, test } from "vitest";
import { sealed } from "../src/model/checksum.ts";
import { descriptionSchema } from "../src/model/description.ts";
import { ofUnet } from "./support/forgeries.ts";
import { leavesOf, replaced } from "./support/schemas.ts";

// Images of 4 × 3 pixels: bright ones, and dark ones.
const n = 60;
const columns = Array.from({ length: 12 }, (_, i) => `pixel ${i}`);
const noise = random.normal(random.key(0), [n, 12], { dtype: "float64" });
const values = tensor(
  noise.data.map((z, i) => (Math.floor(i / 12) % 2 === 0 ? 0.6 : -0.6) + 0.1 * z),
  { shape: [n, 12] },
);
const labels = tensor(Uint32Array.from({ length: n }, (_, i) => i % 2));
const origin = {
  data: { kind: "file", name: "images", rows: n, sha256: fingerprint({ columns, values }) },
  columns,
  values,
  set: null,
  image: [4, 3, 1],
  classes: ["bright", "dark"],
} as const;
const wishes = { steps: 120, channels: [8, 8], batch: 32, levels: 8 };
const description = describeTraining(origin, wishes);
const training = trainingOf(description, values, labels);

function drawn(model: Parameters<typeof samplingSteps>[0], count: number, options: object = {}): Tensor {
  const walk = samplingSteps(model, random.key(5), count, options);
  let step = walk.next();
  while (step.done !== true) step = walk.next();
  return step.value;
}

const brightness = (x: Tensor, row: number): number =>
  [...x.data.subarray(12 * row, 12 * row + 12)].reduce((sum, value) => sum + value, 0) / 12;

describe("a model that is a U-Net", () => {
  let model: ReturnType<typeof loadModel>;
  let bytes: Uint8Array;
  beforeAll(async () => {
    const state = await train(training);
    bytes = saveModel(description, state);
    model = loadModel(bytes);
    const fresh = modelOf(description, selected(state));
    expect([...fresh.sample(random.key(1), 3).data]).toEqual([...model.sample(random.key(1), 3).data]);
  });

  test("is what images get, with no moments and the levels of its samples", () => {
    expect(description.network).toEqual({ kind: "unet", channels: [8, 8], block: 1, features: 64 });
    expect(description.moments).toBeUndefined();
    expect(model.sigmas.length).toBe(8);
    expect([model.sigmas[0], model.sigmas.at(-1)]).toEqual([30, 0.015]);
    expect(describeTraining(origin, { network: "mlp" }).network.kind).toBe("preconditioned-mlp");
    const { image: _, ...rows } = origin;
    expect(() => describeTraining(rows, { network: "unet" })).toThrow(
      /^describe: network unet is for images/,
    );
  });

  test("draws the same again, whatever was asked of it in between", () => {
    const asked = [{}, { guidance: 2 }, { guidance: 0, label: 1 }, { guidance: 2, label: 1 }];
    const all = (): string[] => asked.map((options) => drawn(model, 4, options).data.join());
    const first = all();
    expect(new Set(first).size).toBe(4);
    expect(all()).toEqual(first);
    expect(modelOf(description, model.parameters).conditionalScore).not.toBe(model.conditionalScore);
    expect(drawn(modelOf(description, model.parameters), 4).data.join()).toBe(first[0]);
    const other = modelOf(
      description,
      tree.map((leaf) => mul(0.5, leaf), model.parameters),
    );
    expect(drawn(other, 4).data.join()).not.toBe(first[0]);
  });

  test("names the image that leaves the finite numbers", () => {
    const away = { ...model, conditionalScore: (x: Tensor) => mul(Number.NaN, x) };
    expect(() => drawn(away, 2)).toThrow(
      /^samplingSteps: row 0 is NaN in coordinate 0 after step 1 of 8 \(sigma 30\), from \[[^\]]*\]; take less guidance/,
    );
  });

  test("draws the classes in turn, or the one that is asked for", () => {
    const bright = (x: Tensor): boolean[] => [0, 1, 2, 3].map((row) => brightness(x, row) > 0);
    expect(bright(drawn(model, 4))).toEqual([true, false, true, false]);
    expect(bright(drawn(model, 4, { label: 1 }))).toEqual([false, false, false, false]);
    expect(bright(drawn(model, 4, { label: 0, guidance: 1 }))).toEqual([true, true, true, true]);
  });

  test("draws samples like the data, fewer being the first of more, whatever runs them", () => {
    const more = drawn(model, 5);
    expect([...drawn(model, 2).data]).toEqual([...more.data.subarray(0, 24)]);
    const slow = drawn(model, 2, { backend: js });
    slow.data.forEach((value, i) => {
      expect(Math.abs(value - (more.data[i] ?? Number.NaN))).toBeLessThan(1e-3);
    });
    const many = drawn(model, 200);
    const means = Array.from({ length: 200 }, (_, row) => brightness(many, row));
    const rows = standardized(description.standardization, values);
    const truth = Array.from({ length: n }, (_, row) => brightness(rows, row));
    const of = (x: readonly number[], parity: number): number => {
      const own = x.filter((_, i) => i % 2 === parity);
      return own.reduce((sum, value) => sum + value, 0) / own.length;
    };
    for (const parity of [0, 1]) expect(Math.abs(of(means, parity) - of(truth, parity))).toBeLessThan(0.15);
  });

  test("goes on training to the same bits", async () => {
    const whole = await train({ ...training, steps: 8 });
    const half = await train({ ...training, steps: 4 });
    const saved = loadTraining(saveModel(description, half)).state;
    const resumed = await train({ ...training, steps: 8, resume: saved });
    expect(tree.leaves(resumed.parameters).map(({ data }) => [...data])).toEqual(
      tree.leaves(whole.parameters).map(({ data }) => [...data]),
    );
    expect(keysOf(0).training.data).toEqual(training.key.data);
  });

  test.each([
    ["label is 2; classes run from 0 to 1", { label: 2 }],
    ["label is 0.5", { label: 0.5 }],
    ["guidance is -1", { guidance: -1 }],
  ])("%s is refused", (message, options) => {
    expect(() => drawn(model, 1, options)).toThrow(`samplingSteps: ${message}`);
  });

  test("needs the labels of its rows, and one without classes takes none", () => {
    expect(() => trainingOf(description, values)).toThrow(/^trainingOf: the network is told classes; give/);
    const { classes: _, ...unnamed } = origin;
    const plain = describeTraining(unnamed, wishes);
    const parameters = trainingOf(plain, values).model.init(random.key(0));
    expect(() => drawn(modelOf(plain, parameters), 1, { label: 0 })).toThrow(/the model was told no classes/);
    expect(drawn(modelOf(plain, parameters), 2).shape).toEqual([2, 12]);
  });

  test.each(Object.entries(ofUnet))("%s may be nothing else than it says", (path, forged) => {
    expect(leavesOf(descriptionSchema)).toContain(path);
    const { tensors, metadata } = read(bytes);
    for (const value of [...forged, undefined]) {
      const told = JSON.stringify(replaced(JSON.parse(metadata.description ?? ""), path, value));
      const { checksum: _, ...texts } = metadata;
      expect(() => loadModel(sealed({ tensors, metadata: { ...texts, description: told } }))).toThrow(
        ModelError,
      );
    }
    expect(() => loadModel(write({ tensors, metadata }))).not.toThrow();
  });
});
