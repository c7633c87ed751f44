import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * A folder whose mutants are tried, and the tests that look for them: first those about it, until one fails, then all
 * others that could notice.
 * @typedef {{ name: string, sources: string[], near: string[], far: string[] }} Area
 */

const engine = "packages/autograd/test";
const score = "packages/score/test";
const command = "packages/cli/test";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The tests in a folder, but for those that need a browser or a GPU in software, or count memory. @param {string} folder */
const testsIn = (folder) =>
  readdirSync(`${root}${folder}`, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts") && !/gpu|memory|browser/i.test(name))
    .map((name) => `${folder}/${name}`)
    .toSorted();

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
    far: testsIn(engine),
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
    far: testsIn(engine),
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
    far: testsIn(engine),
  },
  {
    name: "program",
    sources: ["packages/autograd/src/program"],
    near: ofEngine(["program/", "compile/"]),
    far: testsIn(engine),
  },
  {
    name: "optim",
    sources: ["packages/autograd/src/optim"],
    near: ofEngine(["optim.test.ts", "arguments.test.ts"]),
    far: [...testsIn(engine), ...ofScore(["train", "losses", "keys"])],
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
    far: testsIn(engine),
  },
  {
    name: "portable",
    sources: ["packages/autograd/src/portable"],
    near: ofEngine(["portable.test.ts"]),
    far: testsIn(engine),
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
    far: testsIn(score),
  },
  {
    name: "samplers",
    sources: ["packages/score/src/samplers", "packages/score/src/posterior"],
    near: ofScore([
      "samplers",
      "samplerLaws",
      "levelSamplers",
      "posterior",
      "hmc",
      "mala",
      "keys",
      "compiled",
    ]),
    far: testsIn(score),
  },
  {
    name: "diffusion",
    sources: ["packages/score/src/diffusion"],
    near: ofScore([
      "diffusionProcesses",
      "diffusionLoss",
      "diffusionLikelihood",
      "bitsPerDimension",
      "diffusionSampling",
      "keys",
    ]),
    far: testsIn(score),
  },
  {
    name: "data/exact",
    sources: ["packages/score/src/data/exact"],
    near: ofScore(["exactNumerics", "quadrature", "exactDefinitions", "exactPlanes"]),
    far: testsIn(score),
  },
  {
    name: "train",
    sources: ["packages/score/src/train"],
    near: ofScore(["train", "objectives", "losses", "keys"]),
    far: testsIn(score),
  },
  {
    name: "model",
    sources: ["packages/cli/src/model", "packages/score/src/model"],
    near: [
      ...ofScore(["model", "modelFile", "modelKeys"]),
      ...ofCommand(["model.test.ts", "versions.test.ts"]),
    ],
    far: testsIn(command),
  },
  {
    name: "files",
    sources: ["packages/cli/src/files"],
    near: ofCommand(["files/", "overwrite.test.ts", "streams.test.ts", "process.test.ts", "kill.test.ts"]),
    far: testsIn(command),
  },
];
