import type { Tensor } from "@scoretape/autograd";
import * as autograd from "@scoretape/autograd";

/** The operands have 256 rows of 128 elements: 32,768, 128 kB, which is more than a first-level cache. */
const ROWS = 256;
const COLUMNS = 128;
export const ELEMENTS = ROWS * COLUMNS;

/** An op as a function of one tensor, so that a compiled program cannot know its result in advance. */
export type OpCase = (x: Tensor) => Tensor;

/** The argument of the cases: elements between 0.5 and 1.5, which every op takes. */
export function opArgument(): Tensor {
  return random.uniform(random.key(1), [ROWS, COLUMNS], { low: 0.5, high: 1.5 });
}

const { random } = autograd;
const y = random.uniform(random.key(2), [ROWS, COLUMNS], { low: 0.5, high: 1.5 });
const weight = random.normal(random.key(3), [COLUMNS, COLUMNS]);
const window = random.normal(random.key(5), [3, 3, 1, 1]);
const row = random.normal(random.key(4), [COLUMNS]);
const order = random.permutation(random.key(5), ROWS);
const places = autograd.argSort(y);
const LAST = { axis: -1 } as const;

/** The argument as images with so many channels. */
const images = (x: Tensor, channels: number): Tensor =>
  autograd.reshape(x, [1, ROWS, COLUMNS / channels, channels]);

/** Eight positive definite matrices of 16 rows. */
function covariances(x: Tensor): Tensor {
  const rows = autograd.reshape(x, [8, 256, 16]);
  return autograd.add(autograd.matmul(rows, rows, { transposeX: true }), autograd.eye(16));
}

const functions = {
  abs: autograd.abs,
  atan: autograd.atan,
  ceil: autograd.ceil,
  cos: autograd.cos,
  erf: autograd.erf,
  exp: autograd.exp,
  expm1: autograd.expm1,
  floor: autograd.floor,
  gelu: autograd.gelu,
  isFinite: autograd.isFinite,
  isNaN: autograd.isNaN,
  log: autograd.log,
  log1p: autograd.log1p,
  logisticDensity: autograd.logisticDensity,
  neg: autograd.neg,
  normalCdf: autograd.normalCdf,
  not: autograd.not,
  relu: autograd.relu,
  round: autograd.round,
  sechSquared: autograd.sechSquared,
  sigmoid: autograd.sigmoid,
  sign: autograd.sign,
  silu: autograd.silu,
  sin: autograd.sin,
  softplus: autograd.softplus,
  sqrt: autograd.sqrt,
  square: autograd.square,
  stopGradient: autograd.stopGradient,
  tanh: autograd.tanh,
  transpose: autograd.transpose,
} as const;

const pairs = {
  add: autograd.add,
  and: autograd.and,
  atan2: autograd.atan2,
  directionCosine: autograd.directionCosine,
  div: autograd.div,
  equal: autograd.equal,
  greater: autograd.greater,
  greaterEqual: autograd.greaterEqual,
  hypot: autograd.hypot,
  less: autograd.less,
  lessEqual: autograd.lessEqual,
  maximum: autograd.maximum,
  minimum: autograd.minimum,
  mod: autograd.mod,
  mul: autograd.mul,
  or: autograd.or,
  pow: autograd.pow,
  sub: autograd.sub,
} as const;

const alongRows = {
  all: autograd.all,
  any: autograd.any,
  argMax: autograd.argMax,
  argMin: autograd.argMin,
  argSort: autograd.argSort,
  cummax: autograd.cummax,
  cummin: autograd.cummin,
  cumprod: autograd.cumprod,
  cumsum: autograd.cumsum,
  logCumSumExp: autograd.logCumSumExp,
  logSoftmax: autograd.logSoftmax,
  logSumExp: autograd.logSumExp,
  max: autograd.max,
  mean: autograd.mean,
  min: autograd.min,
  norm: autograd.norm,
  prod: autograd.prod,
  softmax: autograd.softmax,
  sort: autograd.sort,
  std: autograd.std,
  sum: autograd.sum,
  variance: autograd.variance,
} as const;

function mapValues<F>(record: Readonly<Record<string, F>>, of: (f: F) => OpCase): Record<string, OpCase> {
  return Object.fromEntries(Object.entries(record).map(([name, f]) => [name, of(f)]));
}

