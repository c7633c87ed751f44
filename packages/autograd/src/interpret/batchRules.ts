import type {
  AxesParameters,
  AxisParameters,
  ConvolutionParameters,
  ElementwiseParameters,
  KernelName,
  KernelParameters,
  LineParameters,
  MatrixParameters,
  RandomParameters,
} from "../backend.ts";
import type { Traits } from "../op.ts";
import { add, mul } from "../ops/arithmetic.ts";
import { broadcastTo } from "../ops/broadcast.ts";
import { greaterEqual, less, where } from "../ops/choice.ts";
import { cast, moveAxis, reshape } from "../ops/layout.ts";
import { stack } from "../ops/movement.ts";
import { type Shape, sizeAt } from "../shape.ts";
import { arange, type Tensor } from "../tensor.ts";
import { rowOf } from "./lifted.ts";

/** An op, applied to a batch. */
export interface Application<P extends object> {
  readonly name: string;
  readonly traits: Traits<P>;
  readonly parameters: P;
  /** The arguments; of a batched one, of which there is one at least, the examples along axis 0. */
  readonly inputs: readonly Tensor[];
  readonly isBatched: readonly boolean[];
  /** How many examples there are. */
  readonly size: number;
  /** Applies the op, to whatever fits. */
  apply(parameters: P, ...inputs: Tensor[]): Tensor;
}

/** The op applied to all examples; they lie along axis 0 of the result. */
type Rule<P extends object> = (application: Application<P>) => Tensor;

/** The ops of which each has a rule of its own: all whose kind does not say enough. */
type RuledName = Exclude<
  KernelName,
  keyof ElementwiseParameters | keyof LineParameters | keyof MatrixParameters | keyof RandomParameters
>;

/**
 * The rules of ops that are not treated by their kind: an op without one is an error of types. They stand here and not
 * with the declarations, so that programs without `vmap` do not carry them.
 */
const rules: { readonly [K in RuledName]: Rule<KernelParameters[K]> } = {
  reshape: (on) => on.apply({ shape: [on.size, ...on.parameters.shape] }, ...on.inputs),
  stopGradient: (on) => on.apply(on.parameters, ...on.inputs),
  cast: (on) => on.apply(on.parameters, ...on.inputs),
  broadcastTo: ({ size, parameters: { shape }, inputs, apply }) =>
    apply({ shape: [size, ...shape] }, ...inputs.map((x) => widened(x, shape.length))),
  transpose: (on) => on.apply({ axes: [0, ...on.parameters.axes.map(next)] }, ...on.inputs),
  slice: ({ size, parameters: { start, end }, inputs, apply }) =>
    apply({ start: [0, ...start], end: [size, ...end] }, ...inputs),
  pad: ({ parameters: { before, after }, inputs, apply }) =>
    apply({ before: [0, ...before], after: [0, ...after] }, ...inputs),
  flip: alongLaterAxes,
  concat: alongLaterAxes,
  takeAlong: alongLaterAxes,
  take: ({ size, parameters: { axis }, inputs, isBatched: [xs, places], apply }) => {
    const [x, indices] = two(inputs);
    if (!places) return apply({ axis: axis + 1 }, x, indices);
    if (!xs) return moveAxis(apply({ axis }, x, indices), axis, 0);
    const length = sizeAt(x.shape, axis + 1);
    const lined = merge(moveAxis(x, 0, axis), axis);
    return moveAxis(apply({ axis }, lined, ofExamples(indices, length, size)), axis, 0);
  },
  scatterAdd: (on) => {
    const { axis, size: length } = on.parameters;
    const [x, indices] = two(on.inputs);
    if (!on.isBatched[1]) return on.apply({ axis: axis + 1, size: length }, x, indices);
    const [rows] = two(all(on));
    const places = ofExamples(indices, length, on.size);
    const lined = on.apply({ axis, size: on.size * length }, moveAxis(rows, 0, axis), places);
    return moveAxis(split(lined, axis, on.size), axis, 0);
  },
  scatterAddAlong: alongLaterAxes,
  sumTo: ({ size, parameters: { shape }, inputs, apply }) => {
    const kept = inputs.map((x) => [...x.shape.slice(1, x.rank - shape.length).map(() => 1), ...shape]);
    return reshape(apply({ shape: [size, ...(kept[0] ?? shape)] }, ...inputs), [size, ...shape]);
  },
  matmul: ({ size, parameters: { transposeX, transposeY }, inputs, isBatched: [xs, ys], apply }) => {
    const [x, y] = two(inputs);
    if (xs && ys) return apply({ transposeX, transposeY }, x, y);
    // Many matrices times one: a single product with the rows of all.
    const timesRows = (matrices: Tensor, one: Tensor, transposed: boolean): Tensor => {
      const axis = one.rank - 2;
      const rows = merge(moveAxis(matrices, 0, axis), axis);
      const products = apply({ transposeX: false, transposeY: transposed }, rows, one);
      return moveAxis(split(products, axis, size), axis, 0);
    };
    if (xs) return timesRows(transposeX ? swapped(x) : x, y, transposeY);
    return swapped(timesRows(transposeY ? y : swapped(y), x, !transposeX));
  },
  conv: (on) => (on.isBatched[1] ? inChannels(on) : inImages(on)),
  convInput: (on) => (on.isBatched[1] ? inChannels(on) : inImages(on)),
  convKernel: inChannels,
};

