import type { BinaryParameters, None, TernaryParameters, UnaryParameters } from "../../backend.ts";
import type { Builder } from "../builder.ts";
import type { BinaryFunction, Comparison, UnaryFunction, Value } from "../primitives.ts";
import { angle, cosineOf, lengthOf } from "./polar.ts";
import type { Rule, Rules } from "./rule.ts";
import { erf, normalCdf } from "./special.ts";

type Names<P> = { [K in keyof P]: P[K] extends None ? K : never }[keyof P];

/** Ops that are primitives by their own names. */
function same(name: UnaryFunction): Rule<Names<UnaryParameters>> {
  return (b, _equation, x) => b.unary(name, x);
}

function both(name: BinaryFunction): Rule<Names<BinaryParameters>> {
  return (b, _equation, x, y) => b.binary(name, x, y);
}

/** 1 or 0. */
function truth(name: Comparison): Rule<Names<BinaryParameters>> {
  return (b, { output }, x, y) => b.convert(b.compare(name, x, y), output.dtype);
}

/** e^(−rate·|x|), which never overflows. */
function decay(b: Builder, x: Value, rate: number): Value {
  return b.unary("exp", b.mul(b.unary("abs", x), -rate));
}

/** e/(1 + e)². */
function bump(b: Builder, e: Value): Value {
  const sum = b.add(e, 1);
  return b.div(e, b.mul(sum, sum));
}

/** Every op that works element by element, by the formula of its reference kernel. */
export const elementwise: Rules<keyof UnaryParameters | keyof BinaryParameters | keyof TernaryParameters> = {
  neg: same("neg"),
  square: (b, _equation, x) => b.mul(x, x),
  sqrt: same("sqrt"),
  exp: same("exp"),
  expm1: same("expm1"),
  log: same("log"),
  log1p: same("log1p"),
  sin: same("sin"),
  cos: same("cos"),
  atan: (b, _equation, x) => angle(b, x, b.fill(1, x)),
  tanh: same("tanh"),
  sechSquared: (b, _equation, x) => b.mul(bump(b, decay(b, x, 2)), 4),
  sigmoid: (b, _equation, x) => {
    const e = decay(b, x, 1);
    return b.div(b.select(b.compare("less", x, 0), e, 1), b.add(e, 1));
  },
  logisticDensity: (b, _equation, x) => bump(b, decay(b, x, 1)),
  softplus: (b, _equation, x) => b.add(b.binary("maximum", x, 0), b.unary("log1p", decay(b, x, 1))),
  relu: (b, _equation, x) => b.select(b.compare("less", x, 0), 0, x),
  erf: (b, _equation, x) => erf(b, x),
  normalCdf: (b, _equation, x) => normalCdf(b, x),
  abs: same("abs"),
  sign: same("sign"),
  floor: same("floor"),
  round: same("round"),
  isNaN: (b, { output }, x) => b.convert(b.compare("notEqual", x, x), output.dtype),
  power: (b, { parameters: { exponent } }, x) => {
    if (exponent === 0) return b.fill(1, x);
    if (exponent === 1) return x;
    if (exponent === 2) return b.mul(x, x);
    return exponent === -1 ? b.div(b.fill(1, x), x) : b.binary("pow", x, exponent);
  },
  add: both("add"),
  sub: both("sub"),
  mul: both("mul"),
  div: both("div"),
  pow: both("pow"),
  atan2: (b, _equation, y, x) => angle(b, y, x),
  hypot: (b, _equation, x, y) => lengthOf(b, x, y),
  directionCosine: (b, _equation, x, y) => cosineOf(b, x, y),
  maximum: both("maximum"),
  minimum: both("minimum"),
  greater: truth("greater"),
  greaterEqual: truth("greaterEqual"),
  less: truth("less"),
  lessEqual: truth("lessEqual"),
  equal: truth("equal"),
  where: (b, _equation, condition, x, y) => b.select(b.compare("notEqual", condition, 0), x, y),
};
