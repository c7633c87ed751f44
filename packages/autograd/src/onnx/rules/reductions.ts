import { neg, sub } from "../../ops/arithmetic.ts";
import { abs } from "../../ops/choice.ts";
import { log, square } from "../../ops/elementwise.ts";
import { cast, expandDims } from "../../ops/layout.ts";
import { mean } from "../../ops/moments.ts";
import { flip, padZeros, slice } from "../../ops/movement.ts";
import { argMax, argMin } from "../../ops/order.ts";
import { cumsum, logSumExp, max, min, norm, prod, type ReduceOptions, sum } from "../../ops/reduce.ts";
import { topK } from "../../ops/topK.ts";
import { sizeAt } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import type { Call, Rule, Rules } from "../call.ts";

/** The axes of a reduction: of an attribute until opset 17, of an argument since; none are all of them. */
function axesOf(call: Call, rank: number): readonly number[] | undefined {
  const axes = (call.list("axes") ?? call.numbers(1) ?? []).map((axis) => call.axis(axis, rank));
  if (axes.length > 0) return axes;
  return call.attribute("noop_with_empty_axes", 0) === 0 ? undefined : [];
}

function reduction(f: (x: Tensor, options: ReduceOptions) => Tensor): Rule {
  return {
    inputs: [1, 2],
    settings: [1],
    attributes: { axes: "ints", keepdims: "int", noop_with_empty_axes: "int" },
    apply: (call) => {
      const x = call.x(0);
      const axis = axesOf(call, x.rank);
      const keepDims = call.attribute("keepdims", 1) !== 0;
      return f(x, axis === undefined ? { keepDims } : { axis, keepDims });
    },
  };
}

/** The place of an extremum along an axis. */
function place(f: (x: Tensor, options: { readonly axis: number }) => Tensor): Rule {
  return {
    inputs: [1, 1],
    attributes: { axis: "int", keepdims: "int", select_last_index: "int" },
    kind: "int",
    apply: (call) => {
      const x = call.x(0);
      const axis = call.axis(call.attribute("axis", 0), x.rank);
      const isLast = call.attribute("select_last_index", 0) !== 0;
      const found = cast(f(isLast ? flip(x, axis) : x, { axis }), x.dtype);
      const at = isLast ? sub(sizeAt(x.shape, axis) - 1, found) : found;
      return call.attribute("keepdims", 1) === 0 ? at : expandDims(at, axis);
    },
  };
}

/** Running sums; `exclusive` ones begin with 0. */
function runningSum(call: Call): Tensor {
  const x = call.x(0);
  const axis = call.axis(call.number(1) ?? 0, x.rank);
  const isReverse = call.attribute("reverse", 0) !== 0;
  const turned = isReverse ? flip(x, axis) : x;
  const sums = cumsum(turned, { axis });
  const given =
    call.attribute("exclusive", 0) === 0 || sizeAt(x.shape, axis) === 0 ? sums : later(sums, axis);
  return isReverse ? flip(given, axis) : given;
}

/** The elements one place later along an axis, the first 0. */
function later(x: Tensor, axis: number): Tensor {
  const part = slice(
    x,
    x.shape.map(() => 0),
    x.shape.with(axis, sizeAt(x.shape, axis) - 1),
  );
  return padZeros(
    part,
    x.shape.map((_, i): readonly [number, number] => [i === axis ? 1 : 0, 0]),
  );
}

function largest(call: Call): readonly Tensor[] {
  const x = call.x(0);
  const axis = call.axis(call.attribute("axis", -1), x.rank);
  const isLargest = call.attribute("largest", 1) !== 0;
  const [values, places] = topK(isLargest ? x : neg(x), call.number(1) ?? 1, { axis });
  return [isLargest ? values : neg(values), cast(places, x.dtype)];
}

export const reductions: Rules = {
  ReduceSum: reduction(sum),
  ReduceMean: reduction(mean),
  ReduceMax: reduction(max),
  ReduceMin: reduction(min),
  ReduceProd: reduction(prod),
  ReduceL1: reduction((x, options) => sum(abs(x), options)),
  ReduceL2: reduction(norm),
  ReduceSumSquare: reduction((x, options) => sum(square(x), options)),
  ReduceLogSum: reduction((x, options) => log(sum(x, options))),
  ReduceLogSumExp: reduction(logSumExp),
  ArgMax: place(argMax),
  ArgMin: place(argMin),
  CumSum: {
    inputs: [2, 2],
    settings: [1],
    attributes: { exclusive: "int", reverse: "int" },
    apply: runningSum,
  },
  TopK: {
    inputs: [2, 2],
    outputs: 2,
    settings: [1],
    attributes: { axis: "int", largest: "int", sorted: "int" },
    apply: largest,
  },
};
