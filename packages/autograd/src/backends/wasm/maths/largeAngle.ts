import type { FunctionBody } from "../emitter/body.ts";
import { type I32, I64 } from "../emitter/scalar.ts";
import type { F32x4, I32x4 } from "../emitter/vector.ts";

/** 1/(2π)·2⁻¹² as a binary fraction of 256 bits. */
const TURNS = [0x00028be60db93910n, 0x54a7f09d5f47d4d3n, 0x77036d8a5664f10en, 0x4107f9458eaf7aefn] as const;
/** The exponent field of 2¹¹, the smallest angle reduced here. */
const SMALLEST = 138;

/** An angle as r + n·π with |r| ≤ π/2: r, and n in the lowest bit. */
export interface ReducedAngle {
  readonly r: F32x4;
  readonly halfTurns: I32x4;
}

/**
 * Reduces angles of 2¹¹ and more, for which x − n·π would need π to 150 digits (Payne and Hanek, "Radian
 * reduction for trigonometric functions", 1983): the fraction of a turn, to 64 bits, is an integer product of
 * the significand with those bits of 1/(2π) that can matter. `quarters` are added, in quarter turns.
 */
export function reduceLargeAngle(f: FunctionBody, magnitude: F32x4, quarters: 0 | 1): ReducedAngle {
  const bits = f.let(magnitude.asI32x4());
  const r = f.variable(magnitude);
  const halfTurns = f.variable(bits);
  for (const lane of [0, 1, 2, 3]) {
    const word = f.let(bits.lane(lane));
    const turn = f.let(turnFraction(f, word).add(BigInt(quarters) << 62n));
    const angle = turn
      .shl(1n)
      .toF64()
      .mul(Math.PI * 2 ** -64);
    r.set(r.value.withLane(lane, angle.toF32()));
    halfTurns.set(
      halfTurns.value.withLane(
        lane,
        turn
          .add(1n << 62n)
          .shr(63n)
          .toI32(),
      ),
    );
  }
  return { r: r.value, halfTurns: halfTurns.value };
}

/** The fraction of a turn, times 2⁶⁴, of the angle with these bits. */
function turnFraction(f: FunctionBody, word: I32): I64 {
  const significand = f.let(word.and(0x7fffff).or(0x800000).toI64());
  const skip = f.let(word.shr(23).sub(SMALLEST));
  const second = f.let(skip.and(64));
  const [a, b, c, d] = TURNS.map((bits) => I64.constant(bits)) as [I64, I64, I64, I64];
  const words = [second.select(b, a), second.select(c, b), second.select(d, c)].map((value) => f.let(value));
  const shift = f.let(skip.and(63).toI64());
  const back = f.let(skip.and(63).xor(63).toI64());
  const window = (high: number): I64 =>
    (words[high] as I64).shl(shift).or((words[high + 1] as I64).shr(1n).shr(back));
  return significand.mul(window(0)).add(significand.mul(window(1).shr(32n)).shr(32n));
}
