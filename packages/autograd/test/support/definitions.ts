import type {
  AxisParameters,
  ConvolutionParameters,
  DirectedAxisParameters,
  KernelName,
  KernelParameters,
  RandomParameters,
} from "../../src/backend.ts";
import { type Shape, stridesOf } from "../../src/shape.ts";
import type { Tensor } from "../../src/tensor.ts";
import {
  choleskyEntry,
  cramer,
  determinant,
  eigenvalue,
  eigenvector,
  symmetricPart,
  transposeOf,
} from "./matrixDefinitions.ts";

/** A multi-index: one number per axis. */
export type Index = readonly number[];

/** An array as a function of its index. */
export interface Indexed {
  readonly shape: Shape;
  at(index: Index): number;
}

/** A tensor as a function of its index. */
export function indexed({ shape, data }: Tensor): Indexed {
  const strides = stridesOf(shape);
  return {
    shape,
    at: (index) =>
      data[index.reduce((offset, i, axis) => offset + i * (strides[axis] ?? 0), 0)] ?? Number.NaN,
  };
}

/** All indices of a shape, in row-major order. */
export function indicesOf(shape: Shape): Index[] {
  const [size, ...rest] = shape;
  if (size === undefined) return [[]];
  const inner = indicesOf(rest);
  return Array.from({ length: size }, (_, i) => inner.map((index) => [i, ...index])).flat();
}

/** Σ over all indices of a shape. */
export function sumOver(shape: Shape, term: (index: Index) => number): number {
  return indicesOf(shape).reduce((total, index) => total + term(index), 0);
}

/** ∫₀ˣ e^(−t²) dt · 2/√π, by Simpson's rule. */
export function erfIntegral(x: number): number {
  const n = 2000;
  // Beyond 6 there is nothing left.
  const h = Math.max(-6, Math.min(6, x)) / n;
  const weight = (i: number): number => (i === 0 || i === n ? 1 : i % 2 === 1 ? 4 : 2);
  let total = 0;
  for (let i = 0; i <= n; i++) total += weight(i) * Math.exp(-((i * h) ** 2));
  return ((total * h) / 3) * (2 / Math.sqrt(Math.PI));
}

/** x^y = exp(y·log x), with the sign of a negative x for odd y, and what IEEE 754 says of 0, 1 and infinity. */
function powerOf(x = 0, y = 0): number {
  if (y === 0 || x === 1 || (x === -1 && Math.abs(y) === Number.POSITIVE_INFINITY)) return 1;
  const size = Math.exp(y * Math.log(Math.abs(x)));
  if (!(x < 0 || Object.is(x, -0))) return size;
  const isOdd = Math.abs(y % 2) === 1;
  return Number.isInteger(y) || x === 0 || !Number.isFinite(x * y) ? (isOdd ? -size : size) : Number.NaN;
}

/** An element of an op's result, from its parameters and arguments. */
type Definition<Parameters> = (index: Index, parameters: Parameters, ...inputs: Indexed[]) => number;

/** The index in an array that is repeated along its missing axes and its axes of size 1. */
export function unbroadcast(index: Index, { shape }: Indexed): Index {
  return index.slice(index.length - shape.length).map((i, axis) => (shape[axis] === 1 ? 0 : i));
}

/** The elements along some axes of an array through an index. */
function lineThrough(index: Index, axes: readonly number[], x: Indexed): number[] {
  const sizes = axes.map((axis) => x.shape[axis] ?? 0);
  return indicesOf(sizes).map((along) => {
    const place = (i: number, axis: number): number =>
      axes.includes(axis) ? (along[axes.indexOf(axis)] ?? 0) : i;
    return x.at(index.map(place));
  });
}

const plain =
  (f: (...values: number[]) => number): Definition<object> =>
  (index, _parameters, ...inputs) =>
    f(...inputs.map((x) => x.at(index)));

const alongAxes =
  (f: (line: number[], own: number) => number): Definition<{ readonly axes: readonly number[] }> =>
  (index, { axes }, x) =>
    x === undefined ? Number.NaN : f(lineThrough(index, axes, x), x.at(index));

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const exponentials = (line: readonly number[]): number => sum(line.map(Math.exp));
const product = (values: readonly number[]): number => values.reduce((total, value) => total * value, 1);
/** The elements of the line through an index up to it, from its start or from its end. */
const upTo = (index: Index, { axis, reverse }: DirectedAxisParameters, x: Indexed): number[] => {
  const [line, own] = [lineThrough(index, [axis], x), index[axis] ?? 0];
  return reverse ? line.slice(own).reverse() : line.slice(0, own + 1);
};
const ofLine =
  (f: (line: number[]) => number): Definition<AxisParameters> =>
  (index, { axis }, x = none) =>
    f(lineThrough(index, [axis], x));
