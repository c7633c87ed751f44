import { kindOf } from "../arguments.ts";
import { checkList, type Shape, ShapeError, showShape, sizeAt } from "../shape.ts";
import type { Tensor, TensorLike } from "../tensor.ts";
import { lift } from "./construct.ts";
import { slice, take } from "./movement.ts";

/** A place along an axis; negative ones count from the end, and `null` is as far as the axis goes. */
export type Bound = number | null;

/**
 * Every step-th element of each axis, from `start` to before `end`, backwards where the step is negative:
 * x[start:end:step] of NumPy, with `null` for a bound that is left out there; none where the end comes first. Negative
 * bounds count from the end; bounds beyond it are an error.
 *
 * @param steps whole numbers other than 0, one for each axis
 * @throws ShapeError when there are not one start, end and step per axis, or a bound leaves its axis
 *
 * @example
 * ```ts
 * import { stridedSlice, tensor } from "@scoretape/autograd";
 *
 * const x = tensor([0, 1, 2, 3, 4, 5]);
 * console.log(stridedSlice(x, [1], [null], [2]).toArray()); // [ 1, 3, 5 ]
 * console.log(stridedSlice(x, [null], [null], [-2]).toArray()); // [ 5, 3, 1 ]
 * console.log(stridedSlice(x, [4], [1], [-1]).toArray()); // [ 4, 3, 2 ]
 * ```
 */
export function stridedSlice(
  x: TensorLike,
  start: readonly Bound[],
  end: readonly Bound[],
  steps: readonly number[],
): Tensor {
  const name = "stridedSlice";
  const input = lift(name, x);
  checkList(name, "start", start, "[0, null]");
  checkList(name, "end", end, "[2, null]");
  checkList(name, "steps", steps, "[1, -1]");
  const { shape } = input;
  if ([start, end, steps].some(({ length }) => length !== shape.length)) {
    throw new ShapeError(
      `${name}: ${start.length} starts, ${end.length} ends and ${steps.length} steps for the ${shape.length} axes of ` +
        `${showShape(shape)}; give one of each per axis`,
    );
  }
  return shape.reduce<Tensor>((part, _size, axis) => {
    const { from, to, step } = rangeOf(name, shape, axis, start[axis], end[axis], steps[axis]);
    if (step === 1 && from <= to) {
      const whole = part.shape.map(() => 0);
      return slice(part, whole.with(axis, from), part.shape.with(axis, to));
    }
    const count = Math.max(0, Math.ceil((to - from) / step));
    return take(
      part,
      Array.from({ length: count }, (_, k) => from + k * step),
      axis,
    );
  }, input);
}

/** Where the elements along an axis begin, before which place they end, and how far one is from the next. */
function rangeOf(
  name: string,
  shape: Shape,
  axis: number,
  start: Bound | undefined,
  end: Bound | undefined,
  step: number | undefined,
): { readonly from: number; readonly to: number; readonly step: number } {
  const size = sizeAt(shape, axis);
  if (step === undefined || !Number.isSafeInteger(step) || step === 0) {
    throw new ShapeError(
      `${name}: the step of axis ${axis} of ${showShape(shape)} is ${kindOf(step)}; give a whole number but 0`,
    );
  }
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const placeOf = (bound: Bound | undefined, otherwise: number): number => {
    if (bound === null) return otherwise;
    const place = typeof bound === "number" && bound < 0 ? bound + size : bound;
    if (Number.isInteger(place) && place !== undefined && place >= 0 && place <= high) return place;
    throw new ShapeError(
      `${name}: the bound ${kindOf(bound)} does not fit axis ${axis} of ${showShape(shape)} (size ${size})`,
    );
  };
  return step > 0
    ? { from: placeOf(start, low), to: placeOf(end, high), step }
    : { from: placeOf(start, high), to: placeOf(end, low), step };
}
