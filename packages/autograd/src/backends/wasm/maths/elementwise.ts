import type { FunctionBody } from "../emitter/body.ts";
import { F32x4, type I32x4 } from "../emitter/vector.ts";
import { add, div, mul, relu, sqrt, square, sub } from "./arithmetic.ts";
import { exp, expm1 } from "./exponential.ts";
import { log, log1p } from "./logarithm.ts";
import { logisticDensity, sigmoid, softplus } from "./logistic.ts";
import { normalCdf } from "./normal-cdf.ts";
import { pow } from "./power.ts";
import { erf, sechSquared, tanh } from "./saturating.ts";
import { cos, sin } from "./trigonometric.ts";

/** Computes an elementwise op on four elements. */
export type Elementwise<Arguments extends readonly F32x4[]> = (f: FunctionBody, ...x: Arguments) => F32x4;

/** 1 where the condition holds, 0 elsewhere. */
function truth(condition: I32x4): F32x4 {
  return condition.and(F32x4.constant(1).asI32x4()).asF32x4();
}

/** −1, 0 or 1; ±0 and NaN stay what they are. */
function sign(f: FunctionBody, x: F32x4): F32x4 {
  const unit = x.asI32x4().and(0x80000000).or(F32x4.constant(1).asI32x4()).asF32x4();
  return f.let(x.abs().gt(0).select(unit, x));
}

/** The ops of one argument, by name. */
export const unary = {
  neg: (_, x) => x.neg(),
  square,
  sqrt,
  abs: (_, x) => x.abs(),
  relu,
  sign,
  exp,
  expm1,
  log,
  log1p,
  sin,
  cos,
  tanh,
  sechSquared,
  sigmoid,
  logisticDensity,
  softplus,
  erf,
  normalCdf,
} satisfies Record<string, Elementwise<[F32x4]>>;

/** The ops of two arguments. */
export const binary = {
  add,
  sub,
  mul,
  div,
  pow,
  maximum: (_, x, y) => x.max(y),
  minimum: (_, x, y) => x.min(y),
  greater: (_, x, y) => truth(x.gt(y)),
  greaterEqual: (_, x, y) => truth(x.ge(y)),
  less: (_, x, y) => truth(x.lt(y)),
  lessEqual: (_, x, y) => truth(x.le(y)),
  equal: (_, x, y) => truth(x.eq(y)),
} satisfies Record<string, Elementwise<[F32x4, F32x4]>>;

/** The ops of three arguments. */
export const ternary = {
  where: (_, condition, x, y) => condition.ne(0).select(x, y),
} satisfies Record<string, Elementwise<[F32x4, F32x4, F32x4]>>;
