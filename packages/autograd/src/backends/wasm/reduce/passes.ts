import type { FunctionBody } from "../emitter/body.ts";
import { F32x4, F64x2 } from "../emitter/vector.ts";
import type { Elements, Lines } from "./lines.ts";

/** Four numbers in double precision: lanes 0 and 1, lanes 2 and 3. */
export type Doubles = readonly [F64x2, F64x2];

export function promote(f: FunctionBody, x: F32x4): Doubles {
  return [f.let(x.promoteLow()), f.let(x.shuffle(x, [2, 3, 2, 3]).promoteLow())];
}

export function demote(f: FunctionBody, [low, high]: Doubles): F32x4 {
  return f.let(low.demote().shuffle(high.demote(), [0, 1, 4, 5]));
}

/** Combines the elements of each line with an operation that is commutative and associative. */
export function fold(lines: Lines, initial: number, operate: (a: F32x4, b: F32x4) => F32x4): F32x4 {
  const { f } = lines;
  const result = f.variable(F32x4.constant(initial));
  lines.visit("input", (x, { lanes }) => {
    const next = operate(result.value, x);
    result.set(lanes === undefined ? next : lanes.select(next, result.value));
  });
  return lines.combine(f.let(result.value), operate);
}

/** Sums a term of the elements of each line in double precision; `each` is applied to the promoted term. */
export function sumOf(
  lines: Lines,
  term: (x: F32x4, elements: Elements) => F32x4,
  each: (half: F64x2) => F64x2 = (half) => half,
): Doubles {
  const { f } = lines;
  const sums = [f.variable(F64x2.constant(0)), f.variable(F64x2.constant(0))] as const;
  lines.visit("input", (x, elements) => {
    const value = f.let(term(x, elements));
    const own = elements.lanes === undefined ? value : f.let(value.asI32x4().and(elements.lanes).asF32x4());
    promote(f, own).forEach((half, i) => {
      sums[i]?.set(sums[i].value.add(each(half)));
    });
  });
  return lines.total(sums[0].value, sums[1].value, (a, b) => a.add(b));
}

/** Multiplies the elements of each line in double precision. */
export function productOf(lines: Lines): Doubles {
  const { f } = lines;
  const products = [f.variable(F64x2.constant(1)), f.variable(F64x2.constant(1))] as const;
  lines.visit("input", (x, { lanes }) => {
    const own = lanes === undefined ? x : f.let(lanes.select(x, F32x4.constant(1)));
    promote(f, own).forEach((half, i) => {
      products[i]?.set(products[i].value.mul(half));
    });
  });
  return lines.total(products[0].value, products[1].value, (a, b) => a.mul(b));
}
