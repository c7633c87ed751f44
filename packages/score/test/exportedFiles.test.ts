import { cast, mul, random, type Tensor, tensor } from "@scoretape/autograd";
import { type ExportedPart, exportFunction, type FloatType } from "@scoretape/score/export";
import { type Model, restored } from "@scoretape/score/model";
import { describe, expect, test } from "vitest";
import { hasModules, runInPython } from "../../autograd/test/support/engines.ts";
import { hasOnnxRuntime, loadOnnx } from "../../autograd/test/support/onnxRuntime.ts";
import {
  denoiseFunction,
  type ModelFunction,
  sampleFunction,
  scoreFunction,
} from "../src/export/functions.ts";
import { models } from "./support/exportedModels.ts";

// The files of a model's functions in the engines that they are for. What the functions are is told by their own test.

const hasOrt = hasOnnxRuntime("exported models in ONNX Runtime");
const hasXla = await hasModules(["jax"], process.env.SCORETAPE_REQUIRE_XLA !== undefined);
if (!hasXla) {
  console.log(
    "exported models in XLA: left out, for python3 cannot import jax; SCORETAPE_REQUIRE_XLA=1 makes that a failure",
  );
}

type Kind = keyof typeof models;
const parts = ["score", "denoise", "sample"] as const;
const kinds = Object.keys(models) as Kind[];
const dtypeOf = (kind: Kind): FloatType => (kind === "far from 0" ? "float64" : "float32");

function functionOf(kind: Kind, what: ExportedPart, count: number): ModelFunction {
  const [model, dtype] = [models[kind] as Model, dtypeOf(kind)];
  const how = {
    ...{ dtype, label: undefined, guidance: undefined },
    count,
    stepsPerLevel: 4,
    stepSize: 0.2,
  } as const;
  if (what === "sample") return sampleFunction("f", model, how);
  return (what === "score" ? scoreFunction : denoiseFunction)("f", model, count, how);
}

/** Inputs of a function: ordinary points, a level for each row. */
function inputsOf(kind: Kind, what: ExportedPart, n: number): Tensor[] {
  const { sigmas, description } = models[kind] as Model;
  const { columns, standardization, given = [] } = description;
  const [high = 1, low = 1] = [sigmas[0], sigmas.at(-1)];
  const ofColumns = (names: readonly string[], seed: number): Tensor => {
    const of = (values: readonly number[]) => names.map((name) => values[columns.indexOf(name)] ?? 0);
    const units = { mean: of(standardization.mean), deviation: of(standardization.deviation) };
    const z = mul(1.5, random.normal(random.key(seed), [n, names.length]));
    return cast(restored(units, z), dtypeOf(kind));
  };
  const levels = Float64Array.from({ length: n }, (_, i) => low * (high / low) ** (i / n));
  const told =
    kind === "classes"
      ? [tensor(Uint32Array.from({ length: n }, (_, i) => i % 4))]
      : given.length > 0
        ? [ofColumns(given, 2)]
        : [];
  if (what === "sample")
    return [random.key(7), ...(kind === "classes" ? [tensor(new Uint32Array(n))] : told)];
  const x = ofColumns(functionOf(kind, what, n).columns, 1);
  return [x, cast(tensor(levels), dtypeOf(kind)), ...told];
}

/** Sees that an engine's results are those of the function, within rounding: of the largest number, or of the data's deviation. */
function expectResults(
  kind: Kind,
  what: ExportedPart,
  inputs: readonly Tensor[],
  results: readonly Tensor[],
): void {
  const [model, n] = [models[kind] as Model, what === "sample" ? results[0]?.shape[0] : inputs[0]?.shape[0]];
  const { columns, apply, outputs } = functionOf(kind, what, n ?? 0);
  const { standardization, columns: all } = model.description;
  const expected = apply(...inputs);
  expect(results.map(({ shape, dtype }) => [shape, dtype])).toEqual(
    expected.map(({ shape, dtype }) => [shape, dtype]),
  );
  for (const [i, name] of outputs.entries()) {
    const [a = [], b = []] = [results, expected].map((list) => [...(list[i]?.data ?? [])]);
    const scale = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const worst = b.reduce((most, value, at) => {
      const column = all.indexOf(columns[at % columns.length] ?? "");
      const unit = name === "score" ? scale : (standardization.deviation[column] ?? 1);
      return Math.max(most, Math.abs(value - (a[at] ?? Number.NaN)) / unit);
    }, 0);
    // Of a variance near 0 the root is ill-conditioned.
    const limit = { score: 1e-5, mean: 1e-4, samples: 1e-4, deviation: 1e-3 }[name] ?? 0;
    expect(worst, `${kind} ${name}`).toBeLessThan(limit);
  }
}

describe.skipIf(!hasOrt)("in ONNX Runtime", () => {
  test.each(kinds.flatMap((kind) => parts.map((what) => [kind, what] as const)))(
    "a model of kind %s has its %s",
    async (kind, what) => {
      const dtype = dtypeOf(kind);
      const options = what === "sample" ? { count: 5, stepsPerLevel: 4 } : {};
      const { content } = exportFunction(models[kind], { what, dtype, ...options });
      if (typeof content === "string") throw new Error("a model of ONNX is no text");
      const run = await loadOnnx(content);
      for (const n of what === "sample" ? [5] : [1, 2, 33]) {
        const inputs = inputsOf(kind, what, n);
        expectResults(kind, what, inputs, await run(inputs));
      }
    },
  );
});

test.skipIf(!hasXla)(
  "XLA has the score, the denoiser and the sampler of a model of every kind",
  async () => {
    const all = kinds.flatMap((kind) =>
      parts.map((what) => ({ kind, what, inputs: inputsOf(kind, what, 5) })),
    );
    const results = await runInPython(
      new URL("../../autograd/test/export/xla.py", import.meta.url),
      all.map(({ kind, what, inputs }) => {
        const steps = what === "sample" ? { stepsPerLevel: 4 } : {};
        const options = { what, format: "stablehlo", count: 5, dtype: dtypeOf(kind), ...steps } as const;
        const { content } = exportFunction(models[kind], options);
        return { program: String(content), inputs };
      }),
      new URL("../../xla", import.meta.url),
    );
    all.forEach(({ kind, what, inputs }, i) => {
      expectResults(kind, what, inputs, results[i] ?? []);
    });
  },
  180_000,
);
