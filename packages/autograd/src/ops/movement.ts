import { kindOf } from "../arguments.ts";
import type { AxisParameters, SizedAxisParameters } from "../backend.ts";
import * as indexed from "../backends/js/indexed.ts";
import * as kernels from "../backends/js/movement.ts";
import { bind, defineOp, type Op, oneFloat } from "../op.ts";
import {
  checkList,
  normalizeAxes,
  normalizeAxis,
  ShapeError,
  sameShape,
  showShape,
  sizeAt,
} from "../shape.ts";
import { checkTensor, Tensor, type TensorLike, tensor, zeros } from "../tensor.ts";
import { firstShape, lift, linear, moves, sums } from "./construct.ts";
import { anyDType, expandDims } from "./layout.ts";
import { picking, putting } from "./reach.ts";

// Parts

export const sliceOp = /* @__PURE__ */ linear(
  {
    name: "slice",
    traits: moves,
    kernel: kernels.slice,
    shape: ({ start, end }) => end.map((stop, axis) => stop - (start[axis] ?? 0)),
    dtype: /* @__PURE__ */ anyDType("slice"),
  },
  (cotangent, { start, end }, [x = []]) =>
    padZeros(
      cotangent,
      x.map((size, axis) => [start[axis] ?? 0, size - (end[axis] ?? size)] as const),
    ),
  { partial: true },
);

/**
 * The box `start[i] ≤ index < end[i]` of every axis; negative bounds count from the end.
 *
 * @throws ShapeError when there is not one bound per axis, or a box leaves its axis or is inside out
 */
export function slice(x: TensorLike, start: readonly number[], end: readonly number[]): Tensor {
  const input = lift("slice", x);
  const { shape } = input;
  checkList("slice", "start", start, "[0, 0]");
  checkList("slice", "end", end, "[2, 3]");
  if (start.length !== shape.length || end.length !== shape.length) {
    throw new ShapeError(
      `slice: ${start.length} starts and ${end.length} ends for the ${shape.length} axes of ${showShape(shape)}; ` +
        "give one number per axis",
    );
  }
  const fromFront = (bounds: readonly number[]): number[] =>
    Array.from(bounds, (bound, axis) =>
      Number.isInteger(bound) && bound < 0 ? bound + sizeAt(shape, axis) : bound,
    );
  const [first, last] = [fromFront(start), fromFront(end)];
  shape.forEach((size, axis) => {
    const [from, to] = [sizeAt(first, axis), sizeAt(last, axis)];
    if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || to > size || from > to) {
      throw new ShapeError(
        `slice: ${kindOf(start[axis])} to ${kindOf(end[axis])} does not fit axis ${axis} of ${showShape(shape)} (size ${size})`,
      );
    }
  });
  return sameShape(last, shape) && first.every((from) => from === 0)
    ? input
    : bind(sliceOp, { start: first, end: last }, input);
}

export const padOp = /* @__PURE__ */ linear(
  {
    name: "pad",
    traits: moves,
    kernel: kernels.pad,
    shape: ({ before, after }, x) => x.map((size, axis) => size + (before[axis] ?? 0) + (after[axis] ?? 0)),
  },
  (cotangent, { before }, [x = []]) =>
    slice(
      cotangent,
      before,
      x.map((size, axis) => size + (before[axis] ?? 0)),
    ),
);

/** Zeros around x: `widths[i]` is how many before and after axis i, whole numbers from 0. */
export function padZeros(x: Tensor, widths: readonly (readonly [number, number])[]): Tensor {
  if (widths.every(([before, after]) => before === 0 && after === 0)) return x;
  return bind(
    padOp,
    { before: widths.map(([before]) => before), after: widths.map(([, after]) => after) },
    x,
  );
}

export const flipOp = /* @__PURE__ */ linear(
  { name: "flip", traits: moves, kernel: kernels.flip, shape: firstShape },
  (cotangent, { axes }) => flip(cotangent, axes),
);

/** Reverses the order of the elements along the given axes, or along all. */
export function flip(x: TensorLike, axes?: number | readonly number[]): Tensor {
  const input = lift("flip", x);
  return bind(flipOp, { axes: normalizeAxes("flip", axes, input.shape) }, input);
}

// Joins

