import { add, cast, compile, mul, random, type Tensor, tensor } from "@scoretape/autograd";
import { classifierFreeGuidance, denoise, type NoiseConditionalScore } from "@scoretape/score";
import { type ExportFunctionOptions, exportFunction } from "@scoretape/score/export";
import {
  keysOf,
  type Model,
  modelOf,
  restored,
  samplingDefaults,
  samplingSteps,
  standardized,
} from "@scoretape/score/model";
import { describe, expect, test } from "vitest";
import {
  denoiseFunction,
  type ModelFunction,
  sampleFunction,
  scoreFunction,
} from "../src/export/functions.ts";
import { unitsOfColumns } from "../src/model/conditional.ts";
import { principalNetworkOf } from "../src/model/network.ts";
import { numbersOf, regressionIn, residualsOf } from "../src/model/regression.ts";
import { restoredScore } from "../src/model/units.ts";
import { models } from "./support/exportedModels.ts";

type Kind = keyof typeof models;
const how = (kind: Kind) => ({
  dtype: kind === "far from 0" ? ("float64" as const) : ("float32" as const),
  label: undefined,
  guidance: undefined,
});
const kinds = Object.keys(models) as Kind[];
const ofPoints = kinds.filter((kind) => kind !== "target");
const classes = (n: number): Tensor => tensor(Uint32Array.from({ length: n }, (_, i) => i % 3));

/** Points with noise about, in the data's own units, as the function takes them. */
function pointsOf({ description: { columns, standardization } }: Model, names: readonly string[], n: number) {
  const units = unitsOfColumns(
    standardization,
    names.map((name) => columns.indexOf(name)),
  );
  return { units, x: restored(units, mul(1.5, random.normal(random.key(n), [n, names.length]))) };
}

/** The largest difference, in units of the largest number. */
function relative(a: Tensor, b: Tensor): number {
  expect(a.shape).toEqual(b.shape);
  const scale = [...b.data].reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return largest(a, b, () => scale);
}

function largest(a: Tensor, b: Tensor, unit: (i: number) => number): number {
  return [...a.data].reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (b.data[i] ?? Number.NaN)) / unit(i)),
    0,
  );
}

const runnable = ({ apply }: ModelFunction): ((...inputs: Tensor[]) => Tensor[]) =>
  compile((...x: Tensor[]) => apply(...x));
const compiled = (f: ModelFunction, ...inputs: Tensor[]): Tensor[] => runnable(f)(...inputs);

/** The levels at which a model is asked: the largest, the smallest, one between, and another for each row. */
function levelsFor({ sigmas }: Model, n: number): Float32Array[] {
  const [high = 1, low = 1] = [sigmas[0], sigmas.at(-1)];
  const each = Array.from({ length: n }, (_, i) => low + ((high - low) * i) / n);
  return [
    ...[high, low, Math.sqrt(high * low)].map((sigma) => new Float32Array(n).fill(sigma)),
    Float32Array.from(each),
  ];
}

