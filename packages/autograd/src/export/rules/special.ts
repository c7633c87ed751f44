import { NORMAL_TAIL, NORMAL_UNDERFLOW } from "../../backends/wasm/maths/normalCdf.ts";
import { HALF_ERF } from "../../backends/wasm/maths/saturating.ts";
import type { Builder } from "../builder.ts";
import type { Value } from "../primitives.ts";

/** Σ coefficients[k]·zᵏ, by Horner's rule. */
export function polynomial(
  b: Builder,
  z: Value,
  coefficients: readonly number[],
  times = (x: Value, y: Value): Value => b.mul(x, y),
): Value {
  const [highest = 0, ...lower] = coefficients.toReversed();
  return lower.reduce((sum, coefficient) => b.add(times(z, sum), coefficient), b.fill(highest, z));
}

// No engine has both of these functions for both dtypes; the ratios have the accuracy of float32.

/** erf x = 2t/(1 + t²) with t = tanh(½ atanh(erf x)) = N/D: 2ND/(D² + N²). */
export function erf(b: Builder, argument: Value): Value {
  const { saturation, numerator, denominator } = HALF_ERF;
  const x = b.binary("maximum", b.binary("minimum", argument, saturation), -saturation);
  const z = b.mul(x, x);
  const n = b.add(b.mul(b.mul(x, z), polynomial(b, z, numerator)), x);
  const d = polynomial(b, z, denominator);
  const ratio = b.div(b.mul(b.add(n, n), d), b.add(b.mul(d, d), b.mul(n, n)));
  return b.binary("maximum", b.binary("minimum", ratio, 1), -1);
}

/** Φ(−t) = e^(−t²/2)·M(t) with M(t)·(1 + t) a polynomial in (t − 4)/(t + 4), and Φ(t) = 1 − Φ(−t). */
export function normalCdf(b: Builder, x: Value): Value {
  const t = b.unary("abs", x);
  const bounded = b.binary("minimum", t, 13);
  // t²/2 in two parts, the first from the high 12 bits of t (Veltkamp 1968), so that the exponent loses no digit.
  const multiple = b.mul(bounded, 2 ** 12 + 1);
  const high = b.sub(multiple, b.sub(multiple, bounded));
  const low = b.mul(b.sub(bounded, high), b.add(bounded, high));
  const half = (square: Value): Value => b.unary("exp", b.mul(square, -0.5));
  const density = b.mul(half(b.mul(high, high)), half(low));
  const ratio = polynomial(b, b.div(b.sub(t, 4), b.add(t, 4)), NORMAL_TAIL);
  const tail = b.mul(density, b.div(ratio, b.add(t, 1)));
  const lower = b.select(b.compare("greaterEqual", t, NORMAL_UNDERFLOW), 0, tail);
  return b.select(b.compare("greater", x, 0), b.sub(b.fill(1, x), lower), lower);
}
