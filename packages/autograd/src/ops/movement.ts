import type { AxisParameters, KernelParameters } from "../backend.ts";
import * as kernels from "../backends/js/movement.ts";
import type { DType } from "../dtype.ts";
import { bind, defineOp, type Op, oneDType, oneFloat } from "../op.ts";
import {
  checkShape,
  dropAxes,
  normalizeAxes,
  normalizeAxis,
  type Shape,
  ShapeError,
  sameShape,
  showShape,
  sizeAt,
  sizeOf,
} from "../shape.ts";
import { Tensor, type TensorLike, tensor } from "../tensor.ts";
import { constant, firstShape, lift, linear } from "./construct.ts";

const anyDType =
  (name: string) =>
  (_parameters: unknown, ...inputs: DType[]): DType =>
    oneDType(name, inputs);

// Shape

export const reshapeOp = /* @__PURE__ */ linear(
  {
    name: "reshape",
    kernel: null,
    shape: ({ shape }, x) => {
      checkShape("reshape", shape);
      if (sizeOf(shape) !== sizeOf(x)) {
        throw new ShapeError(
          `reshape: ${showShape(x)} has ${sizeOf(x)} elements, ${showShape(shape)} has ${sizeOf(shape)}`,
        );
      }
      return shape;
    },
    dtype: /* @__PURE__ */ anyDType("reshape"),
  },
  (cotangent, _parameters, [x = []]) => reshape(cotangent, x),
);

/** The same elements in the same order under another shape; one size may be −1: whatever is left. */
export function reshape(x: TensorLike, shape: Shape): Tensor {
  const input = lift(x, x);
  const wanted = inferSize(input.shape, shape);
  return sameShape(input.shape, wanted) ? input : bind(reshapeOp, { shape: wanted }, input);
}

function inferSize(from: Shape, shape: Shape): Shape {
  const open = shape.indexOf(-1);
  if (open < 0) return shape;
  const known = shape.filter((_, axis) => axis !== open);
  const rest = sizeOf(from) / sizeOf(known);
  if (known.includes(-1) || !Number.isInteger(rest)) {
    throw new ShapeError(`reshape: cannot infer the size -1 of ${showShape(shape)} from ${showShape(from)}`);
  }
  return shape.map((size, axis) => (axis === open ? rest : size));
}

/** Inserts an axis of size 1 before `axis` (counted in the result; −1 appends one). */
export function expandDims(x: TensorLike, axis: number): Tensor {
  const input = lift(x, x);
  const at = normalizeAxis("expandDims", axis, [...input.shape, 1]);
  return reshape(input, [...input.shape.slice(0, at), 1, ...input.shape.slice(at)]);
}

/** Removes axes of size 1: the given ones, or all. */
export function squeeze(x: TensorLike, axis?: number | readonly number[]): Tensor {
  const { shape } = lift(x, x);
  const axes =
    axis === undefined
      ? shape.flatMap((size, i) => (size === 1 ? [i] : []))
      : normalizeAxes("squeeze", axis, shape);
  for (const i of axes) {
    if (shape[i] !== 1) {
      throw new ShapeError(`squeeze: axis ${i} of ${showShape(shape)} has size ${shape[i]}, not 1`);
    }
  }
  return reshape(x, dropAxes(shape, axes));
}

export const transposeOp = /* @__PURE__ */ linear(
  {
    name: "transpose",
    kernel: kernels.transpose,
    shape: ({ axes }, x) => axes.map((axis) => sizeAt(x, axis)),
    dtype: /* @__PURE__ */ anyDType("transpose"),
  },
  (cotangent, { axes }) =>
    transpose(
      cotangent,
      axes.map((_, axis) => axes.indexOf(axis)),
    ),
);

/** Permutes the axes: axis i of the result is axis `axes[i]` of x. Without `axes`, reverses them. */
export function transpose(x: TensorLike, axes?: readonly number[]): Tensor {
  const input = lift(x, x);
  const order = (axes ?? input.shape.map((_, axis) => input.rank - 1 - axis)).map((axis) =>
    normalizeAxis("transpose", axis, input.shape),
  );
  if (order.length !== input.rank || new Set(order).size !== order.length) {
    throw new ShapeError(
      `transpose: axes ${showShape(order)} are not a permutation of the ${input.rank} axes of ${showShape(input.shape)}`,
    );
  }
  return order.every((axis, i) => axis === i) ? input : bind(transposeOp, { axes: order }, input);
}

// Parts

export const sliceOp = /* @__PURE__ */ linear(
  {
    name: "slice",
    kernel: kernels.slice,
    shape: ({ start, end }) => end.map((stop, axis) => stop - (start[axis] ?? 0)),
    dtype: /* @__PURE__ */ anyDType("slice"),
  },
  (cotangent, { start, end }, [x = []]) =>
    pad(
      cotangent,
      x.map((size, axis) => [start[axis] ?? 0, size - (end[axis] ?? size)] as const),
    ),
);

/**
 * The box `start[i] ≤ index < end[i]` of every axis; negative bounds count from the end.
 *
 * @throws ShapeError when there is not one bound per axis, or a box leaves its axis or is inside out
 */