describe.each(ofPoints)("of a model of kind %s", (kind) => {
  const model: Model = models[kind];
  const { description, standardScore, conditionalScore } = model;
  const { columns, standardization: units } = description;
  const options = how(kind);
  const isTold = kind === "classes";
  const told = (n: number): Tensor[] => (isTold ? [classes(n)] : []);
  const scoreOf = (n: number): NoiseConditionalScore =>
    isTold && conditionalScore !== undefined
      ? (z, sigma) => conditionalScore(z, sigma, classes(n))
      : standardScore;

  test.each([1, 3, 50])("the score is that of the library, of %i rows", (n) => {
    const { x } = pointsOf(model, columns, n);
    const given = cast(x, options.dtype);
    const run = runnable(scoreFunction("f", model, n, options));
    for (const levels of levelsFor(model, n)) {
      const sigma = tensor(levels);
      const expected = restoredScore(units, scoreOf(n)(standardized(units, given), sigma));
      const [score = x] = run(given, cast(sigma, options.dtype), ...told(n));
      expect(score.dtype).toBe(options.dtype);
      expect(relative(score, expected)).toBeLessThan(1e-5);
    }
  });

  test("the denoiser has the means, and the deviations of what is no image", () => {
    const n = 20;
    const { x } = pointsOf(model, columns, n);
    const given = cast(x, options.dtype);
    const f = denoiseFunction("f", model, n, options);
    const run = runnable(f);
    const isImage = description.image !== undefined;
    expect(f.outputs).toEqual(isImage ? ["mean"] : ["mean", "deviation"]);
    for (const levels of levelsFor(model, n)) {
      const sigma = tensor(levels);
      const z = standardized(units, given);
      const expected = denoise(scoreOf(n), z, sigma, { standardDeviation: !isImage, backend: "eager" });
      const [mean = x, deviation] = run(given, cast(sigma, options.dtype), ...told(n));
      const own = (i: number): number => units.deviation[i % columns.length] ?? 1;
      const eps = options.dtype === "float32" ? 2 ** -23 : 0;
      const digits = (i: number): number =>
        own(i) + (eps / 1e-5) * Math.abs(units.mean[i % columns.length] ?? 0);
      expect(largest(mean, restored(units, expected.mean), digits)).toBeLessThan(1e-5);
      if (deviation === undefined || expected.standardDeviation === undefined) continue;
      const deviations = mul(
        cast(expected.standardDeviation, "float64"),
        tensor(units.deviation, { dtype: "float64" }),
      );
      // Of a variance near 0 the root is ill-conditioned.
      expect(largest(deviation, deviations, own)).toBeLessThan(1e-3);
    }
  });

  test.each([1, 7])("%i samples are those of the same seed", (count) => {
    const f = sampleFunction("f", model, { ...options, ...samplingDefaults(model), count });
    const [samples = tensor([])] = compiled(f, random.key(7), ...told(count));
    expectSamples(samples, model.sample(keysOf(7).sampling, count), model);
  });
});

function expectSamples(samples: Tensor, expected: Tensor, { description }: Model): void {
  const { mean, deviation } = description.standardization;
  const d = mean.length;
  expect(samples.shape).toEqual(expected.shape);
  const worst = largest(samples, expected, (i) => deviation[i % d] ?? 1);
  expect(worst).toBeLessThan(1e-4);
}

describe("samples", () => {
  const few = { ...how("rows"), stepsPerLevel: 3, stepSize: 0.2 };

  test("of more rows than run side by side have the key of each batch", () => {
    const { rows: model, classes: ofClasses } = models;
    const [samples = tensor([])] = compiled(
      sampleFunction("f", model, { ...few, count: 2003 }),
      random.key(2),
    );
    expectSamples(samples, model.sample(keysOf(2).sampling, 2003, { stepsPerLevel: 3 }), model);
    const f = sampleFunction("f", ofClasses, { ...few, guidance: 0.5, count: 203 });
    const [images = tensor([])] = compiled(f, random.key(2), classes(203));
    expectSamples(images, ofClasses.sample(keysOf(2).sampling, 203, { guidance: 0.5 }), ofClasses);
  });

  test("of a table's coordinates take their steps at narrow levels alone", () => {
    const { description, parameters } = models.rows;
    const schema = description.columns.map((name) => ({ name, kind: "positive" as const }));
    const model = modelOf({ ...description, schema }, parameters);
    const f = sampleFunction("f", model, { ...few, count: 9 });
    const [samples = tensor([])] = compiled(f, random.key(2));
    const expected = model.sample(keysOf(2).sampling, 9, { stepsPerLevel: 3 });
    expectSamples(samples, expected, model);
    expect(expected.data).not.toEqual(models.rows.sample(keysOf(2).sampling, 9, { stepsPerLevel: 3 }).data);
  });

  test("of a large model have the keys of its stretches", () => {
    const model = { ...models.rows, size: 1e5 };
    const walk = samplingSteps(model, keysOf(3).sampling, 5, { stepsPerLevel: 7 });
    let step = walk.next();
    while (step.done !== true) step = walk.next();
    const f = sampleFunction("f", model, { ...few, stepsPerLevel: 7, count: 5 });
    const [samples = tensor([])] = compiled(f, random.key(3));
    expectSamples(samples, restored(model.description.standardization, step.value), model);
    // The stretches are what this test is about.
    const [others = samples] = compiled(
      sampleFunction("f", models.rows, { ...few, stepsPerLevel: 7, count: 5 }),
      random.key(3),
    );
    expect(relative(others, samples)).toBeGreaterThan(1e-3);
  });

  test("of one class need no input for it", () => {
    const model = models.classes;
    const f = sampleFunction("f", model, { ...few, label: 1, guidance: 2, count: 4 });
    expect(f.inputs).toEqual(["seed"]);
    const [samples = tensor([])] = compiled(f, random.key(5));
    expectSamples(samples, model.sample(keysOf(5).sampling, 4, { label: 1, guidance: 2 }), model);
  });
});