/** Applies an op to all examples of a batch: they lie along axis 0 of the result. */
export function applyToBatch<P extends object>(on: Application<P>): Tensor {
  const { kind } = on.traits;
  if (kind === "elementwise" || kind === "matrices") return on.apply(on.parameters, ...all(on));
  if (kind === "random") return oneByOne(on);
  if (isAlongLines(on)) return alongLaterAxes(on);
  if (isRuled(on.name)) return byRule(on.name, on);
  throw new Error(`vmap: there is no rule for the op ${on.name}`);
}

function isRuled(name: string): name is RuledName {
  return Object.hasOwn(rules, name);
}

function byRule<K extends RuledName>(name: K, on: Application<object>): Tensor {
  if (applies(on, name)) return rules[name](on);
  throw new Error(`vmap: the rule of ${name} is not one of ${on.name}`);
}

/** Whether the named op is applied; its parameters are then of that op's type. */
function applies<K extends KernelName>(
  on: Application<object>,
  name: K,
): on is Application<KernelParameters[K]> {
  return on.name === name;
}

function isAlongLines(on: Application<object>): on is Application<LineParameters[keyof LineParameters]> {
  return on.traits.kind === "lines";
}

// Rules of kinds

/** For ops that run along axes, each of which comes one later in a batch. */
function alongLaterAxes<P extends AxesParameters | AxisParameters>(on: Application<P>): Tensor {
  const { parameters } = on;
  const later =
    "axes" in parameters
      ? { ...parameters, axes: parameters.axes.map(next) }
      : { ...parameters, axis: parameters.axis + 1 };
  return on.apply(later, ...all(on));
}

/** For draws: the numbers of a key are its own, so that each example's are drawn from its own key. */
function oneByOne<P extends object>({ size, parameters, inputs, isBatched, apply }: Application<P>): Tensor {
  const example = (i: number): Tensor[] => inputs.map((x, k) => (isBatched[k] ? rowOf(x, i) : x));
  return stack(Array.from({ length: size }, (_, i) => apply(parameters, ...example(i))));
}

/** For convolutions of many images with one kernel: the images of all examples are those of one. */
function inImages({ size, parameters, inputs, apply }: Application<ConvolutionParameters>): Tensor {
  const [images, kernel] = two(inputs);
  return split(apply(parameters, merge(images, 0), kernel), 0, size);
}

/** For convolutions with a kernel for each example: the channels of each are groups of their own. */
function inChannels(on: Application<ConvolutionParameters>): Tensor {
  const { size, parameters } = on;
  const channels = all(on).map((x) => merge(moveAxis(x, 0, x.rank - 2), x.rank - 2));
  const result = on.apply({ ...parameters, groups: size * parameters.groups }, ...channels);
  return moveAxis(split(result, result.rank - 1, size), result.rank - 1, 0);
}

// Arguments

/** All arguments with the examples along axis 0, repeated where they share one. */
function all<P extends object>({ inputs, isBatched, size }: Application<P>): Tensor[] {
  return inputs.map((x, i) => (isBatched[i] ? x : broadcastTo(x, [size, ...x.shape])));
}

function two(inputs: readonly Tensor[]): readonly [Tensor, Tensor] {
  const [x, y] = inputs;
  if (x === undefined || y === undefined) throw new TypeError("vmap: an op of two arguments got fewer");
  return [x, y];
}

const next = (axis: number): number => axis + 1;

/** Examples of so many axes: those that are missing come first, with size 1. */
function widened(x: Tensor, rank: number): Tensor {
  const [size = 0, ...shape] = x.shape;
  return reshape(x, [size, ...new Array<number>(rank - shape.length).fill(1), ...shape]);
}

/** An axis and the next one as one axis. */
function merge(x: Tensor, axis: number): Tensor {
  const { shape } = x;
  const joint = sizeAt(shape, axis) * sizeAt(shape, axis + 1);
  return reshape(x, [...shape.slice(0, axis), joint, ...shape.slice(axis + 2)]);
}

/** An axis as two, of which the first has the given size. */
function split(x: Tensor, axis: number, size: number): Tensor {
  const { shape } = x;
  return reshape(x, [...shape.slice(0, axis), size, sizeAt(shape, axis) / size, ...shape.slice(axis + 1)]);
}

/** Matrices with their last two axes swapped; nothing moves in those of one row or one column. */
function swapped(x: Tensor): Tensor {
  const [rows, columns]: Shape = x.shape.slice(-2);
  if (rows === 1 || columns === 1) return reshape(x, [...x.shape.slice(0, -2), columns ?? 1, rows ?? 1]);
  return moveAxis(x, x.rank - 1, x.rank - 2);
}

/** Places in lines of a length as places in the lines of all examples, one after another; what lay outside still does. */
function ofExamples(indices: Tensor, length: number, size: number): Tensor {
  // The whole numbers that each dtype holds.
  const dtype = size * length < 2 ** 24 ? "float32" : "float64";
  const places = cast(indices, indices.dtype === "float64" ? "float64" : dtype);
  const starts = mul(arange(0, size, 1, { dtype: places.dtype }), length);
  const start = reshape(starts, [size, ...indices.shape.slice(1).map(() => 1)]);
  const moved = add(places, mul(start, greaterEqual(places, 0)));
  return where(less(places, length), moved, Number.POSITIVE_INFINITY);
}
