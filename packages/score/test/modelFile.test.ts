import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { type Tensor, type Tree, tensor, tree, zeros } from "@scoretape/autograd";
import { read, write } from "@scoretape/autograd/safetensors";
import {
  type LoadedModel,
  loadModel,
  loadTraining,
  ModelError,
  saveModel,
  type TrainedModel,
} from "@scoretape/score/model";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { descriptionSchema } from "../src/model/description.ts";
import { descriptionSchema1, metadataSchema1 } from "../src/model/version1.ts";
import { metadataSchema } from "../src/model/version2.ts";
import {
  type Forgeries,
  forgeries,
  forgeries1,
  metadataForgeries,
  metadataForgeries1,
} from "./support/forgeries.ts";
import { runs } from "./support/runs.ts";
import { fieldOf, leavesOf, objectsOf, replaced } from "./support/schemas.ts";

type Texts = Readonly<Record<string, string>>;
type Arrays = Readonly<Record<string, Tensor>>;
/** A model of some version with something else in it, and a right checksum. */
type Forge = (change: { description?: unknown; texts?: Texts; arrays?: Arrays }) => () => LoadedModel;

const fixture = (path: string): Uint8Array => readFileSync(new URL(`fixtures/${path}`, import.meta.url));
const sha256 = (...parts: readonly (string | Uint8Array)[]): string =>
  parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest("hex");

const bytes = fixture("version2/model.safetensors");
const content = read(bytes);
const described: unknown = JSON.parse(content.metadata.description ?? "");

/** After the page of the format. */
function sealed(texts: Texts, arrays: Arrays): Buffer {
  const file = Buffer.from(write({ tensors: arrays, metadata: { ...texts, checksum: "0".repeat(64) } }));
  const at = file.indexOf(`"checksum":"${"0".repeat(64)}"`) + '"checksum":"'.length;
  file.write(sha256(file), at);
  return file;
}

const forge: Forge =
  ({ description = described, texts = {}, arrays = content.tensors }) =>
  () =>
    loadModel(sealed({ ...content.metadata, description: JSON.stringify(description), ...texts }, arrays));

const content1 = read(fixture("version1/pair/model.safetensors"));
const text1 = Buffer.from(fixture("version1/pair/model.json")).toString();
const described1: unknown = JSON.parse(text1);

function checksum1(texts: Texts, arrays: Arrays): string {
  const sorted = <T>(members: Readonly<Record<string, T>>): [string, T][] =>
    Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1));
  return sha256(
    ...sorted(texts).flatMap(([key, text]) => (key === "checksum" ? [] : [JSON.stringify([key, text])])),
    ...sorted(arrays).flatMap(([name, { shape, data }]) => [
      JSON.stringify([name, shape]),
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    ]),
  );
}

const forge1: Forge =
  ({ description = described1, texts = {}, arrays = content1.tensors }) =>
  () => {
    const { format: _, version: __, identity: ___, steps: ____, ...what } = { ...Object(description) };
    const untouched = fieldOf(described1, "identity") === fieldOf(description ?? {}, "identity");
    const identity = sha256(JSON.stringify(what));
    const told = untouched ? replaced(description, "identity", identity) : description;
    const all = { ...content1.metadata, training: identity, ...texts };
    return loadModel(
      write({ tensors: arrays, metadata: { ...all, checksum: texts.checksum ?? checksum1(all, arrays) } }),
      { description: JSON.stringify(told) },
    );
  };

/** That loading fails as a damaged model does: with one line that the pattern matches. */
function expectRefused(load: () => LoadedModel, message: RegExp | string, what = ""): void {
  let error: unknown;
  try {
    load();
  } catch (thrown) {
    error = thrown;
  }
  expect(error, what).toBeInstanceOf(ModelError);
  const told = error instanceof Error ? error.message : "";
  expect(told, what).toMatch(/^loadModel: [^\n]{1,400}; the model is damaged, get or train it anew$/);
  expect(told, what).toMatch(message);
}

const show = (value: unknown): string => inspect(value).slice(0, 60);

test("what is saved is loaded, to the last bit, and saved to the same bytes", () => {
  const { description, state } = loadTraining(bytes);
  const saved = saveModel(description, state);
  expect(Buffer.from(saved).equals(bytes)).toBe(true);
  const again = loadTraining(saved);
  const texts = ({ moments: _, ...text }: LoadedModel["description"]): unknown => text;
  expect(texts(again.description)).toEqual(texts(description));
  const arrays = ({ moments }: LoadedModel["description"]): unknown =>
    Object.entries(moments ?? {}).map(([name, x]) => [name, x.toArray()]);
  expect(arrays(again.description)).toEqual(arrays(description));
  const told = ({ history, step, best, ...parts }: TrainedModel["state"]): unknown => [
    history,
    step,
    [best?.step, best?.loss],
    Object.entries<Tree>({ ...parts, best: best?.parameters ?? [] }).map(([name, part]) => [
      name,
      tree.structureOf(part),
      tree.leaves(part).map(({ shape, dtype, data }) => [shape, dtype, ...data]),
    ]),
  ];
  expect(told(again.state)).toEqual(told(state));
});

