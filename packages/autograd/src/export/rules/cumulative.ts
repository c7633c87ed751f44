import { sizeAt } from "../../shape.ts";
import type { Builder } from "../builder.ts";
import type { Value } from "../primitives.ts";
import type { Rule } from "./rule.ts";

/** What an associative function makes of the elements so far along an axis, in log₂(size) steps (Hillis & Steele 1986). */
export function prefixes(
  b: Builder,
  x: Value,
  axis: number,
  unit: number,
  combine: (before: Value, own: Value) => Value,
): Value {
  const size = sizeAt(x.shape, axis);
  let y = x;
  for (let step = 1; step < size; step *= 2) {
    const units = b.constant(unit, x.shape.with(axis, step), x.type);
    y = combine(b.concatenate([units, b.part(y, axis, 0, size - step)], axis), y);
  }
  return y;
}

export const cumsum: Rule<"cumsum"> = (b, { parameters: { axis, reverse } }, x) => {
  const axes = reverse ? [axis] : [];
  return b.reverse(
    prefixes(b, b.reverse(x, axes), axis, 0, (before, own) => b.add(before, own)),
    axes,
  );
};

export const cummax: Rule<"cummax"> = (b, { parameters: { axis } }, x) =>
  prefixes(b, x, axis, Number.NEGATIVE_INFINITY, (before, own) => b.binary("maximum", before, own));

/** By log(eˣ + eʸ) = max(x, y) + log(1 + e^(−|x − y|)); an infinite maximum is the result. */
export const logCumSumExp: Rule<"logCumSumExp"> = (b, { parameters: { axis } }, x) =>
  prefixes(b, x, axis, Number.NEGATIVE_INFINITY, (before, own) => {
    const top = b.binary("maximum", before, own);
    const apart = b.unary("abs", b.sub(before, own));
    const sum = b.add(top, b.unary("log1p", b.unary("exp", b.unary("neg", apart))));
    return b.select(b.compare("equal", b.unary("abs", top), Number.POSITIVE_INFINITY), top, sum);
  });

/** yₖ = aₖ·yₖ₋₁ + bₖ, with 0 before the first, one place after another: products of several factors may overflow. */
export const linearRecurrence: Rule<"linearRecurrence"> = (
  b,
  { parameters: { axis, reverse } },
  factors,
  terms,
) => {
  // The first factor multiplies nothing, infinite as it may be.
  const length = sizeAt(factors.shape, axis);
  const isFirst = b.compare("equal", b.iota(factors.shape, axis), reverse ? length - 1 : 0);
  const order = factors.shape.map((_, i) => (i === 0 ? axis : i <= axis ? i - 1 : i));
  const lines = [b.select(isFirst, 0, factors), terms].map((x) => b.transpose(x, order));
  const start = b.constant(0, factors.shape.toSpliced(axis, 1), factors.type);
  const [, rows] = b.scan([start], lines, { length, isReversed: reverse }, (run, [y], [factor, term]) => {
    if (y === undefined || factor === undefined || term === undefined)
      throw new Error("a recurrence has two sequences");
    const next = run.add(run.mul(factor, y), term);
    return { carries: [next], rows: [next] };
  });
  if (rows === undefined) throw new Error("a recurrence has one result");
  return b.transpose(
    rows,
    order.map((_, i) => order.indexOf(i)),
  );
};
