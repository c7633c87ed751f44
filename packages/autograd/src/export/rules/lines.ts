import type { LineParameters } from "../../backend.ts";
import { sizeAt } from "../../shape.ts";
import type { Builder } from "../builder.ts";
import type { Value } from "../primitives.ts";
import { cummax, cumsum, linearRecurrence, logCumSumExp } from "./cumulative.ts";
import { takeAlong } from "./movement.ts";
import type { Rule, Rules } from "./rule.ts";

/** Every op that treats each line of its argument on its own, by the formula of its reference kernel. */
export const lines: Rules<keyof LineParameters> = {
  max: (b, { parameters: { axes } }, x) => b.reduce("max", x, axes),
  min: (b, { parameters: { axes } }, x) => b.reduce("min", x, axes),
  prod: (b, { parameters: { axes } }, x) => b.reduce("product", x, axes),
  logSumExp: (b, { parameters: { axes } }, x) => {
    const { top, rest } = shifted(b, x, axes);
    const isNumber = b.compare("less", b.unary("abs", top), Number.POSITIVE_INFINITY);
    return b.select(isNumber, b.add(top, b.unary("log1p", rest)), top);
  },
  softmax: (b, { parameters: { axes } }, x) => {
    const { difference } = shifted(b, x, axes);
    const weights = b.unary("exp", difference);
    return b.div(weights, b.broadcast(b.reduce("sum", weights, axes), x.shape));
  },
  logSoftmax: (b, { parameters: { axes } }, x) => {
    const { difference, rest } = shifted(b, x, axes);
    return b.sub(difference, b.broadcast(b.unary("log1p", rest), x.shape));
  },
  norm: (b, { parameters: { axes } }, x) => {
    const { scale, isOrdinary, root } = scaled(b, x, axes);
    return b.select(isOrdinary, b.mul(scale, root), scale);
  },
  unit: (b, { parameters: { axes } }, x) => {
    const { scale, isOrdinary, ratio, root } = scaled(b, x, axes);
    const wide = (y: Value): Value => b.broadcast(y, x.shape);
    const other = b.select(wide(b.compare("equal", scale, 0)), 0, b.div(x, wide(scale)));
    return b.select(wide(isOrdinary), b.div(ratio, wide(root)), other);
  },
  cumsum,
  linearRecurrence,
  logCumSumExp,
  cummax,
  sort: (b, { parameters: { axis } }, x) => takeAlong(b, x, b.argSort(x, axis), axis),
  argSort: (b, { parameters: { axis } }, x) => b.convert(b.argSort(x, axis), "uint32"),
  argMax: extremePlace("max"),
  argMin: extremePlace("min"),
};

/**
 * x less its largest element in each line, and Σ e^(x − top) less the 1 that is the largest element's own: so that what
 * is too small to add to 1 is not lost.
 */
function shifted(
  b: Builder,
  x: Value,
  axes: readonly number[],
): { readonly top: Value; readonly difference: Value; readonly rest: Value } {
  const top = b.reduce("max", x, axes);
  const wide = b.broadcast(top, x.shape);
  const difference = b.sub(x, wide);
  const isTop = b.compare("equal", x, wide);
  const count = b.reduce("sum", b.convert(isTop, x.type), axes);
  const others = b.reduce("sum", b.select(isTop, 0, b.unary("exp", difference)), axes);
  return { top, difference, rest: b.add(b.sub(count, 1), others) };
}

/** The largest magnitude s of each line, whether it is a number above 0, x/s, and √Σ(x/s)². */
function scaled(
  b: Builder,
  x: Value,
  axes: readonly number[],
): Record<"scale" | "isOrdinary" | "ratio" | "root", Value> {
  // That of nothing is 0.
  const scale = b.binary("maximum", b.reduce("max", b.unary("abs", x), axes), 0);
  const isOrdinary = b.binary(
    "and",
    b.compare("greater", scale, 0),
    b.compare("less", scale, Number.POSITIVE_INFINITY),
  );
  const ratio = b.div(x, b.broadcast(b.select(isOrdinary, scale, 1), x.shape));
  const root = b.unary("sqrt", b.reduce("sum", b.mul(ratio, ratio), axes));
  return { scale, isOrdinary, ratio, root };
}

/** The place of the first element of each line that is NaN, or else of the first extremum. */
function extremePlace(name: "max" | "min"): Rule<"argMax" | "argMin"> {
  return (b, { parameters: { axis } }, x) => {
    const best = b.broadcast(b.reduce(name, x, [axis]), x.shape);
    // The extremum of a line with NaN is NaN, which equals nothing.
    const isFound = b.binary("or", b.compare("equal", x, best), b.compare("notEqual", x, x));
    const places = b.iota(x.shape, axis);
    const found = b.select(isFound, places, sizeAt(x.shape, axis));
    return b.convert(b.reduce("min", found, [axis]), "uint32");
  };
}