export function slice(x: TensorLike, start: readonly number[], end: readonly number[]): Tensor {
  const input = lift(x, x);
  const { shape } = input;
  if (start.length !== shape.length || end.length !== shape.length) {
    throw new ShapeError(
      `slice: ${start.length} starts and ${end.length} ends for the ${shape.length} axes of ${showShape(shape)}; ` +
        "give one number per axis",
    );
  }
  const fromFront = (bounds: readonly number[]): number[] =>
    bounds.map((bound, axis) => (bound < 0 ? bound + sizeAt(shape, axis) : bound));
  const [first, last] = [fromFront(start), fromFront(end)];
  shape.forEach((size, axis) => {
    const [from, to] = [sizeAt(first, axis), sizeAt(last, axis)];
    if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || to > size || from > to) {
      throw new ShapeError(
        `slice: ${start[axis]} to ${end[axis]} does not fit axis ${axis} of ${showShape(shape)} (size ${size})`,
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

/** Zeros around x: `widths[i]` is how many before and after axis i. */
export function pad(x: TensorLike, widths: readonly (readonly [number, number])[]): Tensor {
  const input = lift(x, x);
  if (widths.length !== input.rank) {
    throw new ShapeError(
      `pad: ${widths.length} widths for the ${input.rank} axes of ${showShape(input.shape)}; give one pair per axis`,
    );
  }
  widths.forEach(([before, after], axis) => {
    if (!Number.isInteger(before) || !Number.isInteger(after) || before < 0 || after < 0) {
      throw new ShapeError(`pad: axis ${axis} gets ${before} and ${after}; widths are whole numbers from 0`);
    }
  });
  if (widths.every(([before, after]) => before === 0 && after === 0)) return input;
  return bind(
    padOp,
    { before: widths.map(([before]) => before), after: widths.map(([, after]) => after) },
    input,
  );
}

export const flipOp = /* @__PURE__ */ linear(
  { name: "flip", kernel: kernels.flip, shape: firstShape },
  (cotangent, { axes }) => flip(cotangent, axes),
);

/** Reverses the order of the elements along the given axes, or along all. */
export function flip(x: TensorLike, axes?: number | readonly number[]): Tensor {
  const input = lift(x, x);
  return bind(flipOp, { axes: normalizeAxes("flip", axes, input.shape) }, input);
}

// Joins

export const concatOp = /* @__PURE__ */ linear(
  {
    name: "concat",
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

/** Joins tensors along an axis; all other sizes must be equal. */
export function concat(tensors: readonly Tensor[], axis = 0): Tensor {
  const [first] = tensors;
  if (first === undefined) throw new ShapeError("concat: needs at least one tensor");
  const along = normalizeAxis("concat", axis, first.shape);
  return tensors.length === 1 ? first : bind(concatOp, { axis: along }, ...tensors);
}

/** Joins tensors of one shape along a new axis. */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  const [first] = tensors;
  if (first === undefined) throw new ShapeError("stack: needs at least one tensor");
  for (const x of tensors) {
    if (!sameShape(x.shape, first.shape)) {
      throw new ShapeError(`stack: shapes differ: ${showShape(first.shape)} and ${showShape(x.shape)}`);
    }
  }
  return concat(
    tensors.map((x) => expandDims(x, axis)),
    normalizeAxis("stack", axis, [...first.shape, 1]),
  );
}

// Rows by index

export const takeOp: Op<AxisParameters> = /* @__PURE__ */ defineOp({
  name: "take",
  kernel: kernels.take,
  shape: ({ axis }, x, indices = []) => [...x.slice(0, axis), ...indices, ...x.slice(axis + 1)],
  dtype: (_parameters, x = "float32") => x,
  derivative: ({ axis }, _output, x, indices) => ({
    jvp: ([tangent]) => (tangent && indices ? bind(takeOp, { axis }, tangent, indices) : null),
    vjp: (cotangent, [wanted]) => [
      wanted && x && indices
        ? bind(scatterAddOp, { axis, size: sizeAt(x.shape, axis) }, cotangent, indices)
        : null,
      null,
    ],
  }),
});

export const scatterAddOp: Op<KernelParameters["scatterAdd"]> = /* @__PURE__ */ defineOp({
  name: "scatterAdd",
  kernel: kernels.scatterAdd,
  shape: ({ axis, size }, x, indices = []) => [...x.slice(0, axis), size, ...x.slice(axis + indices.length)],
  dtype: (_parameters, x = "float32") => oneFloat("scatterAdd", [x]),
  derivative: (parameters, _output, _x, indices) => ({
    jvp: ([tangent]) => (tangent && indices ? bind(scatterAddOp, parameters, tangent, indices) : null),
    vjp: (cotangent, [wanted]) => [
      wanted && indices ? bind(takeOp, { axis: parameters.axis }, cotangent, indices) : null,
      null,
    ],
  }),
});

/**
 * The rows of x along an axis that the indices name; the axis is replaced by the indices' shape.
 *
 * @param indices whole numbers from 0, below the axis's size
 */
export function take(x: Tensor, indices: Tensor | number | readonly number[], axis = 0): Tensor {
  const at = normalizeAxis("take", axis, x.shape);
  const rows = indices instanceof Tensor ? indices : tensor(indices, { dtype: "float64" });
  return bind(takeOp, { axis: at }, x, rows);
}

// Conversions

export const castOp = /* @__PURE__ */ defineOp({
  name: "cast",
  kernel: kernels.cast,
  shape: firstShape,
  dtype: ({ dtype }) => dtype,
  derivative: ({ dtype }, _output, x) => ({
    jvp: ([tangent]) => (tangent && dtype !== "uint32" ? cast(tangent, dtype) : null),
    vjp: (cotangent) => [x && dtype !== "uint32" ? cast(cotangent, x.dtype) : null],
  }),
});

/** x with elements of another type. Indices and keys become numbers; there is no gradient through `uint32`. */
export function cast(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : bind(castOp, { dtype }, x);
}

export const stopGradientOp = /* @__PURE__ */ constant({
  name: "stopGradient",
  kernel: null,
  shape: firstShape,
  dtype: /* @__PURE__ */ anyDType("stopGradient"),
});

/** x itself, as a constant to every derivative. */
export function stopGradient(x: TensorLike): Tensor {
  return bind(stopGradientOp, {}, lift(x, x));
}
