import { readFileSync } from "node:fs";
import { random, type Tensor, type TreeOf, tensor, tree, zeros } from "@scoretape/autograd";
import { read } from "@scoretape/autograd/safetensors";
import { selected } from "@scoretape/score";
import {
  describe as describeTraining,
  exportModel,
  keysOf,
  loadModel,
  loadTraining,
  type Model,
  ModelError,
  modelOf,
  networkOf,
} from "@scoretape/score/model";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sealed } from "../src/model/checksum.ts";
import { forgeries, metadataForgeries, ofUnet } from "./support/forgeries.ts";
import { runs } from "./support/runs.ts";
import { replaced } from "./support/schemas.ts";

const fixture = (path: string): Buffer => readFileSync(new URL(`fixtures/${path}`, import.meta.url));

const whole = fixture("version2/model.safetensors");
const rows = loadTraining(whole);
const old = loadModel(fixture("version1/pair/model.safetensors"), {
  description: fixture("version1/pair/model.json").toString(),
});
const images = imagesModel();

function imagesModel(): Model {
  const columns = Array.from({ length: 12 }, (_, i) => `pixel ${i}`);
  const values = random.normal(random.key(0), [20, 12], { dtype: "float64" });
  const description = describeTraining(
    {
      data: { kind: "file", name: "images", rows: 20, sha256: "0".repeat(64) },
      ...{ columns, values, set: null, image: [4, 3, 1], classes: ["bright", "dark"] },
    },
    { channels: [8, 8], levels: 3, steps: 5 },
  );
  return modelOf(description, networkOf(description).init(random.key(1)));
}

const drawn = (model: Model): unknown => model.sample(keysOf(4).sampling, 3, { stepsPerLevel: 2 }).toArray();
const numbers = <T extends TreeOf<T>>(parts: T): unknown =>
  tree.leaves(parts).map(({ dtype, shape, data }) => [dtype, shape, ...data]);
const momentsIn = (moments: Model["description"]["moments"]): unknown =>
  moments === undefined ? null : numbers([moments.mean, moments.axes, moments.deviation]);

describe.each([
  ["of rows, with moments", rows],
  ["of version 1", old],
  ["of images and their classes", images],
])("a model %s without its training", (_, model) => {
  const bytes = exportModel(model);
  const small = loadModel(bytes);

  test("draws the same samples, to the bit, and has the same score and description", () => {
    expect(drawn(small)).toEqual(drawn(model));
    const x = zeros([2, model.description.columns.length]);
    expect(small.score(x).toArray()).toEqual(model.score(x).toArray());
    const { moments, ...told } = model.description;
    const { moments: kept, ...read } = small.description;
    expect(read).toEqual({ ...told, data: { ...told.data, path: undefined } });
    expect(momentsIn(kept)).toEqual(momentsIn(moments));
    expect(numbers(small.parameters)).toEqual(numbers(model.parameters));
  });

  test("holds its parameters once, and is exported to the same bytes", () => {
    const { tensors, metadata } = read(bytes);
    const own = Object.entries(tensors).filter(([name]) => !name.startsWith("moments."));
    expect(own.reduce((sum, [, { size }]) => sum + size, 0)).toBe(model.size);
    expect(Object.keys(metadata).sort()).toEqual(["checksum", "description", "format", "version"]);
    expect(Buffer.from(exportModel(small)).equals(bytes)).toBe(true);
  });

  test("cannot be gone on with", () => {
    expect(small.state).toBeNull();
    expect(() => loadTraining(bytes)).toThrow(ModelError);
    expect(() => loadTraining(bytes)).toThrow(
      /^loadModel: [^\n]* without its training, [^\n]*exported from$/,
    );
  });
});

test("the parameters that are kept are those that were selected, not the last ones", () => {
  expect(numbers(loadModel(exportModel(rows)).parameters)).toEqual(numbers(selected(rows.state)));
  expect(numbers(rows.parameters)).not.toEqual(numbers(rows.state.parameters));
});

test("is loaded with its training by loadTraining where that is there", () => {
  expect(loadTraining(whole).state.step).toBe(6);
  expect(drawn(loadTraining(whole))).toEqual(drawn(loadModel(whole)));
});

const bytes = exportModel(rows);
const { tensors, metadata } = read(bytes);
type Change = {
  readonly texts?: Readonly<Record<string, string>>;
  readonly arrays?: Readonly<Record<string, Tensor>>;
};

function expectRefused(
  { texts = {}, arrays = tensors }: Change,
  message: string | RegExp = "",
  what = "",
): void {
  const { checksum: _, ...rest } = metadata;
  const file = sealed({ tensors: arrays, metadata: { ...rest, ...texts } });
  let error: unknown;
  try {
    loadModel(file);
  } catch (thrown) {
    error = thrown;
  }
  expect(error, what).toBeInstanceOf(ModelError);
  expect(String(error), what).toMatch(
    /^ModelError: loadModel: [^\n]{1,400}; the model is damaged, get or train it anew$/,
  );
  expect(String(error), what).toMatch(message);
}

