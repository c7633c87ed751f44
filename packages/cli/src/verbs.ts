import type { Call } from "./call.ts";
import { file, path, type Value } from "./flags/value.ts";
import type { Verb } from "./flags/verb.ts";

/** What stands beside the flags: `<name>` where it is needed, `[name]` where not. */
interface Operand {
  readonly value: Value<string>;
  readonly help: string;
  readonly default?: string;
}

/** What the command can be asked to do. */
export interface VerbDeclaration<V extends Verb> {
  readonly summary: string;
  readonly operands: readonly Operand[];
  /** Loads what does it: only the verb that is called, so that help and mistakes cost nothing. */
  load(): Promise<(call: Call<V>) => Promise<void> | void>;
}

const image = (name: string, help: string): Operand => ({ value: path(name), help });
const MODEL = { value: path("<model>"), help: "the directory that train wrote" };

export const verbs: { readonly [V in Verb]: VerbDeclaration<V> } = {
  train: {
    summary: "learn the score of a CSV file's rows, of images or of a data set, sample it and draw it",
    operands: [
      {
        value: file("[data]"),
        help: "a CSV file, images (a folder, IDX, .npy), - for standard input, or a data set's name (see scoretape list)",
      },
    ],
    load: async () => (await import("./commands/train.ts")).runTrain,
  },
  sample: {
    summary: "draw samples of a model: rows as CSV in the data's own units, or images",
    operands: [MODEL],
    load: async () => (await import("./commands/sample.ts")).runSample,
  },
  impute: {
    summary: "fill the gaps of a table by draws from a model, given what each row has",
    operands: [
      MODEL,
      { value: file("<table>"), help: "a CSV file with empty cells, or - for standard input" },
    ],
    load: async () => (await import("./commands/impute.ts")).runImpute,
  },
  inpaint: {
    summary: "paint a hidden part of an image anew, so that it fits the rest",
    operands: [MODEL, image("<image>", "a PNG or a JPEG")],
    load: async () => (await import("./commands/inpaint.ts")).runInpaint,
  },
  denoise: {
    summary:
      "take noise from an image or from rows: the mean of all that each may have been, and of rows the deviation",
    operands: [
      MODEL,
      { value: file("<noisy>"), help: "a PNG or a JPEG with noise; for a model of rows a CSV file, or -" },
    ],
    load: async () => (await import("./commands/denoise.ts")).runDenoise,
  },
  interpolate: {
    summary:
      "images between two, each of which the model would draw: along the probability flow to noise and back",
    operands: [MODEL, image("<from>", "a PNG or a JPEG"), image("<to>", "another one")],
    load: async () => (await import("./commands/interpolate.ts")).runInterpolate,
  },
  evaluate: {
    summary: "measure a model against data: distances of its samples, losses at each noise level",
    operands: [
      MODEL,
      {
        value: file("[data]"),
        help: "a CSV file, - for standard input, or a data set's name (default: what the model was trained on)",
      },
    ],
    load: async () => (await import("./commands/evaluate.ts")).runEvaluate,
  },
  compare: {
    summary: "tell whether two tables are of one distribution, and in which columns they differ",
    operands: [
      { value: file("<a>"), help: "a CSV file, or - for standard input" },
      { value: file("<b>"), help: "another one with the same columns" },
    ],
    load: async () => (await import("./commands/compare.ts")).runCompare,
  },
  rank: {
    summary:
      "rows by how likely a model finds them, the least likely first, with the cells that are to blame",
    operands: [
      MODEL,
      { value: file("<rows>"), help: "a CSV file with the model's columns, or - for standard input" },
    ],
    load: async () => (await import("./commands/rank.ts")).runRank,
  },
  plot: {
    summary: "draw a model anew: data, samples, learned score, losses",
    operands: [MODEL],
    load: async () => (await import("./commands/plot.ts")).runPlot,
  },
  export: {
    summary:
      "write a model without its training, or its score, denoiser or sampler for other engines (ONNX, StableHLO)",
    operands: [MODEL],
    load: async () => (await import("./commands/export.ts")).runExport,
  },
  lab: {
    summary: "experiments that show why each part of score matching is needed, with a verdict on each claim",
    operands: [
      {
        value: path("[experiment]"),
        help: "one of the experiments, all, or list to see them",
        default: "list",
      },
      { value: path("[model]"), help: "for audit: the directory that train wrote" },
    ],
    load: async () => (await import("./commands/lab.ts")).runLab,
  },
  list: {
    summary: "show the data sets and the losses",
    operands: [],
    load: async () => (await import("./commands/list.ts")).runList,
  },
};
