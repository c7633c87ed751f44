import type { Values } from "../../dtype.ts";

/**
 * Normal numbers by Box and Muller (1958), from words, in float32 arithmetic: every step below is one
 * rounded +, −, ×, ÷ or √ in the order written, with no fused multiply-add, or an operation on integers.
 * A backend that does the same steps gets the same bits on every machine.
 */

const fround = Math.fround;

/** The 24-bit significand of √½ in float32. */
export const ROOT_HALF = 0xb504f3;

// log 2 in two parts: the first has 19 bits, so that its small multiples are exact.
const LOG2_HIGH = 0.693145751953125;
const LOG2_LOW = /* @__PURE__ */ fround(1.428606765330187e-6);

// The minimax polynomials below are in float32, each coefficient rounded before the next ones were fitted.

// (log((1 + s)/(1 − s)) − 2s)/s³ in s², for |s| ≤ 0.1716: adds at most 8.1e-10 to the relative error.
const L0 = /* @__PURE__ */ fround(0.6666677594184875);
const L1 = /* @__PURE__ */ fround(0.3997758626937866);
const L2 = /* @__PURE__ */ fround(0.29870685935020447);

// sin(πx/4)/x in x², for |x| ≤ 1: 2.8e-8, of which all but 3.3e-9 is the rounding of π/4.
const S0 = /* @__PURE__ */ fround(0.7853981852531433);
const S1 = /* @__PURE__ */ fround(-0.08074583113193512);
const S2 = /* @__PURE__ */ fround(0.0024910164065659046);
const S3 = /* @__PURE__ */ fround(-3.660915172076784e-5);

// (cos(πx/4) − 1)/x² in x², for |x| ≤ 1: 4.4e-10.
const C0 = /* @__PURE__ */ fround(-0.3084251284599304);
const C1 = /* @__PURE__ */ fround(0.015854284167289734);
const C2 = /* @__PURE__ */ fround(-0.0003258686338085681);
const C3 = /* @__PURE__ */ fround(3.493981466817786e-6);

/**
 * −log(k·2⁻²⁴) for whole 0 < k < 2²⁴, in float32 within 0.91 ulp (measured over all odd k).
 *
 * With k·2⁻²⁴ = (1 + f)·2^(−h) and √½ ≤ 1 + f < √2, it is h·log 2 − log(1 + f), and
 * log(1 + f) = f − (f²/2 − s(f²/2 + R)) with s = f/(2 + f) and R = s²·L(s²): exact where f → 0.
 */
export function negativeLog(k: number): number {
  const shift = Math.clz32(k) - 8;
  const significand = k << shift;
  const above = significand >= ROOT_HALF;
  const f = above ? (significand - 0x1000000) * 2 ** -24 : (significand - 0x800000) * 2 ** -23;
  const halvings = above ? shift : shift + 1;
  const s = fround(f / fround(2 + f));
  const z = fround(s * s);
  const r = fround(z * fround(L0 + fround(z * fround(L1 + fround(z * L2)))));
  const halfSquare = fround(fround(0.5 * f) * f);
  const curvature = fround(halfSquare - fround(s * fround(halfSquare + r)));
  return fround(fround(fround(curvature + fround(halvings * LOG2_LOW)) - f) + fround(halvings * LOG2_HIGH));
}

/** sin(πx/4) for float32 |x| ≤ 1, in float32 within 1.6 ulp. */
export function sinEighthTurn(x: number): number {
  const z = fround(x * x);
  return fround(x * fround(S0 + fround(z * fround(S1 + fround(z * fround(S2 + fround(z * S3)))))));
}

/** cos(πx/4) for float32 |x| ≤ 1, in float32 within 1.2 ulp. */
export function cosEighthTurn(x: number): number {
  const z = fround(x * x);
  return fround(
    1 + fround(z * fround(C0 + fround(z * fround(C1 + fround(z * fround(C2 + fround(z * C3))))))),
  );
}

/**
 * Writes √(−2 log u)·cos θ and √(−2 log u)·sin θ to `y[at]` and `y[at + 1]`.
 *
 * u = k·2⁻²⁴ with k the high 24 bits of `word0`, the last of them set to 1: the midpoints of 2²³ equal
 * cells of (0, 1), so that u is neither 0 nor 1. θ = 2π·word1·2⁻³² with its last bit set too: word1 + 2²⁹
 * has the quarter turn in its top two bits, and the rest is a signed number r of 30 bits, an angle of
 * (π/4)·r·2⁻²⁹ from that quarter turn. Since r is odd, the angles have every symmetry of the square, and no
 * normal is ever 0. The largest is 5.77.
 */
export function boxMuller(y: Values, at: number, word0: number, word1: number): void {
  const radius = fround(Math.sqrt(fround(2 * negativeLog((word0 >>> 8) | 1))));
  const quarter = (word1 + 0x20000000) >>> 30;
  const x = fround(((word1 << 2) >> 2) | 1) * 2 ** -29;
  const sine = sinEighthTurn(x);
  const cosine = cosEighthTurn(x);
  const swap = (quarter & 1) !== 0;
  const cosSign = 1 - ((quarter + 1) & 2);
  const sinSign = 1 - (quarter & 2);
  y[at] = fround(radius * (cosSign * (swap ? sine : cosine)));
  y[at + 1] = fround(radius * (sinSign * (swap ? cosine : sine)));
}