describe("a damaged file", () => {
  test("cut short at any byte is refused", () => {
    for (let length = 0; length < bytes.length; length += 7) {
      expect(() => loadModel(bytes.subarray(0, length)), `${length} bytes`).toThrow(ModelError);
    }
  });

  test("with any byte changed is refused", () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = Uint8Array.from(bytes);
        damaged[at] = (damaged[at] ?? 0) ^ change;
        expect(() => loadModel(damaged)).toThrow(ModelError);
      }),
      runs(500),
    );
  });
});

describe.each([
  { version: 1, schema: descriptionSchema1, table: forgeries1, forged: forge1, original: described1 },
  { version: 2, schema: descriptionSchema, table: forgeries, forged: forge, original: described },
])("a forged description of version $version", ({ schema, table, forged, original }) => {
  test("is none without a forgery", () => {
    expect(forged({})().description.columns).toEqual(["length", "width, in mm"]);
  });

  test("has forgeries of every field of the schema", () => {
    expect(Object.keys(table).sort()).toEqual(leavesOf(schema));
  });

  test.each(Object.entries(table))("%s may be nothing else than it says", (path, values) => {
    for (const value of values) {
      expectRefused(forged({ description: replaced(original, path, value) }), "", show(value));
    }
    if (fieldOf(original, path) !== undefined && !["data.path"].includes(path)) {
      const parent = path.split(".").slice(0, -1).join(".");
      const told = path.startsWith("data.kind") ? "" : path;
      expectRefused(forged({ description: replaced(original, path, undefined) }), told || parent);
    }
  });

  test.each(objectsOf(schema))("the object %j is one, and has no other field", (path) => {
    for (const value of [null, 1, "a", [1], true]) {
      expectRefused(
        forged({ description: path === "" ? value : replaced(original, path, value) }),
        "",
        show(value),
      );
    }
    const field = path === "" ? "extra" : `${path}.extra`;
    let nested = "1";
    for (let i = 0; i < 3000; i++) nested = `[${nested}]`;
    expectRefused(
      forged({ description: replaced(original, field, JSON.parse(nested)) }),
      `${field} is no field`,
    );
  });
});

describe.each([
  { version: 1, schema: metadataSchema1, table: metadataForgeries1, forged: forge1 },
  { version: 2, schema: metadataSchema, table: metadataForgeries, forged: forge },
])("forged texts of version $version", ({ schema, table, forged }) => {
  test("have forgeries of every field of the schema", () => {
    expect(Object.keys(table).sort()).toEqual(leavesOf(schema));
  });

  test.each(Object.entries<Forgeries[string]>(table))(
    "%s may be nothing else than it says",
    (name, values) => {
      for (const value of values) {
        // A checksum of one's own is not replaced by the right one.
        if (name === "checksum") continue;
        expectRefused(forged({ texts: { [name]: String(value) } }), "", show(value));
      }
    },
  );

  test("no other text is taken", () => {
    expectRefused(forged({ texts: { extra: "1" } }), "extra is no field");
  });
});

test("a checksum that is another, or none, is refused", () => {
  for (const value of metadataForgeries.checksum ?? []) {
    const file = write({
      tensors: content.tensors,
      metadata: { ...content.metadata, checksum: String(value) },
    });
    expectRefused(() => loadModel(file), /checksum/, show(value));
    expectRefused(forge1({ texts: { checksum: String(value) } }), /checksum/, show(value));
  }
  const { checksum: _, ...without } = content.metadata;
  expectRefused(() => loadModel(write({ tensors: content.tensors, metadata: without })), /checksum/);
});