const truth = (holds: boolean): number => (holds ? 1 : 0);
const none: Indexed = { shape: [], at: () => Number.NaN };

/** The matrix that an index leads to, over the last two axes of an array. */
function matrixAt(batch: Index, x: Indexed): number[][] {
  const [rows = 0, columns = 0] = x.shape.slice(-2);
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => x.at([...batch, i, j])),
  );
}

/** A column of the matrix that an index leads to. */
const columnOf = (batch: Index, column: number, x: Indexed): number[] =>
  matrixAt(batch, x).map((row) => row[column] ?? Number.NaN);

/** The element of the image under one of the window at a place; none in the padding. */
function elementUnder(
  place: Index,
  window: Index,
  { image, stride, before, dilation }: ConvolutionParameters,
): Index | null {
  const of = (numbers: readonly number[], axis: number): number => numbers[axis] ?? Number.NaN;
  const on = image.map(
    (_, axis) =>
      of(place, axis) * of(stride, axis) - of(before, axis) + of(window, axis) * of(dilation, axis),
  );
  return on.every((i, axis) => i >= 0 && i < of(image, axis)) ? on : null;
}

/** The channel of the image that the kernel's channel c means for output o. */
function channelOf(c: number, o: number, kernel: Shape, { groups }: ConvolutionParameters): number {
  const [perGroup = 0, outputs = 0] = kernel.slice(-2);
  return Math.floor(o / (outputs / groups)) * perGroup + c;
}

