import { log2 } from "./binaryLogarithm.ts";
import { checkNumber, scaled } from "./bits.ts";
import { exponentialPart } from "./exponential.ts";

// log 2 in two parts, the first of them of 24 bits.
const LOG2_HIGH = 0.6931471824645996;
const LOG2_LOW = -1.904654299957768e-9;

/**
 * x to the power of y, within 1 ulp, with the limits of IEEE 754: 1^y and x^0 are 1, for NaN too.
 *
 * @throws TypeError unless given numbers
 */
export function pow(x: number, y: number): number {
  checkNumber("pow", x);
  checkNumber("pow", y);
  if (y === 0 || x === 1) return 1;
  if (y === 1 || Number.isNaN(x)) return x;
  if (y === 2) return x * x;
  if (y === -1) return 1 / x;
  if (x < 0 && Number.isFinite(x) && !Number.isInteger(y) && Number.isFinite(y)) return Number.NaN;
  const value = positivePower(Math.abs(x), y);
  const isNegative = (x < 0 || Object.is(x, -0)) && Math.abs(y % 2) === 1;
  return isNegative ? -value : value;
}

/** The same for x ≥ 0. */
function positivePower(x: number, y: number): number {
  if (Number.isNaN(y)) return y;
  if (y === 0.5) return Math.sqrt(x);
  if (x === 1) return 1;
  if (x === 0 || x === Number.POSITIVE_INFINITY) return y > 0 ? x : 1 / x;
  // 2⁶⁴ times the logarithm of any x but 1 is out of range.
  if (Math.abs(y) >= 2 ** 64) return x > 1 === y > 0 ? Number.POSITIVE_INFINITY : 0;
  const [high, low] = log2(x);
  const yHigh = Math.fround(y);
  const productLow = (y - yHigh) * high + y * low;
  const productHigh = yHigh * high;
  const product = productLow + productHigh;
  if (product >= 1024.5) return Number.POSITIVE_INFINITY;
  if (product < -1080) return 0;
  const n = Math.round(product);
  return exp2(productHigh - n, productLow, n);
}

/** 2^(n + high + low), for |high + low| ≤ ½. */
function exp2(high: number, low: number, n: number): number {
  const t = Math.fround(low + high);
  const u = t * LOG2_HIGH;
  const v = (low - (t - high)) * Math.LN2 + t * LOG2_LOW;
  const z = u + v;
  const w = v - (z - u);
  const c = exponentialPart(z);
  const r = (z * c) / (c - 2) - (w + z * w);
  return scaled(1 - (r - z), n);
}