test("a class that is the number of classes means none, and guidance is that of classifierFreeGuidance", () => {
  const model = models.classes;
  const { standardization: units, columns } = model.description;
  const { conditionalScore: conditional = model.standardScore } = model;
  const { x } = pointsOf(model, columns, 4);
  const [given, sigma] = [cast(x, "float32"), tensor([0.5, 1, 2, 4])];
  const scoreAt = (label: Tensor, guidance = 0): Tensor =>
    compiled(scoreFunction("f", model, 4, { ...how("classes"), guidance }), given, sigma, label)[0] ?? x;
  const none = tensor([3, 3, 3, 3], { dtype: "uint32" });
  const z = standardized(units, given);
  expect(relative(scoreAt(none), restoredScore(units, model.standardScore(z, sigma)))).toBeLessThan(1e-5);
  const guided = classifierFreeGuidance(conditional, { condition: classes(4), scale: 1.5 });
  expect(relative(scoreAt(classes(4), 1.5), restoredScore(units, guided(z, sigma)))).toBeLessThan(1e-5);
  expect(relative(scoreAt(classes(4)), scoreAt(none))).toBeGreaterThan(1e-3);
});

describe("of a target given other columns", () => {
  const model = models.target;
  const { description, parameters } = model;
  const { target = [], given = [] } = description;
  const targets = pointsOf(model, target, 9);
  const givens = pointsOf(model, given, 9);
  const [x, of] = [targets.x, givens.x].map((points) => cast(points, "float32"));
  const numbers = numbersOf(description);

  test("the score is that of its network, along the regression's axes", () => {
    if (x === undefined || of === undefined || numbers === null) throw new Error("no target");
    const sigma = tensor(new Float32Array(9).fill(0.5));
    const regression = regressionIn(description);
    const told = standardized(givens.units, of);
    const r = cast(residualsOf(regression, standardized(targets.units, x), told), "float32");
    const s = cast(principalNetworkOf(description).apply(parameters, r, 0.5, told), "float64");
    const expected = restoredScore(targets.units, rotated(s, regression.axes));
    const f = scoreFunction("f", model, 9, how("target"));
    expect([f.inputs, f.columns]).toEqual([["x", "sigma", "given"], target]);
    const [score = x] = compiled(f, x, sigma, of);
    expect(relative(score, expected)).toBeLessThan(1e-5);
  });

  test("the denoiser has Tweedie's mean, and a deviation of each column", () => {
    if (x === undefined || of === undefined) throw new Error("no target");
    const sigma = tensor(new Float32Array(9).fill(0.5));
    const [score = x] = compiled(scoreFunction("f", model, 9, how("target")), x, sigma, of);
    const [mean = x, deviation = x] = compiled(denoiseFunction("f", model, 9, how("target")), x, sigma, of);
    const variance = tensor(
      targets.units.deviation.map((value) => (0.5 * value) ** 2),
      { dtype: "float64" },
    );
    const expected = add(cast(x, "float64"), mul(variance, cast(score, "float64")));
    expect(relative(mean, expected)).toBeLessThan(1e-5);
    expect(deviation.shape).toEqual(x.shape);
    // Less is left to be known than there was noise, on the whole.
    const noise = targets.units.deviation.map((value) => 0.5 * value);
    expect(deviation.data.every((value, i) => value >= 0 && value < 3 * (noise[i % noise.length] ?? 0))).toBe(
      true,
    );
  });

  test("samples are draws of its first key for each of the given rows", () => {
    if (of === undefined) throw new Error("no target");
    const f = sampleFunction("f", model, { ...how("target"), ...samplingDefaults(model), count: 9 });
    const [samples = of] = compiled(f, random.key(4), of);
    const expected = model.sampleGiven?.(random.foldIn(keysOf(4).sampling, 0), of, 1);
    if (expected === undefined) throw new Error("no target");
    const { deviation } = targets.units;
    expect(samples.shape).toEqual([9, target.length]);
    expect(largest(samples, expected, (i) => deviation[i % deviation.length] ?? 1)).toBeLessThan(1e-4);
  });
});

