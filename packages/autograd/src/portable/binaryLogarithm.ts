import { highWord, powerOfTwo } from "./bits.ts";

// (log₂((1 + s)/(1 − s))·3/2·log 2 − 3s − s³)/s⁵ in s², for |s| ≤ 0.1.
const L1 = 0.5999999999999946;
const L2 = 0.4285714285785502;
const L3 = 0.33333332981837743;
const L4 = 0.272728123808534;
const L5 = 0.23066074577556175;
const L6 = 0.20697501780033842;

// Numbers in two parts, the first of them of 24 bits, and their sum.
/** 2/(3 log 2). */
const SCALE = 0.9617966939259756;
const SCALE_HIGH = 0.9617967009544373;
const SCALE_LOW = -7.028461650952758e-9;
/** log₂ 1½. */
const ONE_AND_HALF_HIGH = 0.5849624872207642;
const ONE_AND_HALF_LOW = 1.350039202129749e-8;

/** The upper half of √¾. */
const ROOT_THREE_QUARTERS_WORD = 0x3febb67a;

/** log₂ x for finite x > 0 in two parts, the first of them a float32. */
export function log2(x: number): [number, number] {
  if (x < 2 ** -1022) {
    const [high, low] = log2(x * 2 ** 54);
    return [high - 54, low];
  }
  // x = 2ᵏ·m with m from √¾ to √3, and m = c·(1 + s)/(1 − s) with c = 1 to √1½ and 1½ from there.
  const k = (highWord(x) - ROOT_THREE_QUARTERS_WORD) >> 20;
  const m = x * powerOfTwo(-k);
  const isMiddle = m > 1.224744871391589;
  const c = isMiddle ? 1.5 : 1;
  const difference = m - c;
  const inverse = 1 / (m + c);
  const s = difference * inverse;
  const sHigh = Math.fround(s);
  const sumHigh = Math.fround(m + c);
  const sLow = inverse * (difference - sHigh * sumHigh - sHigh * (m - (sumHigh - c)));
  const z = s * s;
  const r = z * z * (L1 + z * (L2 + z * (L3 + z * (L4 + z * (L5 + z * L6))))) + sLow * (sHigh + s);
  // 3/2·log(m/c) = s·(3 + s² + r).
  const square = sHigh * sHigh;
  const factorHigh = Math.fround(3 + square + r);
  const factorLow = r - (factorHigh - 3 - square);
  const u = sHigh * factorHigh;
  const v = sLow * factorHigh + factorLow * s;
  const logHigh = Math.fround(u + v);
  const logLow = v - (logHigh - u);
  const zHigh = SCALE_HIGH * logHigh;
  const zLow = SCALE_LOW * logHigh + logLow * SCALE + (isMiddle ? ONE_AND_HALF_LOW : 0);
  const ofC = isMiddle ? ONE_AND_HALF_HIGH : 0;
  const high = Math.fround(zHigh + zLow + ofC + k);
  return [high, zLow - (high - k - ofC - zHigh)];
}
