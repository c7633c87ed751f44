import type { FunctionBody } from "../emitter/body.ts";
import type { I32 } from "../emitter/scalar.ts";
import { I32x4 } from "../emitter/vector.ts";
import type { Four } from "../transpose.ts";

// Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011), four
// blocks side by side: each of the four words of a block is a vector.

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const KEY_STEP_0 = 0x9e3779b9;
const KEY_STEP_1 = 0xbb67ae85;
const ROUNDS = 10;

/** The keys of the rounds, to be named before the loop. */
export type RoundKeys = readonly (readonly [I32x4, I32x4])[];

export function roundKeys(f: FunctionBody, key0: I32, key1: I32): RoundKeys {
  return Array.from({ length: ROUNDS }, (_, round) => [
    f.let(I32x4.splat(key0.add(Math.imul(KEY_STEP_0, round)))),
    f.let(I32x4.splat(key1.add(Math.imul(KEY_STEP_1, round)))),
  ]);
}

/** The four words of four blocks. */
export function philox(f: FunctionBody, counter: Four<I32x4>, keys: RoundKeys): Four<I32x4> {
  let [x0, x1, x2, x3] = counter;
  for (const [key0, key1] of keys) {
    const [high0, low0] = multiply(f, x0, MULTIPLIER_0);
    const [high1, low1] = multiply(f, x2, MULTIPLIER_1);
    x0 = f.let(high1.xor(x1).xor(key0));
    x1 = low1;
    x2 = f.let(high0.xor(x3).xor(key1));
    x3 = low0;
  }
  return [x0, x1, x2, x3];
}

/** The high and the low words of the products of unsigned words. */
function multiply(f: FunctionBody, x: I32x4, multiplier: number): readonly [I32x4, I32x4] {
  const factor = I32x4.constant(multiplier);
  const first = x.multiplyLow(factor).asI32x4();
  const last = x.multiplyHigh(factor).asI32x4();
  return [f.let(first.shuffle(last, [1, 3, 5, 7])), f.let(x.mul(factor))];
}