export const concatOp = /* @__PURE__ */ linear(
  {
    name: "concat",
    traits: moves,
    kernel: kernels.concat,
    shape: ({ axis }, first = [], ...others) => {
      let joined = sizeAt(first, axis);
      for (const shape of others) {
        const fits =
          shape.length === first.length && shape.every((size, i) => i === axis || size === first[i]);
        if (!fits) {
          throw new ShapeError(
            `concat: ${showShape(shape)} does not fit ${showShape(first)} along axis ${axis}; ` +
              "all other sizes must be equal",
          );
        }
        joined += sizeAt(shape, axis);
      }
      return first.map((size, i) => (i === axis ? joined : size));
    },
    dtype: /* @__PURE__ */ anyDType("concat"),
  },
  (cotangent, { axis }, inputs, index) => {
    const before = inputs.slice(0, index).reduce((sum, shape) => sum + sizeAt(shape, axis), 0);
    const own = inputs[index] ?? [];
    return slice(
      cotangent,
      own.map((_, i) => (i === axis ? before : 0)),
      own.map((size, i) => (i === axis ? before + size : size)),
    );
  },
);

/** An op's inputs are arguments of its functions, which a stack does not hold 100,000 of: more are joined by parts. */
const MOST_JOINED = 1024;

/** Joins tensors along an axis; all other sizes must be equal. */
export function concat(tensors: readonly Tensor[], axis = 0): Tensor {
  const first = firstOf("concat", tensors);
  const along = normalizeAxis("concat", axis, first.shape);
  if (tensors.length === 1) return first;
  if (tensors.length <= MOST_JOINED) return bind(concatOp, { axis: along }, ...tensors);
  const parts = Array.from({ length: Math.ceil(tensors.length / MOST_JOINED) }, (_, part) =>
    concat(tensors.slice(part * MOST_JOINED, (part + 1) * MOST_JOINED), along),
  );
  return concat(parts, along);
}

/** Joins tensors of one shape along a new axis. */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  const first = firstOf("stack", tensors);
  const along = normalizeAxis("stack", axis, [...first.shape, 1]);
  for (const x of tensors) {
    if (!sameShape(x.shape, first.shape)) {
      throw new ShapeError(`stack: shapes differ: ${showShape(first.shape)} and ${showShape(x.shape)}`);
    }
  }
  return concat(
    tensors.map((x) => expandDims(x, along)),
    along,
  );
}

/** The first of some tensors. Throws unless all of them are. */
function firstOf(name: string, tensors: readonly Tensor[]): Tensor {
  checkList(name, "what is joined", tensors, "[x, y]");
  for (const [i, x] of tensors.entries()) checkTensor(name, x, `entry ${i}`);
  const [first] = tensors;
  if (first === undefined) throw new ShapeError(`${name}: needs at least one tensor`);
  return first;
}

// Rows by index

export const takeOp: Op<AxisParameters> = /* @__PURE__ */ defineOp({
  name: "take",
  traits: moves,
  kernel: indexed.take,
  shape: ({ axis }, x, indices = []) => [...x.slice(0, axis), ...indices, ...x.slice(axis + 1)],
  dtype: (_parameters, x = "float32") => x,
  derivative: ({ axis }, _output, x = zeros([]), indices = zeros([])) =>
    picking(
      (tangent) => bind(takeOp, { axis }, tangent, indices),
      (cotangent) => bind(scatterAddOp, { axis, size: sizeAt(x.shape, axis) }, cotangent, indices),
    ),
});

export const scatterAddOp: Op<SizedAxisParameters> = /* @__PURE__ */ defineOp({
  name: "scatterAdd",
  traits: sums,
  kernel: indexed.scatterAdd,
  shape: ({ axis, size }, x, indices = []) => [...x.slice(0, axis), size, ...x.slice(axis + indices.length)],
  dtype: (_parameters, x = "float32") => oneFloat("scatterAdd", [x]),
  derivative: (parameters, _output, _x, indices = zeros([])) =>
    putting(
      (tangent) => bind(scatterAddOp, parameters, tangent, indices),
      (cotangent) => bind(takeOp, { axis: parameters.axis }, cotangent, indices),
    ),
});

/**
 * The rows of x along an axis that the indices name; the axis is replaced by the indices' shape.
 *
 * @param indices whole numbers from 0, below the axis's size
 */
export function take(x: Tensor, indices: Tensor | number | readonly number[], axis = 0): Tensor {
  checkTensor("take", x);
  const at = normalizeAxis("take", axis, x.shape);
  return bind(takeOp, { axis: at }, x, indicesOf("take", indices));
}

/** Indices as a tensor: in double precision, which has all whole numbers. A kernel sees to their range. */
export function indicesOf(name: string, indices: Tensor | number | readonly number[]): Tensor {
  if (indices instanceof Tensor) return indices;
  const list = typeof indices === "number" ? [indices] : indices;
  checkList(name, "indices", list, "[0, 2], or give a tensor of them");
  const at = Array.from(list).findIndex((index) => typeof index !== "number");
  if (at >= 0) throw new TypeError(`${name}: index ${at} is ${kindOf(list[at])}, not a number`);
  return tensor(indices, { dtype: "float64" });
}
