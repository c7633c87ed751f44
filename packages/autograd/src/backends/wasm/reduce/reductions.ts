import { ModuleBuilder, type Target } from "../emitter/module.ts";
import { F32x4 } from "../emitter/vector.ts";
import { exp } from "../maths/exponential.ts";
import { log1p } from "../maths/logarithm.ts";
import { eachLines, type Lines } from "./lines.ts";
import { type Doubles, demote, fold, productOf, promote, sumOf } from "./passes.ts";

const INFINITY = Number.POSITIVE_INFINITY;

/** The largest element of each line. */
function largest(lines: Lines): F32x4 {
  return fold(lines, -INFINITY, (a, b) => a.max(b));
}

/**
 * log Σ e^(x − top): one largest element makes 1 of the sum, and the rest, which may be too small to add to 1,
 * goes through log(1 + rest).
 */
function logOfSum(lines: Lines, top: F32x4): F32x4 {
  const { f } = lines;
  const isTop = (x: F32x4) => f.let(x.eq(top));
  const others = sumOf(lines, (x) =>
    exp(f, f.let(x.sub(top)))
      .asI32x4()
      .andNot(isTop(x))
      .asF32x4(),
  );
  const tops = demote(
    f,
    sumOf(lines, (x) => isTop(x).and(F32x4.constant(1).asI32x4()).asF32x4()),
  );
  // top − top is 0, and NaN where top is infinite.
  const ties = tops.gt(1).select(tops.sub(1).add(top.sub(top)), F32x4.constant(0));
  return log1p(f, f.let(demote(f, others).add(ties)));
}

/** √Σx²: in double precision no square overflows or vanishes. */
function norm(lines: Lines): Doubles {
  const [low, high] = sumOf(
    lines,
    (x) => x,
    (half) => half.mul(half),
  );
  return [lines.f.let(low.sqrt()), lines.f.let(high.sqrt())];
}

/** Ops that turn a line into one number. */
const reducing = {
  max: (lines) => lines.write(largest(lines)),

  min: (lines) => lines.write(fold(lines, INFINITY, (a, b) => a.min(b))),

  prod: (lines) => lines.write(demote(lines.f, productOf(lines))),

  /** top + log Σ e^(x − top), or the largest element itself if it is infinite. */
  logSumExp(lines) {
    const { f } = lines;
    const top = largest(lines);
    const shifted = f.let(top.add(logOfSum(lines, top)));
    lines.write(f.let(top.abs().eq(INFINITY).select(top, shifted)));
  },

  norm: (lines) => lines.write(demote(lines.f, norm(lines))),
} satisfies Record<string, (lines: Lines) => void>;

/** Ops that turn a line into another. */
const mapping = {
  softmax(lines) {
    const { f } = lines;
    const top = largest(lines);
    const total = sumOf(lines, (x, elements) => {
      const e = exp(f, f.let(x.sub(top)));
      elements.store(e);
      return e;
    });
    const sum = demote(f, total);
    lines.visit("output", (e, elements) => elements.store(f.let(e.div(sum))));
  },

  logSoftmax(lines) {
    const { f } = lines;
    const top = largest(lines);
    const logarithm = logOfSum(lines, top);
    lines.visit("input", (x, elements) => elements.store(f.let(x.sub(top).sub(logarithm))));
  },

  /** x/‖x‖, and 0 for x = 0. */
  unit(lines) {
    const { f } = lines;
    const lengths = norm(lines);
    const zero = f.let(demote(f, lengths).eq(0));
    lines.visit("input", (x, elements) => {
      const [low, high] = promote(f, x);
      const ratio = demote(f, [low.div(lengths[0]), high.div(lengths[1])]);
      elements.store(f.let(ratio.asI32x4().andNot(zero).asF32x4()));
    });
  },
} satisfies Record<string, (lines: Lines) => void>;

export type ReductionName = keyof typeof reducing | keyof typeof mapping;

/**
 * A module with `run(outer, middle, inner, x, y)`: reduces, or maps, the lines along the middle axis of
 * x [outer, middle, inner]. Sums are in double precision, in a fixed order.
 */
export function reductionModule(target: Target, name: ReductionName): ModuleBuilder {
  const module = new ModuleBuilder(target);
  const reduced = name in reducing;
  const body: (lines: Lines) => void = { ...reducing, ...mapping }[name];
  module.define("run", ["outer", "middle", "inner", "x", "y"], (f, places) => {
    eachLines(f, places, reduced, body);
  });
  return module;
}
