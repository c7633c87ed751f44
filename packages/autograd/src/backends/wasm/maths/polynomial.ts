import type { FunctionBody } from "../emitter/body.ts";
import { F32x4, F64x2 } from "../emitter/vector.ts";

/** c₀ + x·(c₁ + x·(c₂ + ...)), by Horner's rule. */
export function polynomial(f: FunctionBody, x: F32x4, coefficients: readonly number[]): F32x4 {
  const [last = 0, ...others] = coefficients.toReversed();
  return f.let(others.reduce((sum, c) => f.madd(sum, x, F32x4.constant(c)), F32x4.constant(last)));
}

/** The same by Estrin's scheme, pairs and then pairs of pairs: more work in a shorter chain. */
export function polynomialInPairs(f: FunctionBody, x: F32x4, coefficients: readonly number[]): F32x4 {
  let terms = coefficients.map((c) => F32x4.constant(c));
  let power = x;
  while (terms.length > 1) {
    const pairs: F32x4[] = [];
    for (let i = 0; i < terms.length; i += 2) {
      const low = terms[i] as F32x4;
      const high = terms[i + 1];
      pairs.push(high === undefined ? low : f.let(f.madd(high, power, low)));
    }
    terms = pairs;
    if (terms.length > 1) power = f.let(power.mul(power));
  }
  return terms[0] as F32x4;
}

/** The same in double precision. */
export function polynomial64(f: FunctionBody, x: F64x2, coefficients: readonly number[]): F64x2 {
  const [last = 0, ...others] = coefficients.toReversed();
  return f.let(others.reduce((sum, c) => f.madd64(sum, x, F64x2.constant(c)), F64x2.constant(last)));
}
