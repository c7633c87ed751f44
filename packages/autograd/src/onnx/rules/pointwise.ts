import { add, mul, neg, sub } from "../../ops/arithmetic.ts";
import {
  abs,
  equal,
  greater,
  greaterEqual,
  less,
  lessEqual,
  maximum,
  minimum,
  sign,
  where,
} from "../../ops/choice.ts";
import { cos, div, exp, log, pow, sin, sqrt } from "../../ops/elementwise.ts";
import { and, isUndefined, not, or } from "../../ops/logic.ts";
import { erf } from "../../ops/normal.ts";
import { atan } from "../../ops/polar.ts";
import { ceil, floor, mod, round } from "../../ops/rounding.ts";
import type { Tensor } from "../../tensor.ts";
import { type Call, MANY, type Rule, type Rules } from "../call.ts";
import type { Kind } from "../elements.ts";

/** A function of one number. */
export function unary(f: (x: Tensor, call: Call) => Tensor, rest: Partial<Rule> = {}): Rule {
  return { inputs: [1, 1], ...rest, apply: (call) => f(call.x(0), call) };
}

/** A function of two numbers, whose tensors broadcast. */
function binary(
  f: (x: Tensor, y: Tensor, call: Call) => Tensor,
  kind?: Kind,
  rest: Partial<Rule> = {},
): Rule {
  const apply = (call: Call): Tensor => {
    call.joint(call.x(0), call.x(1));
    return f(call.x(0), call.x(1), call);
  };
  return kind === undefined ? { inputs: [2, 2], ...rest, apply } : { inputs: [2, 2], kind, ...rest, apply };
}

/** A function of any number of tensors, of two at a time. */
function folded(
  f: (x: Tensor, y: Tensor) => Tensor,
  finish = (y: Tensor, _count: number): Tensor => y,
): Rule {
  return {
    inputs: [1, MANY],
    apply: (call) => {
      const x = call.all();
      call.joint(...x);
      return finish(x.reduce(f), x.length);
    },
  };
}

/** The whole number next to x towards 0. */
export function truncated(x: Tensor): Tensor {
  return mul(sign(x), floor(abs(x)));
}

/** x^y: by the power of a number where y is a known one, whose derivatives are right at negative x too. */
function power(call: Call): Tensor {
  const [x, y] = [call.x(0), call.x(1)];
  call.joint(x, y);
  return call.isKnown(1) && y.rank === 0 ? pow(x, y.item()) : pow(x, y);
}

function infinite(call: Call): Tensor {
  const x = call.x(0);
  const [below, above] = [call.attribute("detect_negative", 1), call.attribute("detect_positive", 1)];
  const least = below === 0 ? Number.NaN : Number.NEGATIVE_INFINITY;
  const most = above === 0 ? Number.NaN : Number.POSITIVE_INFINITY;
  return or(equal(x, least), equal(x, most));
}

export const pointwise: Rules = {
  Add: binary(add),
  Sub: binary(sub),
  Mul: binary(mul),
  Div: binary((x, y, call) => (call.kind(0) === "float" ? div(x, y) : truncated(div(x, y)))),
  Pow: { inputs: [2, 2], statistics: [1], apply: power },
  Mod: binary(
    (x, y, call) => (call.attribute("fmod", 0) === 0 ? mod(x, y) : sub(x, mul(y, truncated(div(x, y))))),
    undefined,
    { attributes: { fmod: "int" } },
  ),
  Neg: unary(neg),
  Abs: unary(abs),
  Sign: unary(sign),
  Reciprocal: unary((x) => div(1, x)),
  Sqrt: unary(sqrt),
  Exp: unary(exp),
  Log: unary(log),
  Sin: unary(sin),
  Cos: unary(cos),
  Tan: unary((x) => div(sin(x), cos(x))),
  Sinh: unary((x) => mul(0.5, sub(exp(x), exp(neg(x))))),
  Cosh: unary((x) => mul(0.5, add(exp(x), exp(neg(x))))),
  Atan: unary(atan),
  Erf: unary(erf),
  Floor: unary(floor),
  Ceil: unary(ceil),
  Round: unary(round),
  Max: folded(maximum),
  Min: folded(minimum),
  Sum: folded(add),
  Mean: folded(add, (sum, count) => div(sum, count)),
  Equal: binary(equal, "bool"),
  Less: binary(less, "bool"),
  LessOrEqual: binary(lessEqual, "bool"),
  Greater: binary(greater, "bool"),
  GreaterOrEqual: binary(greaterEqual, "bool"),
  And: binary(and, "bool"),
  Or: binary(or, "bool"),
  Xor: binary((x, y) => not(equal(not(x), not(y))), "bool"),
  Not: unary(not, { kind: "bool" }),
  IsNaN: unary(isUndefined, { kind: "bool" }),
  IsInf: {
    inputs: [1, 1],
    kind: "bool",
    attributes: { detect_negative: "int", detect_positive: "int" },
    apply: infinite,
  },
  Where: {
    inputs: [3, 3],
    kind: (call) => call.kind(1),
    apply: (call) => {
      const [condition, x, y] = [call.x(0), call.x(1), call.x(2)];
      call.joint(condition, x, y);
      return where(condition, x, y);
    },
  },
};
