import { checkOptions } from "../arguments.ts";
import type { AxisParameters, DirectedAxisParameters } from "../backend.ts";
import * as kernels from "../backends/js/cumulative.ts";
import { bind, defineOp, type Op, type Reach } from "../op.ts";
import { normalizeAxis, type Shape, sizeAt, sizeOf } from "../shape.ts";
import { onesLike, type Tensor, type TensorLike } from "../tensor.ts";
import { add, mul, sub } from "./arithmetic.ts";
import { equal, where } from "./choice.ts";
import { alongLines, firstShape, lift, ofOneArgument, pair, perArgument } from "./construct.ts";
import { exp } from "./elementwise.ts";
import { reshape } from "./layout.ts";
import { padZeros, slice } from "./movement.ts";
import { confined, once } from "./reach.ts";

/**
 * yₖ = aₖ·yₖ₋₁ + bₖ along an axis, with 0 before the first: ẏₖ = aₖ·ẏₖ₋₁ + (ȧₖ·yₖ₋₁ + ḃₖ) is another one, and so is its
 * transpose b̄ₖ = aₖ₊₁·b̄ₖ₊₁ + ȳₖ, from the end.
 */
export const linearRecurrenceOp: Op<DirectedAxisParameters> = /* @__PURE__ */ defineOp({
  name: "linearRecurrence",
  traits: alongLines,
  kernel: kernels.linearRecurrence,
  shape: firstShape,
  derivative: (parameters, y, ...inputs) => {
    const [a] = pair(inputs);
    const back = { ...parameters, reverse: !parameters.reverse };
    const push = (t: Tensor): Tensor => bind(linearRecurrenceOp, parameters, a, t);
    const pull = (c: Tensor): Tensor => bind(linearRecurrenceOp, back, before(a, back), c);
    return perArgument(
      [
        {
          jvp: (t) => push(mul(before(y, parameters), t)),
          vjp: (c, reach) => confined(mul(before(y, parameters), pull(c)), reachOf(reach, back)),
        },
        { jvp: push, vjp: (c, reach) => confined(pull(c), reachOf(reach, back)) },
      ],
      add,
    );
  },
});

/** A running function's cotangents reach all elements so far. */
function reachOf(reach: Reach, back: DirectedAxisParameters): Reach {
  return reach && (() => bind(linearRecurrenceOp, back, onesLike(reach()), reach()));
}

/** The part of an array along an axis from `start` to before `end`, with zeros in the places from `at` on around it. */
function moved(x: Tensor, axis: number, start: number, end: number, at: number): Tensor {
  const size = sizeAt(x.shape, axis);
  if (size === 0) return x;
  const [from, to] = [x.shape.map(() => 0), [...x.shape]];
  const widths = x.shape.map((): readonly [number, number] => [0, 0]);
  return padZeros(
    slice(x, from.with(axis, start), to.with(axis, end)),
    widths.with(axis, [at, size - at - (end - start)]),
  );
}

/** What came one step earlier along the axis; 0 came before the first. */
function before(x: Tensor, { axis, reverse }: DirectedAxisParameters): Tensor {
  const size = sizeAt(x.shape, axis);
  return reverse ? moved(x, axis, 1, size, 0) : moved(x, axis, 0, size - 1, 1);
}

/** The element with which each line begins, and zeros. */
function first(x: Tensor, { axis, reverse }: DirectedAxisParameters): Tensor {
  const at = reverse ? sizeAt(x.shape, axis) - 1 : 0;
  return moved(x, axis, at, at + 1, at);
}

/** For every element the product of all others along neighbouring axes: of those before it and of those after it. */
export function productsOfOthers(x: Tensor, axes: readonly number[]): Tensor {
  const start = axes[0] ?? x.rank;
  const end = start + axes.length;
  const lines: Shape = [x.shape.slice(0, start), x.shape.slice(start, end), x.shape.slice(end)].map(sizeOf);
  const line = reshape(x, lines);
  const [earlier, later] = [false, true].map((reverse) => {
    const along = { axis: 1, reverse };
    return bind(linearRecurrenceOp, along, before(line, along), first(onesLike(line), along));
  });
  return reshape(mul(earlier ?? line, later ?? line), x.shape);
}

/** The axis of a function that runs along one, the last one unless said. */
export interface AxisOption {
  /** Negative axes count from the end. */
  readonly axis?: number;
}

function axisOf(name: string, x: Tensor, options: AxisOption): number {
  checkOptions(name, options, { axis: "number" });
  return normalizeAxis(name, options.axis ?? -1, x.shape);
}

/**
 * Running products along an axis, the last one unless said: yₖ = x₀·x₁·…·xₖ. Its derivatives are right at zeros, too.
 *
 * @throws ShapeError when x has no such axis
 *
 * @example
 * ```ts
 * import { cumprod, tensor } from "@scoretape/autograd";
 *
 * console.log(cumprod(tensor([1, 2, 3, 4])).toArray()); // [ 1, 2, 6, 24 ]
 * ```
 */
export function cumprod(x: TensorLike, options: AxisOption = {}): Tensor {
  const input = lift("cumprod", x);
  const along = { axis: axisOf("cumprod", input, options), reverse: false };
  return bind(linearRecurrenceOp, along, input, first(input, along));
}

/** log Σⱼ≤ₖ e^xⱼ along an axis: ẏₖ = e^(yₖ₋₁ − yₖ)·ẏₖ₋₁ + e^(xₖ − yₖ)·ẋₖ, both factors between 0 and 1. */
export const logCumSumExpOp: Op<AxisParameters> = /* @__PURE__ */ defineOp({
  name: "logCumSumExp",
  traits: alongLines,
  kernel: kernels.logCumSumExp,
  shape: firstShape,
  derivative: /* @__PURE__ */ ofOneArgument(({ axis }, y, x) => {
    const [forward, back] = [
      { axis, reverse: false },
      { axis, reverse: true },
    ];
    const own = once(() => ratio(x, y));
    // The first factor has nothing to keep: any number, as long as its own derivative is finite.
    const kept = once(() => ratio(add(before(y, forward), first(y, forward)), y));
    return {
      jvp: (t) => bind(linearRecurrenceOp, forward, kept(), mul(own(), t)),
      vjp: (c, reach) =>
        confined(mul(own(), bind(linearRecurrenceOp, back, before(kept(), back), c)), reachOf(reach, back)),
    };
  }),
});

/** e^(x − y) for x ≤ y, and 0 where y is −∞, the logarithm of nothing. */
function ratio(x: Tensor, y: Tensor): Tensor {
  const isNothing = equal(y, Number.NEGATIVE_INFINITY);
  return where(isNothing, 0, exp(sub(where(isNothing, 0, x), where(isNothing, 0, y))));
}

/**
 * Running log Σ eˣ along an axis, the last one unless said, without overflow: yₖ = log(e^x₀ + … + e^xₖ).
 *
 * @throws ShapeError when x has no such axis
 *
 * @example
 * ```ts
 * import { logCumSumExp, tensor } from "@scoretape/autograd";
 *
 * console.log(logCumSumExp(tensor([-1000, -1000])).data.join(" ")); // -1000 -999.3068237304688
 * ```
 */
export function logCumSumExp(x: TensorLike, options: AxisOption = {}): Tensor {
  const input = lift("logCumSumExp", x);
  return bind(logCumSumExpOp, { axis: axisOf("logCumSumExp", input, options) }, input);
}
