import type { FunctionBody } from "../emitter/body.ts";
import type { F32x4 } from "../emitter/vector.ts";
import { expOfNegative } from "./exponential.ts";
import { polynomial } from "./polynomial.ts";

/** A ratio x·(1 + x²·A(x²))/B(x²), and the |x| from which on its double is 1 in float32. */
interface HalfRatio {
  readonly saturation: number;
  readonly numerator: readonly number[];
  readonly denominator: readonly number[];
}

// Both ratios are minimax for the double, with the weight (1 − t²)/(1 + t²) that its error has in t.

/** tanh(x/2). */
const HALF_TANH: HalfRatio = {
  saturation: 9.011001586914062,
  numerator: [0.028350796550512314, 7.670890772715211e-5, -6.908071270572691e-8],
  denominator: [2, 0.2233680784702301, 0.0021009123884141445],
};

/** tanh(½ atanh(erf x)). */
export const HALF_ERF: HalfRatio = {
  saturation: 3.9192187786102295,
  numerator: [0.141837015748024, 0.0176457017660141, 0.0005541363498196006, -5.891584351047641e-6],
  denominator: [1.7724539041519165, 0.27802738547325134, 0.06322228163480759, 0.0039769671857357025],
};

/** tanh x, within 5 ulp; exactly ±1 from |x| = 9.0111 on. */
export function tanh(f: FunctionBody, x: F32x4): F32x4 {
  return f.once("tanh", x, () => doubled(f, x, HALF_TANH));
}

/** erf x = 2/√π ∫₀ˣ e^(−t²) dt, within 4 ulp; exactly ±1 from |x| = 3.9193 on. */
export function erf(f: FunctionBody, x: F32x4): F32x4 {
  return f.once("erf", x, () => doubled(f, x, HALF_ERF));
}

/**
 * tanh 2u = 2t/(1 + t²) from t = tanh u = N/D: 2ND/(D² + N²). Doubling takes the error out of t where the
 * result saturates, and needs no second division.
 */
function doubled(f: FunctionBody, argument: F32x4, { saturation, numerator, denominator }: HalfRatio): F32x4 {
  const x = f.let(argument.atMost(saturation).atLeast(-saturation));
  const z = f.let(x.mul(x));
  const n = f.let(f.madd(f.let(x.mul(z)), polynomial(f, z, numerator), x));
  const d = polynomial(f, z, denominator);
  const result = n
    .add(n)
    .mul(d)
    .div(f.madd(d, d, n.mul(n)));
  return f.let(result.atMost(1).atLeast(-1));
}

/**
 * 1/cosh² x, the derivative of tanh, within 4.5 ulp: 4e/(1 + e)² with e = e^(−2|x|), which keeps its digits
 * where 1 − tanh² x cancels. Results below 2⁻¹²⁴ (|x| > 43.67) are 0.
 */
export function sechSquared(f: FunctionBody, x: F32x4): F32x4 {
  return f.once("sechSquared", x, () => {
    const e = expOfNegative(f, f.let(x.add(x)));
    const sum = f.let(e.add(1));
    return e.mul(4).div(sum.mul(sum));
  });
}