const plainest: {
  readonly [K in Exclude<KernelName, keyof RandomParameters>]: Definition<KernelParameters[K]>;
} = {
  neg: plain((x = 0) => -x),
  square: plain((x = 0) => x * x),
  sqrt: plain((x = 0) => Math.sqrt(x)),
  exp: plain((x = 0) => Math.E ** x),
  expm1: plain((x = 0) => Math.exp(x) - 1),
  log: plain((x = 0) => Math.log(x)),
  log1p: plain((x = 0) => Math.log(1 + x)),
  sin: plain((x = 0) => Math.sin(x)),
  cos: plain((x = 0) => Math.cos(x)),
  atan: plain((x = 0) => Math.atan(x)),
  tanh: plain((x = 0) => 1 - 2 / (1 + Math.exp(2 * x))),
  logisticDensity: plain((x = 0) => 0.25 * Math.cosh(x / 2) ** -2),
  sechSquared: plain((x = 0) => Math.cosh(x) ** -2),
  sigmoid: plain((x = 0) => 1 / (1 + Math.exp(-x))),
  softplus: plain((x = 0) => Math.log(1 + Math.exp(x))),
  relu: plain((x = 0) => (x < 0 ? 0 : x)),
  erf: plain((x = 0) => erfIntegral(x)),
  normalCdf: plain((x = 0) => 0.5 * (1 + erfIntegral(x / Math.SQRT2))),
  abs: plain((x = 0) => (x < 0 ? -x : x)),
  sign: plain((x = 0) => (Number.isNaN(x) ? x : truth(x > 0) - truth(x < 0))),
  floor: plain((x = 0) => Math.floor(x)),
  round: plain((x = 0) => {
    const [below, above] = [Math.floor(x), Math.ceil(x)];
    if (x - below === above - x) return below % 2 === 0 ? below : above;
    return x - below < above - x ? below : above;
  }),
  isNaN: plain((x = 0) => truth(Number.isNaN(x))),
  power: (index, { exponent }, x = none) => powerOf(x.at(index), exponent),
  add: plain((x = 0, y = 0) => x + y),
  sub: plain((x = 0, y = 0) => x - y),
  mul: plain((x = 0, y = 0) => x * y),
  div: plain((x = 0, y = 0) => x / y),
  pow: plain(powerOf),
  atan2: plain((y = 0, x = 0) => Math.atan2(y, x)),
  hypot: plain((x = 0, y = 0) => Math.hypot(x, y)),
  directionCosine: plain((x = 0, y = 0) => (x === 0 && y === 0 ? Number.NaN : Math.cos(Math.atan2(y, x)))),
  maximum: plain((x = 0, y = 0) => (x > y || Number.isNaN(x) ? x : y)),
  minimum: plain((x = 0, y = 0) => (x < y || Number.isNaN(x) ? x : y)),
  where: plain((condition = 0, a = 0, b = 0) => (condition === 0 ? b : a)),
  greater: plain((x = 0, y = 0) => truth(x > y)),
  greaterEqual: plain((x = 0, y = 0) => truth(x >= y)),
  less: plain((x = 0, y = 0) => truth(x < y)),
  lessEqual: plain((x = 0, y = 0) => truth(x <= y)),
  equal: plain((x = 0, y = 0) => truth(x === y)),
  cast: plain((x = 0) => x),
  stopGradient: plain((x = 0) => x),
  reshape: (index, { shape }, x = none) => {
    const offset = stridesOf(shape).reduce((total, stride, axis) => total + stride * (index[axis] ?? 0), 0);
    return x.at(indicesOf(x.shape)[offset] ?? []);
  },
  broadcastTo: (index, _parameters, x = none) => x.at(unbroadcast(index, x)),
  transpose: (index, { axes }, x = none) => x.at(x.shape.map((_, axis) => index[axes.indexOf(axis)] ?? 0)),
  slice: (index, { start }, x = none) => x.at(index.map((i, axis) => i + (start[axis] ?? 0))),
  pad: (index, { before }, x = none) => {
    const inside = index.map((i, axis) => i - (before[axis] ?? 0));
    return inside.every((i, axis) => i >= 0 && i < (x.shape[axis] ?? 0)) ? x.at(inside) : 0;
  },
  flip: (index, { axes }, x = none) =>
    x.at(index.map((i, axis) => (axes.includes(axis) ? (x.shape[axis] ?? 0) - 1 - i : i))),
  concat: (index, { axis }, ...inputs) => {
    let along = index[axis] ?? 0;
    for (const x of inputs) {
      const size = x.shape[axis] ?? 0;
      if (along < size) return x.at(index.with(axis, along));
      along -= size;
    }
    return Number.NaN;
  },
  take: (index, { axis }, x = none, rows = none) => {
    const end = axis + rows.shape.length;
    return x.at([...index.slice(0, axis), rows.at(index.slice(axis, end)), ...index.slice(end)]);
  },
  scatterAdd: (index, { axis }, x = none, rows = none) =>
    sumOver(rows.shape, (row) =>
      rows.at(row) === index[axis] ? x.at([...index.slice(0, axis), ...row, ...index.slice(axis + 1)]) : 0,
    ),
  matmul: (index, { transposeX, transposeY }, x = none, y = none) => {
    const batch = index.slice(0, -2);
    const [row = 0, column = 0] = index.slice(-2);
    const depth = x.shape.at(transposeX ? -2 : -1) ?? 0;
    return sumOver([depth], ([k = 0]) => {
      const left = x.at([...batch, ...(transposeX ? [k, row] : [row, k])]);
      const right = y.at([...batch, ...(transposeY ? [column, k] : [k, column])]);
      return left * right;
    });
  },
  conv: ([n = 0, ...rest], parameters, x = none, kernel = none) => {
    const [place, o = 0] = [rest.slice(0, -1), rest.at(-1)];
    return sumOver(kernel.shape.slice(0, -1), (tap) => {
      const [window, c = 0] = [tap.slice(0, -1), tap.at(-1)];
      const on = elementUnder(place, window, parameters);
      return on === null
        ? 0
        : x.at([n, ...on, channelOf(c, o, kernel.shape, parameters)]) * kernel.at([...tap, o]);
    });
  },
  convInput: (index, parameters, y = none, kernel = none) =>
    sumOver([...y.shape.slice(1), ...kernel.shape.slice(0, -1)], (both) => {
      const axes = parameters.image.length;
      const [place, o = 0] = [both.slice(0, axes), both[axes]];
      const [window, c = 0] = [both.slice(axes + 1, -1), both.at(-1)];
      const on = elementUnder(place, window, parameters);
      if (on === null || on.some((i, axis) => i !== index[1 + axis])) return 0;
      if (channelOf(c, o, kernel.shape, parameters) !== index.at(-1)) return 0;
      return y.at([index[0] ?? 0, ...place, o]) * kernel.at([...window, c, o]);
    }),
  convKernel: (tap, parameters, x = none, y = none) => {
    const [window, c = 0, o = 0] = [tap.slice(0, -2), tap.at(-2), tap.at(-1)];
    const perGroup = (x.shape.at(-1) ?? 0) / parameters.groups;
    return sumOver(y.shape.slice(0, -1), ([n = 0, ...place]) => {
      const on = elementUnder(place, window, parameters);
      const channel = channelOf(c, o, [perGroup, y.shape.at(-1) ?? 0], parameters);
      return on === null ? 0 : x.at([n, ...on, channel]) * y.at([n, ...place, o]);
    });
  },
  sumTo: (index, { shape }, x = none) =>
    sumOver(x.shape, (from) => {
      const own = from.slice(from.length - shape.length);
      return own.every((i, axis) => shape[axis] === 1 || index[axis] === i) ? x.at(from) : 0;
    }),
  max: alongAxes((line) => Math.max(...line)),
  min: alongAxes((line) => Math.min(...line)),
  logSumExp: alongAxes((line) => Math.log(exponentials(line))),
  softmax: alongAxes((line, own) => Math.exp(own) / exponentials(line)),
  logSoftmax: alongAxes((line, own) => Math.log(Math.exp(own) / exponentials(line))),
  norm: alongAxes((line) => Math.sqrt(sum(line.map((value) => value * value)))),
  unit: alongAxes((line, own) => own / Math.hypot(...line)),
  prod: alongAxes((line) => product(line)),
  cumsum: (index, parameters, x = none) => sum(upTo(index, parameters, x)),
  linearRecurrence: (index, parameters, a = none, b = none) => {
    const factors = upTo(index, parameters, a);
    return sum(upTo(index, parameters, b).map((term, k) => term * product(factors.slice(k + 1))));
  },
  logCumSumExp: (index, { axis }, x = none) =>
    Math.log(exponentials(upTo(index, { axis, reverse: false }, x))),
  sort: (index, { axis }, x = none) =>
    lineThrough(index, [axis], x).sort((a, b) => a - b)[index[axis] ?? 0] ?? Number.NaN,
  argSort: (index, { axis }, x = none) => {
    const line = lineThrough(index, [axis], x);
    return line.findIndex((value) => line.filter((other) => other < value).length === index[axis]);
  },
  argMax: ofLine((line) => line.indexOf(Math.max(...line))),
  argMin: ofLine((line) => line.indexOf(Math.min(...line))),
  cholesky: ([...index], _parameters, a = none) => {
    const [i = 0, j = 0] = index.splice(-2);
    return choleskyEntry(symmetricPart(matrixAt(index, a)), i, j);
  },
  solve: ([...index], { transpose }, a = none, b = none) => {
    const [i = 0, column = 0] = index.splice(-2);
    const matrix = matrixAt(index, a);
    return cramer(transpose ? transposeOf(matrix) : matrix, columnOf(index, column, b), i);
  },
  triangularSolve: ([...index], { lower, transpose }, a = none, b = none) => {
    const [i = 0, column = 0] = index.splice(-2);
    const triangle = matrixAt(index, a).map((row, k) =>
      row.map((value, j) => ((lower ? k >= j : k <= j) ? value : 0)),
    );
    return cramer(transpose ? transposeOf(triangle) : triangle, columnOf(index, column, b), i);
  },
  logDeterminant: (index, _parameters, a = none) => Math.log(Math.abs(determinant(matrixAt(index, a)))),
  eigh: ([...index], _parameters, a = none) => {
    const [row = 0, k = 0] = index.splice(-2);
    const matrix = symmetricPart(matrixAt(index, a));
    return row === 0 ? eigenvalue(matrix, k) : (eigenvector(matrix, k)[row - 1] ?? Number.NaN);
  },
  cummax: (index, { axis }, x = none) => Math.max(...upTo(index, { axis, reverse: false }, x)),
  takeAlong: (index, { axis }, x = none, places = none) => x.at(index.with(axis, places.at(index))),
  scatterAddAlong: (index, { axis }, x = none, places = none) =>
    sumOver([places.shape[axis] ?? 0], ([k = 0]) => {
      const from = index.with(axis, k);
      return places.at(from) === index[axis] ? x.at(from) : 0;
    }),
};

/** What every deterministic op computes, element by element, in its plainest form. By the op's name. */
export const definitions: ReadonlyMap<string, Definition<object>> = new Map(
  // Each is called with its own op's parameters only.
  Object.entries(plainest as Readonly<Record<string, Definition<object>>>),
);
