import type { FunctionBody } from "../emitter/body.ts";
import { F32x4, F64x2, type I32x4 } from "../emitter/vector.ts";
import { polynomial64 } from "./polynomial.ts";

const INFINITY = Number.POSITIVE_INFINITY;
/** The bits of √½ in double precision. */
const ROOT_HALF = 0x3fe6a09e667f3bcdn;
/** Adding these puts a whole number into the lowest bits of a float64; the second adds 1023, a bias, too. */
const WHOLE = 1.5 * 2 ** 52;

/**
 * x^y as IEEE 754 has it, within 1 ulp: 2^(y·log₂|x|) in double precision, with the sign of x for
 * odd y. Results below 2⁻¹²⁶ are 0. Bases that are not positive, normal and finite take a branch.
 */
export function pow(f: FunctionBody, x: F32x4, y: F32x4): F32x4 {
  const special = f.let(x.asI32x4().add(0x00800000).lt(0x01000000).any());
  const base = f.let(x.abs());
  const halves = [0, 1].map((half) => {
    const logarithm = f.variable(log2(f, promote(f, base, half)));
    f.when(special, () => logarithm.set(limits(f, promote(f, base, half), logarithm.value)));
    return exp2(f, f.let(promote(f, y, half).mul(logarithm.value)));
  }) as [F32x4, F32x4];
  const result = f.variable(halves[0].shuffle(halves[1], [0, 1, 4, 5]));
  result.set(
    result.value
      .asI32x4()
      .andNot(result.value.lt(2 ** -126))
      .asF32x4(),
  );
  f.when(special, () => result.set(signed(f, x, y, result.value)));
  return f.let(y.eq(0).or(x.eq(1)).select(F32x4.constant(1), result.value));
}

/** Lanes 0 and 1, or lanes 2 and 3, in double precision. */
function promote(f: FunctionBody, x: F32x4, half: number): F64x2 {
  return f.let((half === 0 ? x : x.shuffle(x, [2, 3, 2, 3])).promoteLow());
}

/** log₂ x for normal x: e + log₂ m with √½ ≤ m < √2, and log₂ m an odd series in s = (m − 1)/(m + 1). */
function log2(f: FunctionBody, x: F64x2): F64x2 {
  // The exponent is shifted down with 1024 added, so that it is not negative.
  const biased = f.let(
    x
      .asI64x2()
      .sub(ROOT_HALF - (1024n << 52n))
      .shr(52),
  );
  const m = f.let(x.asI64x2().sub(biased.sub(1024n).shl(52)).asF64x2());
  const exponent = biased
    .or(F64x2.constant(2 ** 52).asI64x2())
    .asF64x2()
    .sub(2 ** 52 + 1024);
  const s = f.let(m.sub(1).div(m.add(1)));
  const z = f.let(s.mul(s));
  // Minimax, relative: 4.3e-12.
  const series = polynomial64(
    f,
    z,
    [2.885390081790099, 0.961796673341689, 0.5770835842915767, 0.41167278065120116, 0.34072870585188525],
  );
  return f.madd64(s, series, exponent);
}

/** log₂ of 0 and of infinity, and NaN where x is NaN. */
function limits(f: FunctionBody, x: F64x2, logarithm: F64x2): F64x2 {
  const positive = f.let(x.eq(0).select(F64x2.constant(-INFINITY), logarithm));
  return x.lt(INFINITY).select(positive, x);
}

/** 2^t rounded to float32: 2ⁿ·2^(t − n) with n the nearest whole number. */
function exp2(f: FunctionBody, t: F64x2): F32x4 {
  const bounded = f.let(t.atMost(200).atLeast(-200));
  const shifted = f.let(bounded.add(WHOLE + 1023));
  const rest = f.let(bounded.sub(shifted.sub(WHOLE + 1023)));
  // Minimax on ½, relative: 1.9e-9.
  const fraction = polynomial64(
    f,
    rest,
    [
      1.0000000005541783, 0.6931472057372284, 0.24022646890546784, 0.055503287770286, 0.009618488966564396,
      0.001339993119883093, 0.0001534580946112151,
    ],
  );
  return f.let(fraction.mul(shifted.asI64x2().shl(52).asF64x2()).demote());
}

/** The power of a base that may be negative, from that of its magnitude. */
function signed(f: FunctionBody, x: F32x4, y: F32x4, power: F32x4): F32x4 {
  const whole = f.let(y.eq(y.floor()));
  const half = f.let(y.mul(0.5));
  const odd = whole.andNot(half.eq(half.floor()));
  const sign = x.asI32x4().and(odd).and(0x80000000);
  const undefinedPower: I32x4 = x.lt(0).and(x.gt(-INFINITY)).andNot(whole);
  // (−1)^±∞ is 1, as every whole power of −1 that is even.
  const unit = f.let(x.eq(-1).and(y.abs().eq(INFINITY)));
  const real = unit.select(F32x4.constant(1), power.asI32x4().xor(sign).asF32x4());
  return undefinedPower.select(F32x4.constant(Number.NaN), real);
}

/** x to a fixed power; small whole ones, and ½, without logarithms. */
export function power(f: FunctionBody, x: F32x4, exponent: number): F32x4 {
  switch (exponent) {
    case 0:
      return F32x4.constant(1);
    case 1:
      return x;
    case 2:
      return f.let(x.mul(x));
    case 3:
      return f.let(x.mul(x).mul(x));
    case 4:
      return power(f, power(f, x, 2), 2);
    case -1:
      return f.let(F32x4.constant(1).div(x));
    case -2:
      return power(f, power(f, x, -1), 2);
    case 0.5:
      // Adding 0 turns −0 into 0; the root of −∞ is ∞ for `**`.
      return f.let(x.eq(-INFINITY).select(F32x4.constant(INFINITY), x.add(0).sqrt()));
    default:
      return pow(f, x, F32x4.constant(exponent));
  }
}
