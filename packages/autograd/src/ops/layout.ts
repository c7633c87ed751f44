import * as kernels from "../backends/js/movement.ts";
import { checkDType, type DType } from "../dtype.ts";
import { bind, defineOp, oneDType } from "../op.ts";
import {
  checkList,
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
import { checkTensor, type Tensor, type TensorLike } from "../tensor.ts";
import { constant, firstShape, lift, linear, moves } from "./construct.ts";
import { within } from "./reach.ts";

/** The dtype rule of ops that move elements of whatever type. */
export const anyDType =
  (name: string) =>
  (_parameters: unknown, ...inputs: DType[]): DType =>
    oneDType(name, inputs);

export const reshapeOp = /* @__PURE__ */ linear(
  {
    name: "reshape",
    traits: moves,
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
  const input = lift("reshape", x);
  const wanted = inferSize(input.shape, shape);
  return sameShape(input.shape, wanted) ? input : bind(reshapeOp, { shape: wanted }, input);
}

function inferSize(from: Shape, shape: Shape): Shape {
  checkList("reshape", "shape", shape, "[2, 3]");
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
  const input = lift("expandDims", x);
  const at = normalizeAxis("expandDims", axis, [...input.shape, 1]);
  return reshape(input, [...input.shape.slice(0, at), 1, ...input.shape.slice(at)]);
}

/** Removes axes of size 1: the given ones, or all. */
export function squeeze(x: TensorLike, axis?: number | readonly number[]): Tensor {
  const { shape } = lift("squeeze", x);
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
    traits: moves,
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
  const input = lift("transpose", x);
  const reversed = (): number[] => input.shape.map((_, axis) => input.rank - 1 - axis);
  const given = axes === undefined ? reversed() : axes;
  checkList("transpose", "axes", given, "[1, 0]");
  const order = Array.from(given, (axis) => normalizeAxis("transpose", axis, input.shape));
  if (order.length !== input.rank || new Set(order).size !== order.length) {
    throw new ShapeError(
      `transpose: axes ${showShape(order)} are not a permutation of the ${input.rank} axes of ${showShape(input.shape)}`,
    );
  }
  return order.every((axis, i) => axis === i) ? input : bind(transposeOp, { axes: order }, input);
}

/** The axis `from` as axis `to` of the result; the others keep their order. */
export function moveAxis(x: Tensor, from: number, to: number): Tensor {
  const axes = x.shape.flatMap((_, axis) => (axis === from ? [] : [axis]));
  return transpose(x, axes.toSpliced(to, 0, from));
}

// Conversions

export const castOp = /* @__PURE__ */ defineOp({
  name: "cast",
  traits: moves,
  kernel: kernels.cast,
  shape: firstShape,
  dtype: ({ dtype }) => dtype,
  derivative: ({ dtype }, _output, x) => ({
    jvp: ([tangent]) => (tangent && dtype !== "uint32" ? cast(tangent, dtype) : null),
    vjp(cotangent, _wanted, reach) {
      if (!x || dtype === "uint32") return [null];
      return [within(cast(cotangent, x.dtype), reach && (() => cast(reach(), x.dtype)))];
    },
  }),
});

/** x with elements of another type. Indices and keys become numbers; there is no gradient through `uint32`. */
export function cast(x: Tensor, dtype: DType): Tensor {
  checkTensor("cast", x);
  checkDType("cast", dtype);
  return x.dtype === dtype ? x : bind(castOp, { dtype }, x);
}

export const stopGradientOp = /* @__PURE__ */ constant({
  name: "stopGradient",
  traits: moves,
  kernel: null,
  shape: firstShape,
  dtype: /* @__PURE__ */ anyDType("stopGradient"),
});

/**
 * x itself, as a constant to every derivative.
 *
 * @example
 * ```ts
 * import { grad, mul, stopGradient, type Tensor, tensor } from "@scoretape/autograd";
 *
 * // d/dx of x·x is 2x; with one factor held fixed it is x.
 * console.log(grad((x: Tensor) => mul(x, stopGradient(x)))(tensor(3)).item()); // 3
 * ```
 */
export function stopGradient(x: TensorLike): Tensor {
  return bind(stopGradientOp, {}, lift("stopGradient", x));
}
