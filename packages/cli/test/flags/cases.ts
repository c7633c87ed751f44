import type { FlagName } from "../../src/flags/table.ts";
import type { Verb } from "../../src/flags/verb.ts";

/**
 * What shows that a flag does something: with the words `given` the outcome of a verb is another than without them,
 * `beside` other words or alone.
 */
export interface Case {
  readonly given: readonly string[];
  readonly beside?: readonly string[];
  /** A file to read in the place of a data set, or of an image. */
  readonly file?: string;
  /** A model in the place of that of rows. */
  readonly model?: string;
}

const seed: Case = { given: ["--seed", "7"] };
const samples: Case = { given: ["--samples", "11"] };
const stepsPerLevel: Case = { given: ["--steps-per-level", "4"] };
const stepSize: Case = { given: ["--step-size", "0.1"] };
const sampler = ["--format", "onnx", "--what", "sample"];
const backend: Case = { given: ["--backend", "js"] };
const threads: Case = { given: ["--threads", "2"] };
const fast: Case = { given: ["--fast"] };

/** A case of a flag of all verbs that run programs. */
function everywhere(one: Case) {
  const asked = { impute: one, inpaint: one, denoise: one, interpolate: one, rank: one };
  return { train: one, sample: one, ...asked, evaluate: one, plot: one, lab: one };
}

/** Cases of a flag of reading, in a file of odd rows, of which those with gaps are left out. */
function reading(...given: readonly string[]) {
  const beside = given.includes("--gaps") ? [] : ["--gaps", "drop"];
  const one = { given, beside, file: "odd.csv" };
  return {
    train: one,
    evaluate: one,
    compare: one,
    denoise: one,
    rank: one,
    ...(given.includes("--gaps") ? {} : { impute: { given, file: "odd.csv" } }),
    plot: { given, beside: ["--data", "odd.csv", ...beside] },
  };
}

