import type { FunctionBody } from "../emitter/body.ts";
import { F32x4, I32x4 } from "../emitter/vector.ts";
import type { Four } from "../transpose.ts";

// The steps of the reference backend's boxMuller.ts, each rounded as it is there: no multiply-add is fused on
// any target, so that normals have the same bits everywhere.

const SIGN = 0x80000000;

/** Normals 0 and 1 of each block from its words 0 and 1, normals 2 and 3 from its words 2 and 3. */
export function normals(f: FunctionBody, [w0, w1, w2, w3]: Four<I32x4>): Four<F32x4> {
  return [...boxMuller(f, w0, w1), ...boxMuller(f, w2, w3)];
}

/** √(−2 log u)·cos θ and √(−2 log u)·sin θ, with u from the high 24 bits of a word and θ from another. */
function boxMuller(f: FunctionBody, word0: I32x4, word1: I32x4): readonly [F32x4, F32x4] {
  const logarithm = negativeLog(f, f.let(word0.shr(8).or(1)));
  const radius = f.let(logarithm.add(logarithm).sqrt());
  // The top two bits are the quarter turn, the others the angle from there.
  const turn = f.let(word1.add(0x20000000));
  const x = f.let(
    word1
      .shl(2)
      .or(4)
      .toF32x4()
      .mul(2 ** -31),
  );
  const z = f.let(x.mul(x));
  const sine = f.let(x.mul(horner(z, SINE)).asI32x4());
  const cosine = f.let(z.mul(horner(z, COSINE)).add(1).asI32x4());
  // Odd quarters swap the two, and give the cosine another sign than the sine.
  const doubled = f.let(turn.shl(1));
  const swapped = f.let(sine.xor(cosine).and(doubled.shrSigned(31)));
  const signed = f.let(radius.asI32x4().xor(turn.and(SIGN)).asF32x4());
  return [
    f.let(signed.mul(cosine.xor(swapped).xor(doubled.and(SIGN)).asF32x4())),
    f.let(signed.mul(sine.xor(swapped).asF32x4())),
  ];
}

// log 2 in two parts: the first has 19 bits, so that its small multiples are exact.
export const LOG_2_HIGH = 0.693145751953125;
export const LOG_2_LOW = 1.428606765330187e-6;
/** The bits of √½. */
const ROOT_HALF = 0x3f3504f3;
/** The bits of a float32's sign and exponent. */
const EXPONENT = 0xff800000;

export const LOGARITHM = [0.6666677594184875, 0.3997758626937866, 0.29870685935020447];
export const SINE = [0.7853981852531433, -0.08074583113193512, 0.0024910164065659046, -3.660915172076784e-5];
export const COSINE = [
  -0.3084251284599304, 0.015854284167289734, -0.0003258686338085681, 3.493981466817786e-6,
];

/** −log(k·2⁻²⁴) for whole 0 < k < 2²⁴: h·log 2 − log(1 + f) with k·2⁻²⁴ = (1 + f)·2^(−h). */
function negativeLog(f: FunctionBody, k: I32x4): F32x4 {
  const bits = f.let(k.toF32x4().asI32x4());
  const exponent = f.let(bits.sub(ROOT_HALF).and(EXPONENT));
  const fraction = f.let(bits.sub(exponent).asF32x4().sub(1));
  // Times 2²³, as the exponent.
  const halvings = f.let(
    I32x4.constant(24 * 2 ** 23)
      .sub(exponent)
      .toF32x4(),
  );
  const s = f.let(fraction.div(fraction.add(2)));
  const z = f.let(s.mul(s));
  const halfSquare = f.let(fraction.mul(0.5).mul(fraction));
  const curvature = halfSquare.sub(s.mul(halfSquare.add(z.mul(horner(z, LOGARITHM)))));
  return f.let(
    curvature
      .add(halvings.mul(LOG_2_LOW * 2 ** -23))
      .sub(fraction)
      .add(halvings.mul(LOG_2_HIGH * 2 ** -23)),
  );
}

/** c₀ + x·(c₁ + x·(c₂ + ...)), every product and every sum rounded. */
function horner(x: F32x4, coefficients: readonly number[]): F32x4 {
  const [last = 0, ...others] = coefficients.toReversed();
  return others.reduce((sum, c) => sum.mul(x).add(c), F32x4.constant(last));
}
