import type { FunctionBody } from "../emitter/body.ts";
import { F32x4 } from "../emitter/vector.ts";
import { expOfNegative } from "./exponential.ts";
import { log1pOfFraction } from "./logarithm.ts";

/**
 * 1/(1 + e^(−x)), within 3 ulp: with e = e^(−|x|) it is 1/(1 + e), or e/(1 + e) below 0. Results below
 * 2⁻¹²⁶ (x < −87.3366) are 0.
 */
export function sigmoid(f: FunctionBody, x: F32x4): F32x4 {
  return f.once("sigmoid", x, () => {
    const e = expOfNegative(f, x);
    return x.lt(0).select(e, F32x4.constant(1)).div(e.add(1));
  });
}

/** σ(x)·σ(−x) = e/(1 + e)², the derivative of σ, within 4 ulp. Results below 2⁻¹²⁶ (|x| > 87.3366) are 0. */
export function logisticDensity(f: FunctionBody, x: F32x4): F32x4 {
  return f.once("logisticDensity", x, () => {
    const e = expOfNegative(f, x);
    const sum = f.let(e.add(1));
    return e.div(sum.mul(sum));
  });
}

/** log(1 + eˣ) = max(x, 0) + log(1 + e^(−|x|)), within 2.5 ulp. Results below 2⁻¹²⁶ (x < −87.3366) are 0. */
export function softplus(f: FunctionBody, x: F32x4): F32x4 {
  return f.once("softplus", x, () => x.atLeast(0).add(log1pOfFraction(f, expOfNegative(f, x))));
}
