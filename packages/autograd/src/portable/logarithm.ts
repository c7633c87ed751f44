import { log2 } from "./binaryLogarithm.ts";
import { checkNumber, highWord, powerOfTwo } from "./bits.ts";
import { LOG2_HIGH, LOG2_LOW } from "./exponential.ts";

// (log((1 + s)/(1 − s)) − 2s)/s in s², for |s| ≤ 0.1716.
const L1 = 0.6666666666666735;
const L2 = 0.3999999999940942;
const L3 = 0.2857142874366239;
const L4 = 0.22222198432149784;
const L5 = 0.1818357216161805;
const L6 = 0.15313837699209373;
const L7 = 0.14798198605116586;

// log₁₀ 2 in two parts, the first of them of 24 bits.
const LOG10_2 = 0.3010299956639812;
const LOG10_2_HIGH = 0.3010300099849701;
const LOG10_2_LOW = -1.4320988897559699e-8;

/** The upper half of √½. */
const ROOT_HALF_WORD = 0x3fe6a09e;

/** The whole k with √½ ≤ x·2⁻ᵏ < √2, nearly, for normal x > 0. */
function exponent(x: number): number {
  return (highWord(x) - ROOT_HALF_WORD) >> 20;
}

/** log((1 + f)·2ᵏ) + correction, with √½ ≤ 1 + f < √2. */
function logOf(f: number, k: number, correction: number): number {
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const r = w * (L2 + w * (L4 + w * L6)) + z * (L1 + w * (L3 + w * (L5 + w * L7)));
  const halfSquare = 0.5 * f * f;
  return s * (halfSquare + r) + (k * LOG2_LOW + correction) - halfSquare + f + k * LOG2_HIGH;
}

/** log x, within 1 ulp. @throws TypeError unless given numbers */
export function log(x: number): number {
  checkNumber("log", x);
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  if (x < 2 ** -1022) return log(x * 2 ** 54) - 54 * Math.LN2;
  const k = exponent(x);
  return logOf(x * powerOfTwo(-k) - 1, k, 0);
}

/** log(1 + x), within 1 ulp. @throws TypeError unless given numbers */
export function log1p(x: number): number {
  checkNumber("log1p", x);
  if (!(x > -1)) return x === -1 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x === Number.POSITIVE_INFINITY || Math.abs(x) < 2 ** -54) return x;
  if (x > -0.2929 && x < 0.4142) return logOf(x, 0, 0);
  const u = 1 + x;
  const k = exponent(u);
  // What 1 + x lost by rounding.
  const lost = k >= 54 ? 0 : (k >= 2 ? 1 - (u - x) : x - (u - 1)) / u;
  return logOf(u * powerOfTwo(-k) - 1, k, lost);
}

/** log₁₀ x, within 1 ulp: whole for whole powers of ten. @throws TypeError unless given numbers */
export function log10(x: number): number {
  checkNumber("log10", x);
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  const [high, low] = log2(x);
  return LOG10_2_HIGH * high + (LOG10_2_LOW * high + LOG10_2 * low);
}
