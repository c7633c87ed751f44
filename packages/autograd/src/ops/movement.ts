import type { AxisParameters, KernelParameters } from "../backend.ts";
import * as kernels from "../backends/js/movement.ts";
import { bind, defineOp, type Op, oneFloat } from "../op.ts";
import { normalizeAxes, normalizeAxis, ShapeError, sameShape, showShape, sizeAt } from "../shape.ts";
import { Tensor, type TensorLike, tensor } from "../tensor.ts";
import { firstShape, lift, linear, moves, sums } from "./construct.ts";
import { anyDType, expandDims } from "./layout.ts";

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
  { name: "flip", traits: moves, kernel: kernels.flip, shape: firstShape },
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
  traits: moves,
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
  traits: sums,
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
