import type { FunctionBody } from "../emitter/body.ts";
import { F32x4, type I32x4 } from "../emitter/vector.ts";
import { LOG_2_HIGH, LOG_2_LOW } from "./exponential.ts";
import { polynomial, polynomialInPairs } from "./polynomial.ts";

/** The bits of √½: subtracting them puts the significand's seam there. */
const ROOT_HALF = 0x3f3504f3;
const INFINITY = Number.POSITIVE_INFINITY;

/**
 * log x, within 1 ulp, subnormal x included; −∞ at ±0, NaN below. Numbers that are not positive, normal and
 * finite take a branch.
 */
export function log(f: FunctionBody, x: F32x4): F32x4 {
  const special = f.let(x.asI32x4().add(0x00800000).lt(0x01000000));
  const anySpecial = f.let(special.any());
  const normal = f.variable(x);
  const exponentShift = f.variable(F32x4.constant(0));
  f.when(anySpecial, () => {
    const subnormal = f.let(x.lt(2 ** -126));
    normal.set(subnormal.select(x.mul(2 ** 23), x));
    exponentShift.set(subnormal.and(F32x4.constant(23).asI32x4()).asF32x4());
  });
  const exponent = f.let(exponentOf(normal.value));
  const fraction = f.let(normal.value.asI32x4().sub(exponent.shl(23)).asF32x4().sub(1));
  const result = f.variable(logOf(f, f.let(exponent.toF32x4().sub(exponentShift.value)), fraction));
  f.when(anySpecial, () => result.set(limits(f, x, x, result.value)));
  return f.let(result.value);
}

/**
 * log(1 + x), within 1.5 ulp, also near 0; −∞ at −1, NaN below. With u = 1 + x rounded, the rounding error
 * x − (u − 1) is added to the fraction of u.
 */
export function log1p(f: FunctionBody, x: F32x4): F32x4 {
  const u = f.let(x.add(1));
  // u outside of the normal numbers below 2¹²⁷.
  const anySpecial = f.let(u.asI32x4().add(0x01000000).lt(0x01800000).any());
  const exponent = f.let(exponentOf(u));
  const scaling = f.let(exponent.shl(23));
  const error = f.variable(x.sub(u.sub(1)).mul(F32x4.constant(1).asI32x4().sub(scaling).asF32x4()));
  f.when(anySpecial, () =>
    error.set(
      u
        .lt(2 ** 127)
        .and(error.value.asI32x4())
        .asF32x4(),
    ),
  );
  const fraction = f.let(u.asI32x4().sub(scaling).asF32x4().sub(1).add(error.value));
  const result = f.variable(logOf(f, f.let(exponent.toF32x4()), fraction));
  f.when(anySpecial, () => result.set(limits(f, u, x, result.value)));
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

/** The whole number e with x = m·2^e and √½ ≤ m < √2. */
function exponentOf(x: F32x4): I32x4 {
  return x.asI32x4().sub(ROOT_HALF).shrSigned(23);
}

/**
 * e·log 2 + log(1 + f) for √½ ≤ 1 + f < √2: log(1 + f) = f − (f²/2 − s·(f²/2 + R)) with s = f/(2 + f) and
 * R = s²·L(s²), exact where f → 0.
 */
function logOf(f: FunctionBody, exponent: F32x4, fraction: F32x4): F32x4 {
  const s = f.let(fraction.div(fraction.add(2)));
  const z = f.let(s.mul(s));
  // Minimax on |s| ≤ 0.1716, relative to the logarithm: 8.1e-10.
  const r = z.mul(polynomial(f, z, [0.6666677594184875, 0.3997758626937866, 0.29870685935020447]));
  const halfSquare = f.let(fraction.mul(0.5).mul(fraction));
  const curvature = f.subtractProduct(halfSquare, s, f.let(halfSquare.add(r)));
  const low = f.subtractProduct(curvature, exponent, F32x4.constant(LOG_2_LOW));
  return f.madd(exponent, F32x4.constant(LOG_2_HIGH), fraction.sub(low));
}

/** What the logarithm of u is where u is not positive and finite; x is what the caller was given. */
function limits(f: FunctionBody, u: F32x4, x: F32x4, result: F32x4): F32x4 {
  const positive = f.let(u.eq(0).select(F32x4.constant(-INFINITY), result));
  const real = f.let(u.lt(0).select(F32x4.constant(Number.NaN), positive));
  return x.lt(INFINITY).select(real, x);
}