/** s·Qᵀ */
function rotated(s: Tensor, axes: Tensor): Tensor {
  const [t = 0] = axes.shape;
  const at = (i: number, j: number): number =>
    Array.from({ length: t }).reduce<number>(
      (sum, _, k) => sum + (s.data[i * t + k] ?? 0) * (axes.data[j * t + k] ?? 0),
      0,
    );
  return tensor(
    Float64Array.from(s.data, (_, i) => at(Math.floor(i / t), i % t)),
    { shape: s.shape },
  );
}

const FLOAT64 = /[x<]f64>/g;

describe("a file", () => {
  const told = (model: Model, options?: ExportFunctionOptions) => {
    const { signature, metadata } = exportFunction(model, options);
    const shown = [...signature.inputs, ...signature.outputs].map(
      ({ name, dtype, shape }) => `${name} ${dtype} [${shape.join(", ")}]`,
    );
    return { shown: shown.join("; "), metadata };
  };

  test.each([
    ["rows", {}, "x float32 [batch, 3]; sigma float32 [batch]; score float32 [batch, 3]"],
    ["rows", { what: "sample", count: 4 }, "seed uint32 [2]; samples float32 [4, 3]"],
    [
      "rows",
      { what: "denoise", format: "stablehlo", count: 4, dtype: "float64" },
      "x float64 [4, 3]; sigma float64 [4]; mean float64 [4, 3]; deviation float64 [4, 3]",
    ],
    [
      "classes",
      {},
      "x float32 [batch, 16]; sigma float32 [batch]; class uint32 [batch]; score float32 [batch, 16]",
    ],
    [
      "classes",
      { label: 0, what: "denoise" },
      "x float32 [batch, 16]; sigma float32 [batch]; mean float32 [batch, 16]",
    ],
    ["classes", { what: "sample", count: 5 }, "seed uint32 [2]; class uint32 [5]; samples float32 [5, 16]"],
    ["target", { what: "sample", count: 5 }, "seed uint32 [2]; given float32 [5, 2]; samples float32 [5, 2]"],
  ] as const)("of %s with %j has its inputs and results", (kind, options, expected) => {
    expect(told(models[kind], options).shown).toBe(expected);
  });

  test("tells what it is", () => {
    const { metadata } = told(models.classes, { what: "sample", label: 1, guidance: 2, count: 3 });
    const { columns, standardization } = models.classes.description;
    expect(metadata).toEqual({
      version: "1",
      what: "sample",
      columns: JSON.stringify(columns),
      deviations: JSON.stringify(standardization.deviation),
      sigmas: JSON.stringify([models.classes.sigmas[0], models.classes.sigmas.at(-1)]),
      image: "[4,4,1]",
      classes: '["bright","dark","grey"]',
      class: "dark",
      guidance: "2",
    });
    expect(told(models.target).metadata).toMatchObject({
      columns: '["column 1","column 3"]',
      given: '["column 0","column 2"]',
    });
    expect(told(models.rows, { what: "sample", stepsPerLevel: 3 }).metadata).toMatchObject({
      stepsPerLevel: "3",
      stepSize: "0.2",
    });
  });

  test("of float32 is of columns within a thousand deviations of 0", () => {
    const { description, parameters } = models.rows;
    const scoreAt = (mean: number) => () =>
      exportFunction(
        modelOf(
          { ...description, standardization: { mean: [mean, 0, 0], deviation: [2, 1, 1] } },
          parameters,
        ),
      );
    expect(scoreAt(-1990)).not.toThrow();
    expect(scoreAt(-2010)).toThrow(
      /column 0 has mean -2010 and standard deviation 2, .* take dtype "float64"/,
    );
  });

  test("a class's name stays in its line of StableHLO", () => {
    const { description, parameters } = models.classes;
    const model = modelOf({ ...description, classes: ["bright", "dark\r\n}", "grey"] }, parameters);
    const { content } = exportFunction(model, { format: "stablehlo", label: 1, count: 1 });
    const lines = String(content).split(/[\n\r]+/);
    expect(lines).toContain('// class: "dark\\r\\n}"');
    expect(lines.find((line) => !line.startsWith("// "))).toMatch(/^"builtin\.module"/);
  });

  test.each([{}, { what: "sample" }, { format: "stablehlo", what: "denoise" }] as const)(
    "with %j has the same bytes every time",
    (options) => {
      const [first, second] = [0, 1].map(() => exportFunction(models.rows, { ...options, count: 3 }).content);
      expect(second).toEqual(first);
      expect(exportFunction(models.energy, { ...options, count: 3 }).content).not.toEqual(first);
    },
  );

  test("of float32 asks no engine for float64", () => {
    for (const kind of kinds.filter((name) => name !== "far from 0")) {
      for (const what of ["score", "denoise", "sample"] as const) {
        const { content } = exportFunction(models[kind], { what, format: "stablehlo", count: 3 });
        expect(String(content).match(FLOAT64) ?? [], `${kind} ${what}`).toEqual([]);
      }
    }
    const { content } = exportFunction(models.rows, { dtype: "float64", format: "stablehlo", count: 3 });
    expect(String(content)).toMatch(FLOAT64);
  });

  test("of StableHLO has its metadata in lines above the module", () => {
    const { content, metadata } = exportFunction(models.rows, { format: "stablehlo", count: 3 });
    const lines = String(content).split("\n");
    expect(lines[0]).toBe("// version: 1");
    expect(lines[Object.keys(metadata).length]).toMatch(/^"builtin.module"/);
  });
});

