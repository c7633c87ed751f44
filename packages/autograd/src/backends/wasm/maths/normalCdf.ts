import type { FunctionBody } from "../emitter/body.ts";
import { F32x4 } from "../emitter/vector.ts";
import { exponential } from "./exponential.ts";
import { polynomial } from "./polynomial.ts";

/** Φ(−x) is below 2⁻¹²⁶ from here on. */
export const NORMAL_UNDERFLOW = 12.949953079223633;

/** M(t)·(1 + t) in (t − 4)/(t + 4), minimax on 0 ≤ t ≤ 13.3, relative: 2.1e-8. */
export const NORMAL_TAIL: readonly number[] = [
  0.4720532298088074, -0.09670348465442657, 0.01399821974337101, 0.02860071137547493, -0.03217950090765953,
  0.017945948988199234, -0.005085365381091833, -0.0003836852847598493, 0.0007945062243379653,
  0.00012159429024904966,
];

/**
 * Φ(x), the distribution function of the standard normal, within 4 ulp, in its left tail too:
 * Φ(−t) = e^(−t²/2)·M(t) with M(t)·(1 + t) a polynomial in (t − 4)/(t + 4), and Φ(t) = 1 − Φ(−t). Results
 * below 2⁻¹²⁶ (x < −12.95) are 0.
 */
export function normalCdf(f: FunctionBody, x: F32x4): F32x4 {
  const t = f.let(x.abs());
  // t²/2 in two parts, the first from the high 12 bits of t, so that the exponent loses no digit.
  const bounded = f.let(t.atMost(13));
  const high = f.let(bounded.asI32x4().and(~0xfff).asF32x4());
  const low = bounded.sub(high).mul(bounded.add(high)).mul(-0.5);
  const density = exponential(f, f.let(high.mul(high).mul(-0.5)), f.let(low));
  const q = f.let(t.sub(4).div(t.add(4)));
  const ratio = polynomial(f, q, NORMAL_TAIL);
  const tail = density.mul(ratio.div(t.add(1)));
  const lower = f.let(tail.asI32x4().andNot(t.ge(NORMAL_UNDERFLOW)).asF32x4());
  const offset = x.gt(0).and(F32x4.constant(1).asI32x4()).asF32x4();
  return f.let(offset.sub(lower).abs());
}
