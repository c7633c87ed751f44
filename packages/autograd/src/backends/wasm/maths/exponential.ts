import type { FunctionBody } from "../emitter/body.ts";
import { F32x4 } from "../emitter/vector.ts";
import { polynomial } from "./polynomial.ts";

// log 2 in two parts: the first has 10 bits, so that its multiples up to 2¹⁴ are exact.
export const LOG_2_HIGH = 0.693359375;
export const LOG_2_LOW = -2.1219444005469057e-4;

/** Above this eˣ is infinite in float32, and n below is 128. */
const OVERFLOW = 89;
/** Below this eˣ is 0 here, and n below is −127. */
const UNDERFLOW = -87.5;
/** Adding this to a whole number n leaves n + 127 in the low bits: the exponent of 2ⁿ. */
const EXPONENT = 1.5 * 2 ** 23 + 127;

/**
 * eˣ, within 1.5 ulp. Results below the smallest normal number 2⁻¹²⁶ (x < −87.3366) are 0: a subnormal result
 * would slow down all that is computed from it.
 */
export function exp(f: FunctionBody, x: F32x4): F32x4 {
  return f.once("exp", x, () => exponential(f, f.let(x.atMost(OVERFLOW).atLeast(UNDERFLOW))));
}

/** e^(−|x|), never above 1: shared by the functions that are made of it. */
export function expOfNegative(f: FunctionBody, x: F32x4): F32x4 {
  return f.once("exp(-|x|)", x, () => {
    const negative = x.asI32x4().or(0x80000000).asF32x4();
    return exponential(f, f.let(negative.atLeast(UNDERFLOW)));
  });
}

/**
 * e^(x + low) for −87.5 ≤ x ≤ 89 and a small correction. With x = n·log 2 + r, n = ⌊x/log 2⌋, it is
 * 2ⁿ·(1 + r + r²·Q(r)): as 1 ≤ eʳ < 2, no result is subnormal, 2¹²⁸ is infinite and 2⁻¹²⁷ is 0.
 */
export function exponential(f: FunctionBody, x: F32x4, low?: F32x4): F32x4 {
  const n = f.let(x.mul(Math.LOG2E).floor());
  const high = f.subtractProduct(x, n, F32x4.constant(LOG_2_HIGH));
  const remainder = f.let(f.subtractProduct(high, n, F32x4.constant(LOG_2_LOW)));
  const r = low === undefined ? remainder : f.let(remainder.add(low));
  // Minimax on [0, log 2], relative to eʳ: 2.9e-9.
  const q = polynomial(
    f,
    r,
    [0.5000022649765015, 0.16663210093975067, 0.0418543666601181, 0.007869288325309753, 0.001912050531245768],
  );
  const fraction = f.madd(f.let(r.mul(r)), q, r).add(1);
  return f.let(fraction.mul(powerOfTwo(n, EXPONENT)));
}

/** 2 to the whole number n, built in the exponent. */
function powerOfTwo(n: F32x4, exponent: number): F32x4 {
  return n.add(exponent).asI32x4().shl(23).asF32x4();
}

/**
 * eˣ − 1, within 2 ulp, also near 0. With x = n·log 2 + r, |r| ≤ ½ log 2, it is 2ⁿ·(eʳ − 1) + (2ⁿ − 1), with
 * half of 2ⁿ in the place of 2ⁿ, which may overflow.
 */
export function expm1(f: FunctionBody, x: F32x4): F32x4 {
  const clamped = f.let(x.atMost(OVERFLOW).atLeast(-30));
  const half = EXPONENT - 1;
  const shifted = f.let(clamped.mul(Math.LOG2E).add(half));
  const n = f.let(shifted.sub(half));
  const high = f.subtractProduct(clamped, n, F32x4.constant(LOG_2_HIGH));
  const r = f.let(f.subtractProduct(high, n, F32x4.constant(LOG_2_LOW)));
  // Minimax on |r| ≤ ½ log 2, relative to eʳ − 1: 1.4e-8.
  const q = polynomial(
    f,
    r,
    [0.4999999701976776, 0.1666654646396637, 0.04166743531823158, 0.00836627185344696, 0.0013870695838704705],
  );
  const change = f.let(f.madd(f.let(r.mul(r)), q, r));
  const halfPower = f.let(shifted.asI32x4().shl(23).asF32x4());
  const halfResult = f.let(f.madd(halfPower, change, halfPower.sub(0.5)));
  return f.let(halfResult.add(halfResult));
}
