import { ROOT_HALF } from "../../backends/js/boxMuller.ts";
import { COSINE, LOG_2_HIGH, LOG_2_LOW, LOGARITHM, SINE } from "../../backends/wasm/random/boxMuller.ts";
import type { Builder } from "../builder.ts";
import type { Value } from "../primitives.ts";
import { polynomial } from "./special.ts";

// The steps of the reference, each rounded to float32, products that are not exact before they meet a sum; integers are of
// int64.

/** −log(k·2⁻²⁴) for whole 0 < k < 2²⁴. */
function negativeLog(b: Builder, k: Value): Value {
  const float = (x: Value): Value => b.convert(x, "float32");
  let [significand, shift] = [k, b.fill(0, k)];
  for (const places of [16, 8, 4, 2, 1]) {
    const power = 1 << places;
    const isShort = b.compare("less", significand, 2 ** 24 / power);
    significand = b.select(isShort, b.mul(significand, power), significand);
    shift = b.select(isShort, b.add(shift, places), shift);
  }
  const isAbove = b.compare("greaterEqual", significand, ROOT_HALF);
  const f = b.select(
    isAbove,
    b.mul(float(b.sub(significand, 2 ** 24)), 2 ** -24),
    b.mul(float(b.sub(significand, 2 ** 23)), 2 ** -23),
  );
  const halvings = float(b.select(isAbove, shift, b.add(shift, 1)));
  const s = b.div(f, b.add(f, 2));
  const z = b.mul(s, s);
  const times = (x: Value, y: Value | number): Value => b.rounded(b.mul(x, y));
  const r = times(z, polynomial(b, z, LOGARITHM, times));
  const halfSquare = times(b.mul(f, 0.5), f);
  const curvature = b.sub(halfSquare, times(s, b.add(halfSquare, r)));
  const near = b.sub(b.add(curvature, times(halvings, LOG_2_LOW)), f);
  // Exact: the factor ends with zeros.
  return b.add(near, b.mul(halvings, LOG_2_HIGH));
}

/** Two vectors of normal numbers, in float32, from two vectors of words in uint64. */
export function boxMuller(b: Builder, word0: Value, word1: Value): readonly [Value, Value] {
  const integers = (x: Value): Value => b.convert(x, "int64");
  const float = (x: Value): Value => b.convert(x, "float32");
  const and = (x: Value, bits: number): Value => b.binary("and", x, bits);
  const k = b.binary("or", integers(b.binary("shiftRight", word0, 8)), 1);
  const radius = b.unary("sqrt", b.mul(negativeLog(b, k), 2));
  const quarter = integers(b.binary("shiftRight", and(b.add(word1, 2 ** 29), 2 ** 32 - 1), 30));
  const part = integers(and(word1, 2 ** 30 - 1));
  const rest = b.select(b.compare("greaterEqual", part, 2 ** 29), b.sub(part, 2 ** 30), part);
  const x = b.mul(float(b.binary("or", rest, 1)), 2 ** -29);
  const z = b.mul(x, x);
  const times = (u: Value, v: Value): Value => b.rounded(b.mul(u, v));
  const sine = b.mul(x, polynomial(b, z, SINE, times));
  const cosine = b.add(times(z, polynomial(b, z, COSINE, times)), 1);
  const isSwapped = b.compare("equal", and(quarter, 1), 1);
  // 1 or −1.
  const sign = (bits: Value): Value => float(b.sub(b.fill(1, bits), and(bits, 2)));
  return [
    b.mul(radius, b.mul(sign(b.add(quarter, 1)), b.select(isSwapped, sine, cosine))),
    b.mul(radius, b.mul(sign(quarter), b.select(isSwapped, cosine, sine))),
  ];
}
