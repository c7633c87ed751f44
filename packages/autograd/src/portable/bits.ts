// Functions whose last bit ECMAScript leaves to each engine (exp, log, sin, x**y, …), in arithmetic whose bits it fixes:
// +, −, ×, ÷ and √ of float64, each rounded once, and operations on integers. The methods and the coefficients are those of
// Sun's fdlibm: "Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved. Developed at SunSoft, a Sun
// Microsystems, Inc. business. Permission to use, copy, modify, and distribute this software is freely granted,
// provided that this notice is preserved."

/** Throws unless the argument of a function is a number. */
export function checkNumber(name: string, x: unknown): void {
  if (typeof x !== "number")
    throw new TypeError(`portable.${name}: takes numbers, not ${x === null ? "null" : typeof x}`);
}

const view = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(8));

/** The upper 32 bits of a float64: sign, exponent, and the first 20 bits of the significand. */
export function highWord(x: number): number {
  view.setFloat64(0, x, true);
  return view.getInt32(4, true);
}

// 2ᵏ = 2^(32·i)·2ʲ with 0 ≤ j < 32.
const COARSE = /* @__PURE__ */ geometric(2 ** -1024, 2 ** 32, 64);
const FINE = /* @__PURE__ */ geometric(1, 2, 32);

function geometric(first: number, ratio: number, length: number): Float64Array {
  const terms = new Float64Array(length).fill(first);
  for (let i = 1; i < length; i++) terms[i] = (terms[i - 1] as number) * ratio;
  return terms;
}

/** 2ᵏ for whole −1022 ≤ k ≤ 1023. */
export function powerOfTwo(k: number): number {
  return (COARSE[(k >> 5) + 32] as number) * (FINE[k & 31] as number);
}

/** x·2ᵏ for whole −1100 ≤ k ≤ 1024, rounded once. */
export function scaled(x: number, k: number): number {
  if (k > 1023) return x * 2 * powerOfTwo(k - 1);
  // A result below the normal numbers is reached in two steps, the first of them exact.
  if (k < -1021) return x * powerOfTwo(k + 600) * 2 ** -600;
  return x * powerOfTwo(k);
}