/** A case for each flag and each verb that takes it: TypeScript sees that no flag is missing, a test that no verb is. */
export const cases: { readonly [N in FlagName]: { readonly [V in Verb]?: Case } } = {
  out: {
    train: { given: ["--out", "elsewhere"] },
    sample: { given: ["--out", "elsewhere.csv"] },
    impute: { given: ["--out", "elsewhere.csv"] },
    inpaint: { given: ["--out", "elsewhere.npy"] },
    denoise: { given: ["--out", "elsewhere.png"] },
    interpolate: { given: ["--out", "elsewhere"] },
    evaluate: { given: ["--out", "elsewhere.json"] },
    compare: { given: ["--out", "elsewhere.json"] },
    rank: { given: ["--out", "elsewhere.csv"] },
    plot: { given: ["--out", "elsewhere"] },
    export: { given: ["--out", "elsewhere"] },
    lab: { given: ["--out", "elsewhere"] },
  },
  overwrite: { train: { given: ["--overwrite"], beside: ["--out", "model"] } },
  dryRun: { train: { given: ["--dry-run"] } },
  format: { export: { given: ["--format", "onnx"] } },
  what: { export: { given: ["--what", "denoise"], beside: ["--format", "onnx"] } },
  dtype: { export: { given: ["--dtype", "float64"], beside: ["--format", "stablehlo"] } },
  resume: { train: { given: ["--resume"] } },
  export: { train: { given: ["--export", "xla"] } },
  job: { train: { given: ["--job", "job"], beside: ["--export", "xla"] } },
  data: { plot: { given: ["--data", "other.csv"] }, lab: { given: ["--data", "images.npy"] } },
  rows: { train: { given: ["--rows", "50"] }, evaluate: { given: ["--rows", "50"] } },
  delimiter: reading("--delimiter", "semicolon"),
  decimal: reading("--decimal", ","),
  header: reading("--header"),
  comment: reading("--comment", "/"),
  missing: reading("--missing", "4.5"),
  // Verbs that take columns by their names do not ask for their order.
  columns: {
    ...reading("--columns", "x2,x1"),
    denoise: { given: ["--columns", "x1"], file: "odd.csv" },
    rank: { given: ["--columns", "x1"], file: "odd.csv" },
  },
  drop: reading("--drop", "x2"),
  gaps: reading("--gaps", "drop"),
  encoding: reading("--encoding", "utf-16le"),
  types: {
    train: { given: ["--types", "x:positive"], file: "other.csv" },
    compare: { given: ["--types", "x1:category"] },
  },
  marginals: { train: { given: ["--marginals", "normal-score"], file: "other.csv" } },
  image: { train: { given: ["--image", "1x2"], beside: ["--gaps", "drop"], file: "odd.csv" } },
  resize: {
    train: { given: ["--resize", "2"], beside: ["--network", "mlp"], file: "images.npy" },
    sample: { given: ["--resize", "3"], beside: ["--from", "large.png"], model: "drawings" },
    inpaint: { given: ["--resize", "3"], file: "large.png" },
    denoise: { given: ["--resize", "3"], file: "large.png" },
    interpolate: { given: ["--resize", "3"], file: "large.png" },
  },
  labels: {
    train: { given: ["--labels", "labels.txt"], beside: ["--network", "mlp"], file: "images.npy" },
  },
  checkpointEvery: {
    train: { given: ["--checkpoint-every", "1"], beside: ["--learning-rate", "1e30"] },
  },
  steps: { train: { given: ["--steps", "6"] } },
  loss: { train: { given: ["--loss", "exact"] } },
  batch: { train: { given: ["--batch", "17"] } },
  levels: { train: { given: ["--levels", "2"] } },
  sigmaMax: { train: { given: ["--sigma-max", "4"] } },
  sigmaMin: { train: { given: ["--sigma-min", "0.2"] } },
  network: { train: { given: ["--network", "mlp"], file: "images.npy" } },
  target: { train: { given: ["--target", "x2"] } },
  given: {
    train: { given: ["--given", "x"], beside: ["--target", "y"], file: "three.csv" },
    sample: { given: ["--given", "x1=1"], model: "target" },
  },
  learn: { train: { given: ["--learn", "energy"] } },
  channels: { train: { given: ["--channels", "8-8"], file: "images.npy" } },
  hidden: { train: { given: ["--hidden", "7"] } },
  activation: { train: { given: ["--activation", "tanh"] } },
  weightDecay: { train: { given: ["--weight-decay", "0.5"] } },
  testFraction: { train: { given: ["--test-fraction", "0.3"] } },
  patience: {
    // Steps so large that the first is worse than the start.
    train: { given: ["--patience", "1"], beside: ["--learning-rate", "10", "--steps", "300"] },
  },
  refit: { train: { given: ["--refit"] } },
  learningRate: { train: { given: ["--learning-rate", "0.02"] } },
  ema: { train: { given: ["--ema", "0.5"] } },
  validation: { train: { given: ["--validation", "0.2"] } },
  seed: {
    train: seed,
    sample: seed,
    impute: seed,
    inpaint: seed,
    evaluate: seed,
    compare: seed,
    plot: seed,
    lab: seed,
  },
  count: {
    sample: { given: ["--count", "11"] },
    export: { given: ["--count", "11"], beside: sampler },
    inpaint: { given: ["--count", "2"] },
    interpolate: { given: ["--count", "5"] },
  },
  blame: { rank: { given: ["--blame", "0"] } },
  draws: { impute: { given: ["--draws", "4"] } },
  summary: { impute: { given: ["--summary"] } },
  interval: { impute: { given: ["--interval", "0.5"], beside: ["--summary"] } },
  class: {
    sample: { given: ["--class", "odd"], model: "drawings" },
    inpaint: { given: ["--class", "odd"] },
    export: { given: ["--class", "odd"], beside: ["--format", "stablehlo"], model: "drawings" },
  },
  guidance: {
    sample: { given: ["--guidance", "1"], model: "drawings" },
    inpaint: { given: ["--guidance", "3"], beside: ["--class", "odd"] },
    export: { given: ["--guidance", "1"], beside: ["--format", "stablehlo"], model: "drawings" },
  },
  mask: { inpaint: { given: ["--mask", "left"] } },
  from: { sample: { given: ["--from", "image.png"], model: "drawings" } },
  sigma: {
    sample: { given: ["--sigma", "2"], beside: ["--from", "image.png"], model: "drawings" },
    denoise: { given: ["--sigma", "2"] },
  },
  sigmaColumn: { denoise: { given: ["--sigma-column", "s"], file: "noisy.csv" } },
  samples: { train: samples, evaluate: samples, plot: samples },
  sampler: { sample: { given: ["--sampler", "hmc"], model: "energies" } },
  stepsPerLevel: {
    train: stepsPerLevel,
    sample: stepsPerLevel,
    evaluate: stepsPerLevel,
    plot: stepsPerLevel,
    export: { ...stepsPerLevel, beside: sampler },
  },
  stepSize: {
    train: stepSize,
    sample: stepSize,
    evaluate: stepSize,
    plot: stepSize,
    export: { ...stepSize, beside: sampler },
  },
  quick: { lab: { given: ["--quick"] } },
  seeds: { lab: { given: ["--seeds", "0-1"] } },
  backend: everywhere(backend),
  threads: everywhere(threads),
  fast: everywhere(fast),
  allowSoftware: { train: { given: ["--allow-software"], beside: ["--backend", "gpu"] } },
};