describe("what cannot be", () => {
  test.each([
    [
      "far from 0",
      {},
      /^exportFunction: column column 0 has mean 1\d+\S* and standard deviation \S+, for which float32 has too few digits; take dtype "float64"$/,
    ],
    ["rows", { label: 0 }, /^exportFunction: the model was told no classes; leave out label and guidance$/],
    ["images", { guidance: 1 }, /told no classes/],
    ["classes", { label: 3 }, /^exportFunction: label is 3; classes run from 0 to 2$/],
    ["classes", { guidance: -1 }, /^exportFunction: guidance is -1; /],
    ["rows", { what: "sample", count: 0 }, /^exportFunction: count is 0; /],
    ["rows", { stepsPerLevel: 1.5 }, /^exportFunction: stepsPerLevel is 1.5; /],
    ["rows", { stepSize: 0 }, /^exportFunction: stepSize is 0; /],
  ] as const)("of %s with %j is refused", (kind, options, message) => {
    expect(() => exportFunction(models[kind], options)).toThrow(message);
  });

  test.each([{ what: "samples" }, { format: "tflite" }, { dtype: "int8" }, { where: 1 }, null, 3])(
    "such as %j is refused by its name",
    (options) => {
      expect(() => Reflect.apply(exportFunction, undefined, [models.rows, options])).toThrow(
        /^exportFunction: /,
      );
    },
  );

  test.each([undefined, null, 3, {}, [], "model"])("such as a model that is %j is refused", (model) => {
    expect(() => Reflect.apply(exportFunction, undefined, [model])).toThrow(/^exportFunction: the model is /);
  });
});
