import * as movement from "../backends/js/movement.ts";
import * as reduce from "../backends/js/reduce.ts";
import { bind, oneDType } from "../op.ts";
import { broadcastShapes, checkBroadcastTo, checkShape, type Shape, sameShape } from "../shape.ts";
import type { Tensor, TensorLike } from "../tensor.ts";
import { lift, linear, moves, sums } from "./construct.ts";

/** Repetition along axes; its transpose is the sum over them. */
export const broadcastToOp = /* @__PURE__ */ linear(
  {
    name: "broadcastTo",
    traits: moves,
    kernel: movement.broadcastTo,
    shape: ({ shape }, x) => {
      checkBroadcastTo("broadcastTo", x, shape);
      return shape;
    },
    dtype: (_parameters, ...inputs) => oneDType("broadcastTo", inputs),
  },
  (cotangent, _parameters, [x = []]) => sumTo(cotangent, x),
);

/** The sum over the axes that broadcasting would repeat; its transpose is the repetition. */
export const sumToOp = /* @__PURE__ */ linear(
  {
    name: "sumTo",
    traits: sums,
    kernel: reduce.sumTo,
    shape: ({ shape }, x) => {
      checkShape("sumTo", shape);
      checkBroadcastTo("sumTo", shape, x);
      return shape;
    },
  },
  (cotangent, _parameters, [x = []]) => broadcastTo(cotangent, x),
);

/**
 * Repeats x along axes that are missing or of size 1.
 *
 * @param shape the result's shape; counted from the last axis, x's sizes equal it or are 1
 * @throws ShapeError when x does not broadcast to the shape
 */
export function broadcastTo(x: TensorLike, shape: Shape): Tensor {
  const input = lift("broadcastTo", x);
  checkShape("broadcastTo", shape);
  return sameShape(input.shape, shape) ? input : bind(broadcastToOp, { shape }, input);
}

/** Sums x over the axes along which a tensor of the given shape would be repeated to x's shape. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : bind(sumToOp, { shape }, x);
}

/** The arguments of an elementwise op as tensors of one shape. */
export function broadcastTogether(name: string, inputs: readonly TensorLike[]): Tensor[] {
  const like = inputs.find((x) => typeof x !== "number") ?? 0;
  const tensors = inputs.map((x) => lift(name, x, like));
  const shape = tensors.reduce<Shape>((joint, x) => broadcastShapes(name, joint, x.shape), []);
  return tensors.map((x) => broadcastTo(x, shape));
}
