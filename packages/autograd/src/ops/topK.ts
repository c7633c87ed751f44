import { checkOptions, kindOf } from "../arguments.ts";
import { bind, oneFloat } from "../op.ts";
import { normalizeAxis, ShapeError, showShape, sizeAt } from "../shape.ts";
import type { Tensor, TensorLike } from "../tensor.ts";
import { neg } from "./arithmetic.ts";
import { lift } from "./construct.ts";
import type { AxisOption } from "./cumulative.ts";
import { slice } from "./movement.ts";
import { argSortOp, sortOp } from "./order.ts";

/**
 * The k largest elements along an axis (the last one unless said) from the largest on, and their places as uint32: of equal
 * ones the first come first, and NaN comes last. Each value keeps its derivative; where elements are equal, there is no
 * second one: it is NaN.
 *
 * @returns [values, indices]; `takeAlong` takes the same elements of another tensor
 * @throws ShapeError when x has no such axis, or fewer than k elements along it
 *
 * @example
 * ```ts
 * import { tensor, topK } from "@scoretape/autograd";
 *
 * const [values, indices] = topK(tensor([3, 1, 4, 1, 5]), 2);
 * console.log(values.toArray(), indices.toArray()); // [ 5, 4 ] [ 4, 2 ]
 * ```
 */
export function topK(x: TensorLike, k: number, options: AxisOption = {}): [values: Tensor, indices: Tensor] {
  checkOptions("topK", options, { axis: "number" });
  const input = lift("topK", x);
  oneFloat("topK", [input.dtype]);
  const axis = normalizeAxis("topK", options.axis ?? -1, input.shape);
  const size = sizeAt(input.shape, axis);
  if (!Number.isSafeInteger(k) || k < 0 || k > size) {
    throw new ShapeError(
      `topK: k is ${kindOf(k)} for axis ${axis} of ${showShape(input.shape)}; give a whole number from 0 to ${size}`,
    );
  }
  const descending = neg(input);
  const first = (y: Tensor): Tensor =>
    slice(
      y,
      y.shape.map(() => 0),
      y.shape.with(axis, k),
    );
  return [neg(first(bind(sortOp, { axis }, descending))), first(bind(argSortOp, { axis }, descending))];
}
