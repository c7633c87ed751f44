// What a page has to load, minified and gzipped.

const engine =
  "add, concat, div, exp, grad, hessian, hvp, jacobian, jvp, linearize, log, logSumExp, matmul, mean, mul, ones, " +
  "reshape, sigmoid, slice, softplus, square, sub, sum, tanh, tensor, transpose, valueAndGrad, vjp, zeros";

/** A module of its own, as a page loads it. */
const modifyEsbuildConfig = (config) => ({ ...config, format: "esm" });

const entry = { path: "packages/autograd/dist/index.js", gzip: true, modifyEsbuildConfig };

export default [
  { ...entry, name: "core engine", import: `{ ${engine} }`, limit: "20 kB" },
  { ...entry, name: "core engine and compiler", import: `{ ${engine}, compile }`, limit: "40 kB" },
  { ...entry, name: "all of @scoretape/autograd", import: "*", limit: "53 kB" },
  {
    ...entry,
    name: "all of @scoretape/score",
    path: "packages/score/dist/index.js",
    import: "*",
    ignore: ["@scoretape/autograd"],
    limit: "20 kB",
  },
];
