import { checkOptions, kindOf } from "@scoretape/autograd";
import { onnx, type Signature, stableHlo } from "@scoretape/autograd/export";
import { checkCount, checkPositive } from "../check.ts";
import type { Model } from "../model/model.ts";
import { checkGuidance, samplingDefaults } from "../model/sampling.ts";
import { denoiseFunction, type ModelFunction, sampleFunction, scoreFunction } from "./functions.ts";
import { type Metadata, metadataOf } from "./metadata.ts";
import type { FloatType } from "./units.ts";

/** What of a model is exported: its score, its denoiser, or its sampler. */
export type ExportedPart = "score" | "denoise" | "sample";

/** How a function of a model is exported. */
export interface ExportFunctionOptions {
  /** `score` unless said. */
  readonly what?: ExportedPart;
  /** `onnx` unless said. */
  readonly format?: "onnx" | "stablehlo";
  /** How many samples, and the rows of a function of StableHLO, whose shapes are fixed; 1000 unless said. */
  readonly count?: number;
  /** What points and results are in, in the data's own units; `float32`, which every engine has, unless said. */
  readonly dtype?: FloatType;
  /** Of a model that was told classes: the number of the one of all rows, from 0; the class of each is an input unless said. */
  readonly label?: number;
  /** w ≥ 0, how far images are guided to be like their class; see `classifierFreeGuidance`; 0 unless said. */
  readonly guidance?: number;
  /** Of `sample`: as `samplingSteps` has it. */
  readonly stepsPerLevel?: number;
  /** Of `sample`: as `samplingSteps` has it. */
  readonly stepSize?: number;
}

/** A function of a model for another engine. */
export interface ExportedFunction {
  /** The file's content: a model of ONNX as bytes, a module of StableHLO as a text. */
  readonly content: Uint8Array<ArrayBuffer> | string;
  /** Inputs and results; the size of a batch, where it is open, is the text `batch`. */
  readonly signature: Signature<number | string>;
  /**
   * What the file tells of itself, most of it JSON: `version`, `what`, `columns`, their `units`, the `deviations` that σ is a
   * multiple of, the largest and the smallest σ that was learned, and `schema`, `classes`, `image`, `target`, `given` where the
   * model has them.
   */
  readonly metadata: Metadata;
}

const parts: readonly string[] = ["score", "denoise", "sample"] satisfies readonly ExportedPart[];

/**
 * A function of a model as a file that runs without this package: in ONNX Runtime and what else reads ONNX, or in XLA. All in
 * the data's own units, and for tables of several kinds in the coordinates of their encoder (`encodedRows`), of which the
 * metadata have the schema.
 *
 * | what | inputs | results |
 * |---|---|---|
 * | `score` | `x` [n, d], `sigma` [n] | `score` [n, d] = ∇ₓ log p_σ(x), that of `model.score` |
 * | `denoise` | `x` [n, d], `sigma` [n] | `mean` [n, d], the posterior mean of what x was without its noise, and but for images `deviation` [n, d]; as `denoise` |
 * | `sample` | `seed` uint32 [2], the low and the high 32 bits of a seed | `samples` [count, d], those that `model.sample` draws from `keysOf(seed).sampling`, up to rounding |
 *
 * σ is in units of the data's standard deviation in each column. A model that was told classes has an input `class`, uint32 [n],
 * of which the number of classes means none; one of a target has x of the target's columns and an input `given` [n, k].
 *
 * The same model has the same bytes. Samples have loops, one over levels and one over steps, and no checks: a chain that leaves
 * the finite numbers is NaN. More samples than chains run side by side (2000 rows, 100 images) are drawn in whole batches.
 *
 * @throws RangeError when an option is out of its range, or is none of this model's; when float32 has too few digits for a column
 *
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { loadModel } from "@scoretape/score/model";
 * import { exportFunction } from "@scoretape/score/export";
 *
 * const model = loadModel(await readFile("packages/score/test/fixtures/version2/model.safetensors"));
 * const { signature, metadata } = exportFunction(model, { what: "score" });
 * console.log(signature.inputs.map(({ name, shape }) => `${name} ${shape}`).join("; ")); // x batch,2; sigma batch
 * console.log(metadata.columns); // ["length","width, in mm"]
 * ```
 */
export function exportFunction(model: Model, options: ExportFunctionOptions = {}): ExportedFunction {
  const name = "exportFunction";
  checkOptions(name, options, {
    what: "any",
    format: "any",
    count: "number",
    dtype: "any",
    label: "number",
    guidance: "number",
    stepsPerLevel: "number",
    stepSize: "number",
  });
  if (typeof model?.standardScore !== "function") {
    throw new TypeError(
      `${name}: the model is ${kindOf(model)}; give one that loadModel or modelOf has made`,
    );
  }
  const { what = "score", format = "onnx", count = 1000, dtype = "float32", label, guidance } = options;
  const { stepsPerLevel, stepSize } = { ...samplingDefaults(model), ...options };
  checkChoice("what", what, parts);
  checkChoice("format", format, ["onnx", "stablehlo"]);
  checkChoice("dtype", dtype, ["float32", "float64"]);
  checkCount(name, count, "count");
  checkCount(name, stepsPerLevel, "stepsPerLevel");
  checkPositive(name, stepSize, "stepSize");
  const { classes = [], network } = model.description;
  checkGuidance(name, { label, guidance }, network.kind === "unet" ? classes.length : 0);
  const how = { dtype, label, guidance, count, stepsPerLevel, stepSize };
  const functions: Readonly<Record<ExportedPart, () => ModelFunction>> = {
    score: () => scoreFunction(name, model, count, how),
    denoise: () => denoiseFunction(name, model, count, how),
    sample: () => sampleFunction(name, model, how),
  };
  const { apply, args, inputs, outputs, columns } = functions[what]();
  const steps = what === "sample" && network.kind !== "unet" && model.sampleGiven === undefined;
  const metadata = metadataOf(model, what, columns, {
    ...(label === undefined ? {} : { class: classes[label] }),
    ...(guidance === undefined ? {} : { guidance }),
    ...(steps ? { stepsPerLevel, stepSize } : {}),
  });
  if (format === "stablehlo") {
    const { text, signature } = stableHlo(apply, [...args], { inputs, outputs });
    // A class may be called what ends a line.
    const told = (value: string): string => (/[\n\r]/.test(value) ? JSON.stringify(value) : value);
    const lines = Object.entries(metadata).map(([key, value]) => `// ${key}: ${told(value)}\n`);
    return { content: lines.join("") + text, signature, metadata };
  }
  const batch = what === "sample" ? {} : { batch: inputs.map((_, i) => i) };
  const { bytes, signature } = onnx(apply, [...args], { inputs, outputs, ...batch, metadata });
  return { content: bytes, signature, metadata };
}

function checkChoice(what: string, value: string, choices: readonly string[]): void {
  if (choices.includes(value)) return;
  throw new RangeError(`exportFunction: ${what} is ${kindOf(value)}; it is one of ${choices.join(", ")}`);
}
