import { checkOptions } from "../arguments.ts";
import type { AxisParameters } from "../backend.ts";
import * as kernels from "../backends/js/order.ts";
import type { DType } from "../dtype.ts";
import { bind, defineOp, type Op, oneFloat } from "../op.ts";
import { dropAxes, keepReduced, normalizeAxis, ShapeError, showShape, sizeAt } from "../shape.ts";
import { type Tensor, type TensorLike, zerosLike } from "../tensor.ts";
import { scatterAddAlongOp, takeAlongOp } from "./along.ts";
import { equal, jumping, maximum } from "./choice.ts";
import { alongLines, constant, firstShape, lift, ofOneArgument } from "./construct.ts";
import type { AxisOption } from "./cumulative.ts";
import { reshape } from "./layout.ts";
import { padZeros, slice } from "./movement.ts";
import { once, within } from "./reach.ts";

/** The dtype rule of ops that name places in tensors of floats. */
const placesOf =
  (name: string) =>
  (_parameters: unknown, ...inputs: DType[]): DType => {
    oneFloat(name, inputs);
    return "uint32";
  };

export const argSortOp = /* @__PURE__ */ constant({
  name: "argSort",
  traits: alongLines,
  kernel: kernels.argSort,
  shape: firstShape,
  dtype: /* @__PURE__ */ placesOf("argSort"),
});

export const argMaxOp = /* @__PURE__ */ constant({
  name: "argMax",
  traits: alongLines,
  kernel: kernels.argMax,
  shape: ({ axis }, x) => keepReduced(x, [axis]),
  dtype: /* @__PURE__ */ placesOf("argMax"),
});

export const argMinOp = /* @__PURE__ */ constant({
  name: "argMin",
  traits: alongLines,
  kernel: kernels.argMin,
  shape: ({ axis }, x) => keepReduced(x, [axis]),
  dtype: /* @__PURE__ */ placesOf("argMin"),
});

/** In a sorted array 1 where an element equals a neighbour along the axis. */
function ties(sorted: Tensor, axis: number): Tensor {
  const size = sizeAt(sorted.shape, axis);
  if (size < 2) return zerosLike(sorted);
  const [from, to] = [sorted.shape.map(() => 0), [...sorted.shape]];
  const pairs = equal(slice(sorted, from, to.with(axis, size - 1)), slice(sorted, from.with(axis, 1), to));
  const beside = (widths: readonly [number, number]): Tensor =>
    padZeros(
      pairs,
      from.map((_, i) => (i === axis ? widths : [0, 0])),
    );
  return maximum(beside([0, 1]), beside([1, 0]));
}

/** Each element with its derivative; which of equal ones comes first is a convention, and there is no second derivative. */
export const sortOp: Op<AxisParameters> = /* @__PURE__ */ defineOp({
  name: "sort",
  traits: alongLines,
  kernel: kernels.sort,
  shape: firstShape,
  derivative: /* @__PURE__ */ ofOneArgument(({ axis }, sorted, x) => {
    const order = once(() => bind(argSortOp, { axis }, x));
    const size = sizeAt(x.shape, axis);
    const back = (c: Tensor, places = order()): Tensor => bind(scatterAddAlongOp, { axis, size }, c, places);
    const tied = (y: Tensor): Tensor =>
      back(ties(bind(sortOp, { axis }, y), axis), bind(argSortOp, { axis }, y));
    return {
      jvp: (t) => jumping(bind(takeAlongOp, { axis }, t, order()), [sorted], (s) => ties(s, axis)),
      vjp: (c, reach) => within(jumping(back(c), [x], tied), reach && once(() => back(reach()))),
    };
  }),
});

function axisOf(name: string, x: Tensor, axis = -1): number {
  return normalizeAxis(name, axis, x.shape);
}

/**
 * The places of the elements along an axis (the last one unless said) in increasing order, as uint32: equal elements keep
 * their order, and NaN comes last, as in NumPy. No gradient.
 *
 * @throws ShapeError when x has no such axis
 *
 * @example
 * ```ts
 * import { argSort, tensor } from "@scoretape/autograd";
 *
 * console.log(argSort(tensor([3, 1, 2])).toArray()); // [ 1, 2, 0 ]
 * ```
 */
export function argSort(x: TensorLike, options: AxisOption = {}): Tensor {
  checkOptions("argSort", options, { axis: "number" });
  const input = lift("argSort", x);
  return bind(argSortOp, { axis: axisOf("argSort", input, options.axis) }, input);
}

/**
 * The elements along an axis (the last one unless said) in increasing order, NaN last. Each keeps its derivative;
 * equal ones keep their order, and where there are any, there is no second derivative: it is NaN.
 *
 * @throws ShapeError when x has no such axis
 *
 * @example
 * ```ts
 * import { sort, tensor } from "@scoretape/autograd";
 *
 * console.log(sort(tensor([3, 1, 2])).toArray()); // [ 1, 2, 3 ]
 * ```
 */
export function sort(x: TensorLike, options: AxisOption = {}): Tensor {
  checkOptions("sort", options, { axis: "number" });
  const input = lift("sort", x);
  return bind(sortOp, { axis: axisOf("sort", input, options.axis) }, input);
}

/** Along which axis a place is looked for, and what becomes of the axis. */
export interface PlaceOptions extends AxisOption {
  /** Keep the axis with size 1. */
  readonly keepDims?: boolean;
}

function placeWith(op: Op<AxisParameters>, x: TensorLike, options: PlaceOptions): Tensor {
  checkOptions(op.name, options, { axis: "number", keepDims: "boolean" });
  const input = lift(op.name, x);
  const axis = axisOf(op.name, input, options.axis);
  if (input.shape[axis] === 0) {
    throw new ShapeError(`${op.name}: ${showShape(input.shape)} has no elements along axis ${axis}`);
  }
  const places = bind(op, { axis }, input);
  return options.keepDims ? places : reshape(places, dropAxes(input.shape, [axis]));
}

/**
 * The place of the largest element along an axis (the last one unless said), as uint32: the first of equal ones, and that
 * of the first NaN where there is one, as in NumPy. No gradient.
 *
 * @throws ShapeError when x has no such axis, or no elements along it
 *
 * @example
 * ```ts
 * import { argMax, tensor } from "@scoretape/autograd";
 *
 * console.log(argMax(tensor([[1, 3, 3], [5, 0, 2]])).toArray()); // [ 1, 0 ]
 * ```
 */
export function argMax(x: TensorLike, options: PlaceOptions = {}): Tensor {
  return placeWith(argMaxOp, x, options);
}

/**
 * The place of the smallest element along an axis (the last one unless said), as uint32: the first of equal ones, and that
 * of the first NaN where there is one, as in NumPy. No gradient.
 *
 * @throws ShapeError when x has no such axis, or no elements along it
 *
 * @example
 * ```ts
 * import { argMin, tensor } from "@scoretape/autograd";
 *
 * console.log(argMin(tensor([2, 0, 1])).item()); // 1
 * ```
 */
export function argMin(x: TensorLike, options: PlaceOptions = {}): Tensor {
  return placeWith(argMinOp, x, options);
}
