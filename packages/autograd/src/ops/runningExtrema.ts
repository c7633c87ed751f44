import { checkOptions } from "../arguments.ts";
import type { AxisParameters } from "../backend.ts";
import * as kernels from "../backends/js/cumulative.ts";
import { bind, defineOp, type Op, oneFloat } from "../op.ts";
import { normalizeAxis, sizeAt } from "../shape.ts";
import { arange, onesLike, type Tensor, type TensorLike } from "../tensor.ts";
import { scatterAddAlongOp, takeAlongOp } from "./along.ts";
import { mul, neg } from "./arithmetic.ts";
import { equal, greater, greaterEqual, jumping, maximum, where } from "./choice.ts";
import { alongLines, firstShape, lift, ofOneArgument } from "./construct.ts";
import type { AxisOption } from "./cumulative.ts";
import { cast, reshape } from "./layout.ts";
import { padZeros, slice } from "./movement.ts";
import { once, within } from "./reach.ts";

/** Every yₖ is one of x's elements, whose derivative it has: of equal ones the first, and then there is no second one. */
export const cummaxOp: Op<AxisParameters> = /* @__PURE__ */ defineOp({
  name: "cummax",
  traits: alongLines,
  kernel: kernels.cummax,
  shape: firstShape,
  derivative: /* @__PURE__ */ ofOneArgument(({ axis }, y, x) => {
    const places = once(() => cast(latest(greater(x, before(y, axis)), axis), "uint32"));
    const pull = (c: Tensor): Tensor => addedAt(places(), c, axis);
    return {
      jvp: (t) => jumping(bind(takeAlongOp, { axis }, t, places()), [x], (at) => ties(at, axis).tied),
      vjp: (c, reach) =>
        within(
          jumping(pull(c), [x], (at) => ties(at, axis).sources),
          once(() => pull(reach === null ? onesLike(c) : reach())),
        ),
    };
  }),
});

/** What came one step earlier along the axis; before the first, which is a maximum whatever it is, came 0. */
function before(y: Tensor, axis: number): Tensor {
  const size = sizeAt(y.shape, axis);
  if (size === 0) return y;
  const earlier = slice(
    y,
    y.shape.map(() => 0),
    y.shape.with(axis, size - 1),
  );
  return padZeros(
    earlier,
    y.shape.map((_, i) => [i === axis ? 1 : 0, 0] as const),
  );
}

/** For each place along the axis the latest one up to it that is marked; none is the first place. */
function latest(marks: Tensor, axis: number): Tensor {
  const size = sizeAt(marks.shape, axis);
  const sizes = marks.shape.map((_, i) => (i === axis ? size : 1));
  const own = reshape(arange(0, size, 1, { dtype: marks.dtype }), sizes);
  return bind(cummaxOp, { axis }, where(marks, own, 0));
}

/** Each element of c added to the place that is named. */
function addedAt(places: Tensor, c: Tensor, axis: number): Tensor {
  return bind(scatterAddAlongOp, { axis, size: sizeAt(c.shape, axis) }, c, places);
}

/** 1 where several elements so far are the largest, and 1 at the elements that are or were among such. */
function ties(x: Tensor, axis: number): { readonly tied: Tensor; readonly sources: Tensor } {
  const y = bind(cummaxOp, { axis }, x);
  const [first, last] = [greater, greaterEqual].map((isNew) => latest(isNew(x, before(y, axis)), axis));
  if (first === undefined || last === undefined) throw new TypeError("two comparisons have two results");
  const tied = greater(last, first);
  const firsts = greater(addedAt(cast(first, "uint32"), tied, axis), 0);
  return { tied, sources: maximum(firsts, mul(tied, equal(x, y))) };
}

/**
 * The largest element so far along an axis, the last one unless said: yₖ = max(x₀, …, xₖ), NaN from the first NaN on. Of
 * equal ones the first has the derivative, and where there are any, there is no second derivative: it is NaN.
 *
 * @throws ShapeError when x has no such axis
 *
 * @example
 * ```ts
 * import { cummax, tensor } from "@scoretape/autograd";
 *
 * console.log(cummax(tensor([1, 3, 2, 5])).toArray()); // [ 1, 3, 3, 5 ]
 * ```
 */
export function cummax(x: TensorLike, options: AxisOption = {}): Tensor {
  return runningMaximum("cummax", lift("cummax", x), options);
}

/**
 * The smallest element so far along an axis, the last one unless said: yₖ = min(x₀, …, xₖ), NaN from the first NaN on. Of
 * equal ones the first has the derivative, and where there are any, there is no second derivative: it is NaN.
 *
 * @throws ShapeError when x has no such axis
 *
 * @example
 * ```ts
 * import { cummin, tensor } from "@scoretape/autograd";
 *
 * console.log(cummin(tensor([4, 6, 2, 3])).toArray()); // [ 4, 4, 2, 2 ]
 * ```
 */
export function cummin(x: TensorLike, options: AxisOption = {}): Tensor {
  const input = lift("cummin", x);
  oneFloat("cummin", [input.dtype]);
  return neg(runningMaximum("cummin", neg(input), options));
}

function runningMaximum(name: string, x: Tensor, options: AxisOption): Tensor {
  checkOptions(name, options, { axis: "number" });
  return bind(cummaxOp, { axis: normalizeAxis(name, options.axis ?? -1, x.shape) }, x);
}
