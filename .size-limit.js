// What a page has to load, minified and gzipped.

const engine =
  "add, concat, div, exp, grad, hessian, hvp, jacobian, jvp, linearize, log, logSumExp, matmul, mean, mul, ones, " +
  "reshape, sigmoid, slice, softplus, square, sub, sum, tanh, tensor, transpose, valueAndGrad, vjp, zeros";

const training =
  "annealedLangevin, denoise, denoisingScoreMatching, diffusionObjective, eulerMaruyama, exactEnergyScoreMatching, " +
  "exactScoreMatching, finiteDifferenceSlicedScoreMatching, fisherDivergence, geometricSchedule, hmc, langevin, " +
  "logLikelihood, mala, noiseConditionalMlp, noiseLevelObjective, probabilityFlow, probes, scoreOf, " +
  "slicedEnergyScoreMatching, slicedScoreMatching, slicedScoreMatchingVR, train, tweedie, variancePreserving";

/** A module of its own, as a page loads it. */
const modifyEsbuildConfig = (config) => ({ ...config, format: "esm" });

const entry = { path: "packages/autograd/dist/index.js", gzip: true, modifyEsbuildConfig };
/** Beside the engine. */
const score = { ...entry, path: "packages/score/dist/index.js", ignore: ["@scoretape/autograd"] };

export default [
  { ...entry, name: "core engine", import: `{ ${engine} }`, limit: "23.9 kB" },
  { ...entry, name: "core engine and compiler", import: `{ ${engine}, compile }`, limit: "48 kB" },
  { ...entry, name: "all of @scoretape/autograd", import: "*", limit: "91.2 kB" },
  {
    ...entry,
    path: "packages/autograd/dist/export.js",
    name: "all of @scoretape/autograd/export",
    import: "*",
    limit: "39.5 kB",
  },
  {
    ...entry,
    path: "packages/autograd/dist/onnx.js",
    name: "all of @scoretape/autograd/onnx",
    import: "*",
    limit: "54.1 kB",
  },
  { ...score, name: "objectives, models, samplers, training", import: `{ ${training} }`, limit: "20 kB" },
  { ...score, name: "all of @scoretape/score, data sets and reports too", import: "*", limit: "64.6 kB" },
  {
    ...score,
    path: "packages/score/dist/tables.js",
    name: "all of @scoretape/score/tables",
    import: "*",
    limit: "25 kB",
  },
  {
    ...score,
    path: "packages/score/dist/export.js",
    name: "all of @scoretape/score/export",
    import: "*",
    limit: "11.5 kB",
  },
];