describe.each([
  { version: 1, arrays: content1.tensors, forged: forge1 },
  { version: 2, arrays: content.tensors, forged: forge },
])("forged arrays of version $version", ({ arrays, forged }) => {
  const names = Object.keys(arrays);

  /** Errors name the average by its one name. */
  const told = (name: string): string => name.replace("average.average.", "averaged.");
  const withArray = (name: string, x: Tensor): (() => LoadedModel) =>
    forged({ arrays: { ...arrays, [name]: x } });

  test.each(names)("%s has one shape and one dtype, and is there", (name) => {
    const x = arrays[name] ?? zeros([]);
    const { [name]: _, ...others } = arrays;
    if (!name.startsWith("average.average.")) {
      expectRefused(forged({ arrays: others }), /has no array|numbers$|numbers;|has an array best/);
    }
    expectRefused(withArray(name, tensor(x.data, { shape: [...x.shape, 1] })), told(name));
    expectRefused(withArray(name, zeros([...x.shape.slice(0, -1), 7])), told(name));
    const other = x.dtype === "float32" ? "float64" : "float32";
    expectRefused(withArray(name, tensor(x.data, { shape: x.shape, dtype: other })), told(name));
    expectRefused(withArray(name, zeros(x.shape, { dtype: "uint32" })), told(name));
  });

  test.each(names.filter((name) => name !== "history.validation"))("%s is finite", (name) => {
    const x = arrays[name] ?? zeros([]);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const data = Float64Array.from(x.data);
      data[data.length - 1] = bad;
      expectRefused(withArray(name, tensor(data, { shape: x.shape, dtype: x.dtype })), told(name));
    }
  });

  test("steps are the training's, squares are not negative, validations come in order", () => {
    for (const name of ["optimizer.1.step", "average.step"]) {
      expectRefused(withArray(name, tensor(7)), `${name} is 7; it must be 6`);
    }
    const squares = arrays["optimizer.1.meanSquare.0.bias"] ?? zeros([]);
    const negative = tensor([...squares.data].map((value) => -1 - value));
    expectRefused(withArray("optimizer.1.meanSquare.0.bias", negative), "must be at least 0");
    for (const steps of [[-1], [7], [2.5], [Number.NaN], [3, 3], [4, 3]]) {
      const pairs = Float64Array.from(steps.flatMap((step) => [step, 1]));
      expectRefused(
        withArray("history.validation", tensor(pairs, { shape: [steps.length, 2] })),
        "history.validation",
      );
    }
  });

  test.runIf("best.step" in arrays)("the best step is one with a validation loss", () => {
    for (const step of [1, -1, 2.5]) {
      expectRefused(
        withArray("best.step", tensor(Float64Array.of(step), { shape: [] })),
        `best.step is ${step}`,
      );
    }
  });

  test.runIf("moments.axes" in arrays)("moments are a normal distribution's", () => {
    expectRefused(withArray("moments.deviation", tensor(Float64Array.of(1, 0))), "must be above 0");
    const skew = tensor(Float64Array.of(1, 0.1, 0, 1), { shape: [2, 2] });
    expectRefused(withArray("moments.axes", skew), "not orthonormal");
  });

  test("no other array is taken", () => {
    expectRefused(
      withArray("parameters.3.weight", zeros([2, 2])),
      "parameters.3.weight, which no such model has",
    );
    expectRefused(withArray("__proto__x", zeros([])), "__proto__x");
  });
});

test("nesting without end does not overflow the stack", () => {
  const deep = "[".repeat(200_000) + "]".repeat(200_000);
  for (const path of ["columns", "settings", "settings.loss", "network.hidden", "units", "data"]) {
    const description = JSON.stringify(replaced(described, path, "here")).replace('"here"', deep);
    expectRefused(forge({ texts: { description } }), path);
  }
});

test("what version 1 said of the optimiser's nesting is not needed", () => {
  for (const optimizer of ["", "null", "[".repeat(200_000) + "]".repeat(200_000)]) {
    expect(forge1({ texts: { optimizer } })().state?.optimizer).toHaveLength(2);
  }
});

describe("what is no model of ours", () => {
  test("a later version says so", () => {
    expect(forge({ texts: { version: "3" } })).toThrow(
      /of version 3, and this program reads versions 1 to 2; update/,
    );
    for (const version of ["", "0", "two", "2.0", "-1"])
      expectRefused(forge({ texts: { version } }), /version/);
  });

  test("arrays of another program, other files, and other values are told apart", () => {
    expect(() => loadModel(write({ tensors: { w: zeros([2]) } }))).toThrow(
      /no model; give one that scoretape/,
    );
    expect(forge({ texts: { format: "another" } })).toThrow(/no model; give one that scoretape/);
    expect(() => loadModel(Buffer.from("a,b\n1,2\n3,4\n"))).toThrow(/^loadModel: .* damaged or no model/);
    for (const value of [undefined, null, "model.safetensors", [1, 2], new Float32Array(8)]) {
      expect(() => Reflect.apply(loadModel, undefined, [value])).toThrow(
        /^loadModel: bytes are no Uint8Array/,
      );
    }
  });
});
