import { ARC_TANGENT, ARC_TANGENT_AT_HALF } from "../../portable/inverse.ts";
import type { Builder } from "../builder.ts";
import type { Value } from "../primitives.ts";
import { polynomial } from "./special.ts";

const INFINITY = Number.POSITIVE_INFINITY;

/** Whether x is infinite. */
function isInfinite(b: Builder, x: Value): Value {
  return b.compare("equal", b.unary("abs", x), INFINITY);
}

/** ±1 for ±∞, 0 for finite numbers; NaN stays. */
function unitOfInfinite(b: Builder, x: Value): Value {
  return b.select(isInfinite(b, x), b.unary("sign", x), b.mul(x, 0));
}

/** Where one of x and y is infinite, the direction in which the point lies; else the point itself. */
function direction(b: Builder, x: Value, y: Value): readonly [Value, Value] {
  const isFar = b.binary("or", isInfinite(b, x), isInfinite(b, y));
  return [b.select(isFar, unitOfInfinite(b, x), x), b.select(isFar, unitOfInfinite(b, y), y)];
}

/** Whether a number is negative, −0 too: 1/−0 is −∞. */
function isNegative(b: Builder, x: Value): Value {
  return b.binary("or", b.compare("less", x, 0), b.compare("less", b.div(b.fill(1, x), x), 0));
}

/** r − atan r. */
function rest(b: Builder, r: Value): Value {
  const z = b.mul(r, r);
  return b.mul(b.mul(r, z), polynomial(b, z, ARC_TANGENT));
}

/** atan q for 0 ≤ q ≤ 1: by atan q = atan c + atan((q − c)/(1 + c·q)) with c one of 0, ½ and 1. */
function arcTangent(b: Builder, q: Value): Value {
  const [isSmall, isMiddle] = [b.compare("less", q, 0.4375), b.compare("less", q, 0.6875)];
  const choose = (small: Value | number, middle: Value | number, large: Value): Value =>
    b.select(isSmall, small, b.select(isMiddle, middle, large));
  const r = choose(q, b.div(b.sub(b.mul(q, 2), 1), b.add(q, 2)), b.div(b.sub(q, 1), b.add(q, 1)));
  const from = choose(0, ARC_TANGENT_AT_HALF, b.fill(0.25 * Math.PI, q));
  return b.add(from, b.sub(r, rest(b, r)));
}

/** The angle of the point (x, y), with the smaller one of |y/x| and |x/y|; signs of zeros count. */
export function angle(b: Builder, ordinate: Value, abscissa: Value): Value {
  const [x, y] = direction(b, abscissa, ordinate);
  const [up, aside] = [b.unary("abs", y), b.unary("abs", x)];
  const larger = b.binary("maximum", up, aside);
  const isZero = b.compare("equal", larger, 0);
  const q = b.div(b.binary("minimum", up, aside), b.select(isZero, 1, larger));
  const near = arcTangent(b, q);
  const above = b.select(b.compare("greater", up, aside), b.sub(b.fill(0.5 * Math.PI, q), near), near);
  const turned = b.select(isNegative(b, abscissa), b.sub(b.fill(Math.PI, q), above), above);
  return b.select(isNegative(b, ordinate), b.unary("neg", turned), turned);
}

/** The larger one of |x| and |y|, and how many times that √(x² + y²) is. */
function scaled(b: Builder, x: Value, y: Value): readonly [Value, Value] {
  const [p, q] = [b.unary("abs", x), b.unary("abs", y)];
  const larger = b.binary("maximum", p, q);
  const ratio = b.div(b.binary("minimum", p, q), larger);
  return [larger, b.unary("sqrt", b.add(b.mul(ratio, ratio), 1))];
}

/** √(x² + y²), without overflow on the way; infinite where x or y is. */
export function lengthOf(b: Builder, x: Value, y: Value): Value {
  const [larger, times] = scaled(b, x, y);
  const isFar = b.binary("or", isInfinite(b, x), isInfinite(b, y));
  const isPlain = b.compare("notEqual", larger, 0);
  return b.select(isFar, INFINITY, b.select(isPlain, b.mul(larger, times), larger));
}

/** x/√(x² + y²); where x or y is infinite, of the direction in which the point lies. */
export function cosineOf(b: Builder, x: Value, y: Value): Value {
  const [u, v] = direction(b, x, y);
  const [larger, times] = scaled(b, u, v);
  return b.div(b.div(u, larger), times);
}
