import type { FunctionBody } from "../emitter/body.ts";
import { F32x4, F64x2 } from "../emitter/vector.ts";

/** c₀ + x·(c₁ + x·(c₂ + ...)), by Horner's rule. */
export function polynomial(f: FunctionBody, x: F32x4, coefficients: readonly number[]): F32x4 {
  const [last = 0, ...others] = coefficients.toReversed();
  return f.let(others.reduce((sum, c) => f.madd(sum, x, F32x4.constant(c)), F32x4.constant(last)));
}

/** The same in double precision. */
export function polynomial64(f: FunctionBody, x: F64x2, coefficients: readonly number[]): F64x2 {
  const [last = 0, ...others] = coefficients.toReversed();
  return f.let(others.reduce((sum, c) => f.madd64(sum, x, F64x2.constant(c)), F64x2.constant(last)));
}
