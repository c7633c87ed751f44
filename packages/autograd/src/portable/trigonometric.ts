import { checkNumber } from "./bits.ts";

// (sin r − r)/r³ in r², for |r| ≤ π/4.
const S1 = -0.16666666666666632;
const S2 = 0.00833333333332249;
const S3 = -0.0001984126982985795;
const S4 = 2.7557313707070068e-6;
const S5 = -2.5050760253406863e-8;
const S6 = 1.58969099521155e-10;

// (cos r − 1 + r²/2)/r⁴ in r².
const C1 = 0.0416666666666666;
const C2 = -0.001388888888887411;
const C3 = 2.480158728947673e-5;
const C4 = -2.7557314351390663e-7;
const C5 = 2.087572321298175e-9;
const C6 = -1.1359647557788195e-11;

const TWO_OVER_PI = 0.6366197723675814;
// π/2 in pieces of 33 bits, whose small multiples are exact, each with what is left after it.
const PIECE1 = 1.5707963267341256;
const REST1 = 6.077100506506192e-11;
const PIECE2 = 6.077100506303966e-11;
const REST2 = 2.0222662487959506e-21;
const PIECE3 = 2.0222662487111665e-21;
const REST3 = 8.4784276603689e-32;

/** Angles to here are a small multiple of π/2 and a rest. */
const MEDIUM = 2 ** 20;

/** sin x, within 1 ulp, for any angle in radians. @throws TypeError unless given numbers */
export function sin(x: number): number {
  checkNumber("sin", x);
  return turned(x, 0);
}

/** cos x, within 1 ulp, for any angle in radians. @throws TypeError unless given numbers */
export function cos(x: number): number {
  checkNumber("cos", x);
  return turned(x, 1);
}

/** sin(x + quarters·π/2). */
function turned(x: number, quarters: number): number {
  if (Math.abs(x) <= 0.7853981633974483) return quarters === 0 ? sinNearZero(x, 0) : cosNearZero(x, 0);
  if (!(Math.abs(x) < MEDIUM)) return Number.isFinite(x) ? turnedFar(x, quarters) : Number.NaN;
  const n = Math.round(x * TWO_OVER_PI);
  let r = x - n * PIECE1;
  let w = n * REST1;
  // Where much cancels, as many more bits are taken.
  if (Math.abs(r - w) < 2 ** -16 * Math.abs(x)) {
    [r, w] = next(r, n, PIECE2, REST2);
    if (Math.abs(r - w) < 2 ** -49 * Math.abs(x)) [r, w] = next(r, n, PIECE3, REST3);
  }
  const high = r - w;
  return ofQuarter(n + quarters, high, r - high - w);
}

/** r − n·(piece + rest), as a difference. */
function next(r: number, n: number, piece: number, rest: number): [number, number] {
  const w = n * piece;
  const difference = r - w;
  return [difference, n * rest - (r - difference - w)];
}

/** sin(n·π/2 + high + low). */
function ofQuarter(n: number, high: number, low: number): number {
  const y = (n & 1) === 0 ? sinNearZero(high, low) : cosNearZero(high, low);
  return (n & 2) === 0 ? y : -y;
}

/** sin(x + low), for |x| ≤ π/4. */
function sinNearZero(x: number, low: number): number {
  const z = x * x;
  if (z < 2 ** -58) return x;
  const v = z * x;
  const r = S2 + z * (S3 + z * (S4 + z * (S5 + z * S6)));
  return x - (z * (0.5 * low - v * r) - low - v * S1);
}

/** cos(x + low), for |x| ≤ π/4. */
function cosNearZero(x: number, low: number): number {
  const z = x * x;
  const w = z * z;
  const r = z * (C1 + z * (C2 + z * C3)) + w * w * (C4 + z * (C5 + z * C6));
  const half = 0.5 * z;
  const near = 1 - half;
  return near + (1 - near - half + (z * r - x * low));
}

/** 2/π·2¹¹⁵²: the bits that the largest angle takes, and 128 more (Payne & Hanek 1983). */
const TWO_OVER_PI_DIGITS =
  0xa2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abdebbc561b7246e3a424dd2e006492eea09d1921cfe1deb1cb129a73ee88235f52ebb4484e99c7026b45f7e413991d639835339f49c845f8bbdf9283b1ff897ffde05980fef2f118b5a0a6d1f6d367ecf27cb09b74f463f669e5fea2d7527bac7ebe5f17b3d0739f78a5292ea6bfb5fb11f8d5d08n;
/** π/2·2¹²⁸. */
const HALF_PI_DIGITS = 0x1921fb54442d18469898cc51701b839a2n;

/** sin(x + quarters·π/2) for an angle of 2²⁰ or more, which is a whole multiple of 2⁻³². */
function turnedFar(x: number, quarters: number): number {
  const isWhole = Math.abs(x) >= 2 ** 53;
  const places = isWhole ? 1152n : 1184n;
  const turns = BigInt(isWhole ? x : x * 2 ** 32) * TWO_OVER_PI_DIGITS;
  const n = (turns + (1n << (places - 1n))) >> places;
  const r = ((turns - (n << places)) >> (places - 192n)) * HALF_PI_DIGITS;
  const high = Number(r);
  const low = Number(r - BigInt(high));
  return ofQuarter(Number(n & 3n) + quarters, high * 2 ** -320, low * 2 ** -320);
}
