/**
 * A folder whose mutants are tried, and the tests that look for them: first those about it, until one fails, then all
 * others that could notice.
 * @typedef {{ name: string, sources: string[], near: string[], far: string[] }} Area
 */

const engine = "packages/autograd/test";
const score = "packages/score/test";
const command = "packages/cli/test";

/** The tests of the engine that need no browser. */
const engineTests = [
  ...["laws", "functions", "program", "compile", "wasm"].map((folder) => `${engine}/${folder}/`),
  ...[
    "arguments",
    "check",
    "checkpoint",
    "distributions",
    "divergence",
    "eagerWasm",
    "einsum",
    "errors",
    "examples",
    "keys",
  ],
  ...["misuse", "nesting", "nn", "numerics", "optim", "programs", "random", "tensor", "transforms"],
].map((name) => (name.includes("/") ? name : `${engine}/${name}.test.ts`));

const scoreTests = [
  ...[
    "compiled",
    "denoise",
    "denoising",
    "diagnostics",
    "diffusionLikelihood",
    "diffusionLoss",
    "diffusionProcesses",
  ],
  ...[
    "diffusionSampling",
    "divergence",
    "energy",
    "estimators",
    "exact",
    "exactDefinitions",
    "exactNumerics",
  ],
  ...[
    "exactPlanes",
    "exactSets",
    "examples",
    "finiteDifference",
    "fisherDivergenceByLevel",
    "hmc",
    "keys",
    "losses",
  ],
  ...[
    "mala",
    "metrics",
    "mixtures",
    "noise",
    "objectives",
    "ode",
    "probes",
    "quadrature",
    "rowSets",
    "samplers",
  ],
  ...["score", "sliced", "suggestNoiseLevels", "toySets", "train", "tweedie"],
].map((name) => `${score}/${name}.test.ts`);

/** @param {string[]} names */
const ofEngine = (names) => names.map((name) => `${engine}/${name}`);
/** @param {string[]} names */
const ofScore = (names) => names.map((name) => `${score}/${name}.test.ts`);
/** @param {string[]} names */
const ofCommand = (names) => names.map((name) => `${command}/${name}`);

/** @type {readonly Area[]} */
export const areas = [
  {
    name: "ops",
    sources: ["packages/autograd/src/ops"],
    near: ofEngine([
      "laws/",
      "functions/",
      "einsum.test.ts",
      "errors.test.ts",
      "misuse.test.ts",
      "arguments.test.ts",
      "eagerWasm.test.ts",
    ]),
    far: engineTests,
  },
  {
    name: "interpret",
    sources: ["packages/autograd/src/interpret"],
    near: ofEngine([
      "transforms.test.ts",
      "nesting.test.ts",
      "checkpoint.test.ts",
      "programs.test.ts",
      "misuse.test.ts",
      "arguments.test.ts",
    ]),
    far: engineTests,
  },
  {
    name: "transforms",
    sources: ["packages/autograd/src/transforms"],
    near: ofEngine([
      "transforms.test.ts",
      "nesting.test.ts",
      "checkpoint.test.ts",
      "programs.test.ts",
      "misuse.test.ts",
      "arguments.test.ts",
    ]),
    far: engineTests,
  },
  {
    name: "program",
    sources: ["packages/autograd/src/program"],
    near: ofEngine(["program/", "compile/"]),
    far: engineTests,
  },
  {
    name: "optim",
    sources: ["packages/autograd/src/optim"],
    near: ofEngine(["optim.test.ts", "arguments.test.ts"]),
    far: [...engineTests, ...ofScore(["train", "losses", "keys"])],
  },
  {
    name: "random",
    sources: ["packages/autograd/src/random.ts", "packages/autograd/src/random"],
    near: ofEngine([
      "random.test.ts",
      "distributions.test.ts",
      "keys.test.ts",
      "philox.test.ts",
      "arguments.test.ts",
    ]),
    far: engineTests,
  },
  {
    name: "portable",
    sources: ["packages/autograd/src/portable"],
    near: ofEngine(["portable.test.ts"]),
    far: engineTests,
  },
  {
    name: "losses",
    sources: ["packages/score/src/losses"],
    near: ofScore([
      "losses",
      "exact",
      "sliced",
      "finiteDifference",
      "denoising",
      "energy",
      "diffusionLoss",
      "divergence",
    ]),
    far: scoreTests,
  },
  {
    name: "samplers",
    sources: ["packages/score/src/samplers"],
    near: ofScore(["samplers", "hmc", "mala", "keys", "compiled"]),
    far: scoreTests,
  },
  {
    name: "diffusion",
    sources: ["packages/score/src/diffusion"],
    near: ofScore([
      "diffusionProcesses",
      "diffusionLoss",
      "diffusionLikelihood",
      "diffusionSampling",
      "keys",
    ]),
    far: scoreTests,
  },
  {
    name: "data/exact",
    sources: ["packages/score/src/data/exact"],
    near: ofScore(["exactNumerics", "quadrature", "exactDefinitions", "exactPlanes"]),
    far: scoreTests,
  },
  {
    name: "train",
    sources: ["packages/score/src/train"],
    near: ofScore(["train", "objectives", "losses", "keys"]),
    far: scoreTests,
  },
  {
    name: "model",
    sources: ["packages/cli/src/model", "packages/score/src/model"],
    near: ofCommand(["model.test.ts", "keys.test.ts", "train.test.ts"]),
    far: [`${command}/`],
  },
  {
    name: "files",
    sources: ["packages/cli/src/files"],
    near: ofCommand(["files/", "overwrite.test.ts", "streams.test.ts", "process.test.ts"]),
    far: [`${command}/`],
  },
];