describe("a damaged file without a training", () => {
  test("cut short at any byte, or with any byte changed, is refused", () => {
    for (let length = 0; length < bytes.length; length += 7) {
      expect(() => loadModel(bytes.subarray(0, length)), `${length} bytes`).toThrow(ModelError);
    }
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = Uint8Array.from(bytes);
        damaged[at] = (damaged[at] ?? 0) ^ change;
        expect(() => loadModel(damaged)).toThrow(ModelError);
      }),
      runs(200),
    );
  });

  test("without a forgery is none", () => {
    const { checksum: _, ...texts } = metadata;
    expect(drawn(loadModel(sealed({ tensors, metadata: texts })))).toEqual(drawn(rows));
  });

  test.each(Object.entries(forgeries))("%s may be nothing else than it says", (path, values) => {
    const described: unknown = JSON.parse(metadata.description ?? "");
    for (const value of values) {
      const description = JSON.stringify(replaced(described, path, value));
      // Nothing is at that step in a file without a training.
      if (path === "steps" && value === 5) continue;
      expectRefused({ texts: { description } }, "", description.slice(0, 60));
    }
  });

  test.each(Object.keys(tensors))("%s has one shape and one dtype, is there, and is finite", (name) => {
    const x = tensors[name] ?? zeros([]);
    const { [name]: _, ...others } = tensors;
    expectRefused({ arrays: others }, /has no array|numbers; /);
    const nan = Float64Array.from(x.data).fill(Number.NaN, 0, 1);
    for (const other of [
      tensor(x.data, { shape: [...x.shape, 1] }),
      zeros([...x.shape.slice(0, -1), 7]),
      zeros(x.shape, { dtype: x.dtype === "float32" ? "float64" : "float32" }),
      zeros(x.shape, { dtype: "uint32" }),
      tensor(nan, { shape: x.shape, dtype: x.dtype }),
    ]) {
      expectRefused({ arrays: { ...tensors, [name]: other } }, name);
    }
  });

  test("has no other array, and no other text", () => {
    for (const name of [
      "averaged.0.bias",
      "best.step",
      "history.losses",
      "parameters.3.bias",
      "__proto__x",
    ]) {
      expectRefused({ arrays: { ...tensors, [name]: zeros([1]) } }, `${name}, which no such model has`);
    }
    expectRefused({ texts: { extra: "1" } }, "extra is no field");
    for (const step of [...(metadataForgeries.step ?? []), "0", "6"]) {
      expectRefused({ texts: { step: String(step) } });
    }
  });

  test("is not what a whole one is without its step", () => {
    const full = read(whole);
    const { step: _, checksum: __, ...texts } = full.metadata;
    expect(() => loadModel(sealed({ tensors: full.tensors, metadata: texts }))).toThrow(
      /which no such model has/,
    );
  });
});

test.each(Object.entries(ofUnet))("%s of images may be nothing else than it says", (path, values) => {
  const content = read(exportModel(images));
  const described: unknown = JSON.parse(content.metadata.description ?? "");
  for (const value of [...values, undefined]) {
    const description = JSON.stringify(replaced(described, path, value));
    const { checksum: _, ...texts } = content.metadata;
    expect(() => loadModel(sealed({ ...content, metadata: { ...texts, description } }))).toThrow(ModelError);
  }
});

describe("exportModel", () => {
  const { description, parameters } = rows;

  test("takes a description and parameters", () => {
    expect(Buffer.from(exportModel({ description, parameters })).equals(bytes)).toBe(true);
  });

  test("writes no model that could not be read", () => {
    expect(() => exportModel({ parameters, description: { ...description, columns: ["a", "a"] } })).toThrow(
      /^exportModel: columns is a list; it must be/,
    );
    expect(() => exportModel({ description, parameters: images.parameters })).toThrow(
      /^exportModel: it has no array parameters\.0\.bias; give a model, or parameters that networkOf/,
    );
    const infinite = tree.map(
      ({ shape, size }) => tensor(new Float32Array(size).fill(Number.POSITIVE_INFINITY), { shape }),
      parameters,
    );
    expect(() => exportModel({ description, parameters: infinite })).toThrow(
      /^exportModel: element 0 of parameters\.0\.bias is Infinity/,
    );
  });

  test("refuses what is no model by its own name", () => {
    for (const value of [undefined, null, 1, "a", [], {}, { description }, { parameters }]) {
      expect(() => Reflect.apply(exportModel, undefined, [value])).toThrow(/^exportModel: /);
    }
  });
});
