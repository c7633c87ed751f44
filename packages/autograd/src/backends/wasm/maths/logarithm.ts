import type { FunctionBody } from "../emitter/body.ts";
import { F32x4, type I32x4 } from "../emitter/vector.ts";
import { LOG_2_HIGH, LOG_2_LOW } from "./exponential.ts";
import { polynomial, polynomialInPairs } from "./polynomial.ts";

/** The bits of √½: subtracting them puts the significand's seam there. */
const ROOT_HALF = 0x3f3504f3;
/** The bits of a float32's sign and exponent. */
const EXPONENT = 0xff800000;
const INFINITY = Number.POSITIVE_INFINITY;

// log 2 in two parts, for an exponent times 2²³.
const EXPONENT_HIGH = LOG_2_HIGH * 2 ** -23;
const EXPONENT_LOW = LOG_2_LOW * 2 ** -23;

/** (log((1 + s)/(1 − s)) − 2s)/s³ in s², minimax on |s| ≤ 0.1716, relative to the logarithm: 8.1e-10. */
const SERIES = [0.6666677594184875, 0.3997758626937866, 0.29870685935020447];

/**
 * log x, within 1 ulp, subnormal x included; −∞ at ±0, NaN below. Numbers that are not positive, normal and
 * finite take a branch.
 */
export function log(f: FunctionBody, x: F32x4): F32x4 {
  const result = f.variable(logOfNormal(f, x, F32x4.constant(0)));
  f.rarely(f.let(x.asI32x4().add(0x00800000).lt(0x01000000)), () => {
    const subnormal = f.let(x.lt(2 ** -126));
    const normal = f.let(subnormal.select(x.mul(2 ** 23), x));
    const shift = subnormal.and(F32x4.constant(23 * 2 ** 23).asI32x4()).asF32x4();
    result.set(limits(f, x, x, logOfNormal(f, normal, shift)));
  });
  return f.let(result.value);
}

/**
 * log(1 + x), within 1.5 ulp, also near 0; −∞ at −1, NaN below. With 1 + x = (1 + f)·2^e the fraction f is
 * x·2^(−e) + (2^(−e) − 1), in which the sum alone is rounded, and so is 2 + f.
 */
export function log1p(f: FunctionBody, x: F32x4): F32x4 {
  const u = f.let(x.add(1));
  const exponent = f.let(exponentOf(u));
  const scale = f.let(F32x4.constant(1).asI32x4().sub(exponent).asF32x4());
  const scaled = f.let(x.mul(scale));
  const fraction = f.let(scaled.add(scale.sub(1)));
  const s = f.let(fraction.div(scaled.add(scale.add(1))));
  const z = f.let(s.mul(s));
  const p = polynomial(f, z, SERIES);
  // s·f from log(1 + f) = f − s·f + s³·L(s²) goes with the small part of e·log 2: a shorter chain than that of the logarithm.
  const e = f.let(exponent.toF32x4());
  const small = f.let(e.mul(EXPONENT_LOW).sub(s.mul(fraction)));
  const rest = f.let(f.madd(f.let(s.mul(z)), p, small));
  const result = f.variable(f.madd(e, F32x4.constant(EXPONENT_HIGH), fraction.add(rest)));
  // From 2¹²⁶ on the scale may be no normal number, and log x is as good as log(1 + x).
  f.rarely(f.let(u.asI32x4().add(0x01800000).lt(0x02000000)), () => {
    const large = f.let(logOfNormal(f, u, F32x4.constant(0)));
    result.set(limits(f, u, x, f.let(u.lt(2 ** 126).select(result.value, large))));
  });
  return f.let(result.value);
}

/** log(1 + e) for 0 ≤ e ≤ 1, by a polynomial: shorter than the general way, which divides. */
export function log1pOfFraction(f: FunctionBody, e: F32x4): F32x4 {
  // Minimax, relative: 3.3e-8.
  const p = polynomialInPairs(
    f,
    e,
    [
      -0.49999648332595825, 0.33321329951286316, -0.24857217073440552, 0.1915384829044342,
      -0.13754187524318695, 0.07920882850885391, -0.030068300664424896, 0.005365422461181879,
    ],
  );
  return f.let(f.madd(f.let(e.mul(e)), p, e));
}

/** e·2²³ for the whole number e with x = m·2^e and √½ ≤ m < √2. */
function exponentOf(x: F32x4): I32x4 {
  return x.asI32x4().sub(ROOT_HALF).and(EXPONENT);
}

/** log x for positive, normal and finite x, less the logarithm of a power of two: its exponent times 2²³. */
function logOfNormal(f: FunctionBody, x: F32x4, shift: F32x4): F32x4 {
  const exponent = f.let(exponentOf(x));
  const fraction = f.let(x.asI32x4().sub(exponent).asF32x4().sub(1));
  return logOf(f, f.let(exponent.toF32x4().sub(shift)), fraction);
}

/**
 * e·log 2 + log(1 + f) for e·2²³ and √½ ≤ 1 + f < √2: log(1 + f) = f − (f²/2 − s·(f²/2 + R)) with s = f/(2 + f) and
 * R = s²·L(s²), exact where f → 0.
 */
function logOf(f: FunctionBody, exponent: F32x4, fraction: F32x4): F32x4 {
  const s = f.let(fraction.div(fraction.add(2)));
  const z = f.let(s.mul(s));
  const r = z.mul(polynomial(f, z, SERIES));
  const halfSquare = f.let(fraction.mul(0.5).mul(fraction));
  const curvature = f.subtractProduct(halfSquare, s, f.let(halfSquare.add(r)));
  const low = f.subtractProduct(curvature, exponent, F32x4.constant(EXPONENT_LOW));
  return f.madd(exponent, F32x4.constant(EXPONENT_HIGH), fraction.sub(low));
}

/** What the logarithm of u is where u is not positive and finite; x is what the caller was given. */
function limits(f: FunctionBody, u: F32x4, x: F32x4, result: F32x4): F32x4 {
  const positive = f.let(u.eq(0).select(F32x4.constant(-INFINITY), result));
  const real = f.let(u.lt(0).select(F32x4.constant(Number.NaN), positive));
  return x.lt(INFINITY).select(real, x);
}