/** Every op that the engine exports, by the name of its function, and the random draws as `random.` and theirs. */
export const opCases: Readonly<Record<string, OpCase>> = {
  ...mapValues<(x: Tensor) => Tensor>(functions, (f) => (x) => f(x)),
  ...mapValues<(x: Tensor, y: Tensor) => Tensor>(pairs, (f) => (x) => f(x, y)),
  ...mapValues<(x: Tensor, options: typeof LAST) => Tensor>(alongRows, (f) => (x) => f(x, LAST)),
  "add, a row to all": (x) => autograd.add(x, row),
  "add, a number": (x) => autograd.add(x, 0.5),
  attention: (x) => autograd.attention(x, y, y),
  averagePool: (x) => autograd.averagePool(images(x, 8), { size: 2 }),
  broadcastTo: (x) => autograd.broadcastTo(autograd.slice(x, [0, 0], [1, COLUMNS]), [ROWS, COLUMNS]),
  cast: (x) => autograd.cast(x, "float64"),
  clamp: (x) => autograd.clamp(x, 0.7, 1.3),
  concat: (x) => autograd.concat([x, y], 0),
  conv: (x) => autograd.conv(images(x, 1), window),
  dot: (x) => autograd.dot(x, y),
  einsum: (x) => autograd.einsum("ij,jk->ik", x, weight),
  expandDims: (x) => autograd.expandDims(x, 0),
  flip: (x) => autograd.flip(x, 0),
  groupNorm: (x) => autograd.groupNorm(images(x, 8), { groups: 4 }),
  layerNorm: (x) => autograd.layerNorm(x),
  "linalg.cholesky": (x) => autograd.linalg.cholesky(covariances(x)),
  "linalg.eigh": (x) => autograd.linalg.eigh(covariances(x))[0],
  "linalg.inverse": (x) => autograd.linalg.inverse(covariances(x)),
  "linalg.logDeterminant": (x) => autograd.linalg.logDeterminant(covariances(x)),
  "linalg.solve": (x) => autograd.linalg.solve(covariances(x), autograd.reshape(x, [8, 16, 256])),
  "linalg.triangularSolve": (x) =>
    autograd.linalg.triangularSolve(covariances(x), autograd.reshape(x, [8, 16, 256])),
  matmul: (x) => autograd.matmul(x, weight),
  maxPool: (x) => autograd.maxPool(images(x, 8), { size: 2 }),
  oneHot: (x) => autograd.oneHot(autograd.argSort(autograd.slice(x, [0, 0], [1, COLUMNS])), COLUMNS),
  outer: (x) => autograd.outer(autograd.reshape(autograd.slice(x, [0, 0], [ROWS, 1]), [ROWS]), row),
  pad: (x) =>
    autograd.pad(x, [
      [1, 1],
      [0, 0],
    ]),
  "pad, reflected": (x) =>
    autograd.pad(
      x,
      [
        [1, 1],
        [0, 0],
      ],
      { mode: "reflect" },
    ),
  "pow, to 3": (x) => autograd.pow(x, 3),
  pixelShuffle: (x) => autograd.pixelShuffle(images(x, 8), 2),
  pixelUnshuffle: (x) => autograd.pixelUnshuffle(images(x, 8), 2),
  reshape: (x) => autograd.reshape(x, [COLUMNS, ROWS]),
  slice: (x) => autograd.slice(x, [1, 0], [ROWS - 1, COLUMNS]),
  squeeze: (x) => autograd.squeeze(autograd.reshape(x, [1, ROWS, COLUMNS]), 0),
  stack: (x) => autograd.stack([x, y], 0),
  stridedSlice: (x) => autograd.stridedSlice(x, [0, 0], [null, null], [2, 1]),
  "sum, of columns": (x) => autograd.sum(x, { axis: 0 }),
  "sum, of some": (x) => autograd.sum(x, { axis: -1, where: y }),
  take: (x) => autograd.take(x, order, 0),
  takeAlong: (x) => autograd.takeAlong(x, places),
  topK: (x) => autograd.topK(x, 10)[0],
  upsampleNearest: (x) => autograd.upsampleNearest(images(x, 8), 2),
  where: (x) => autograd.where(y, x, 0),
  ...draws(),
};

/** The draws take their key from the argument, so that a program draws at every call. */
function draws(): Record<string, OpCase> {
  const shape = [ROWS, COLUMNS];
  const keyOf = (x: Tensor): Tensor =>
    autograd.cast(autograd.reshape(autograd.slice(x, [0, 0], [1, 2]), [2]), "uint32");
  return {
    "random.bits": (x) => random.bits(keyOf(x), shape),
    "random.categorical": (x) => random.categorical(keyOf(x), x),
    "random.normal": (x) => random.normal(keyOf(x), shape),
    "random.permutation": (x) => random.permutation(keyOf(x), ELEMENTS),
    "random.rademacher": (x) => random.rademacher(keyOf(x), shape),
    "random.sphere": (x) => random.sphere(keyOf(x), shape),
    "random.uniform": (x) => random.uniform(keyOf(x), shape),
  };
}
