import { KEY_STEP_0, KEY_STEP_1, MULTIPLIER_0, MULTIPLIER_1, ROUNDS } from "../../backends/js/philox.ts";
import { sizeAt } from "../../shape.ts";
import type { Builder } from "../builder.ts";
import type { Value } from "../primitives.ts";

const WORD = 2 ** 32 - 1;

/** Four vectors of words, of uint64 each below 2³²: those of the blocks with the given counters. */
export type Blocks = readonly [Value, Value, Value, Value];

/** Philox4x32-10 on words in uint64, whose products need no parts; the counters are vectors, or numbers for all blocks. */
export function philox(
  b: Builder,
  key: Value,
  counters: readonly [Value, Value | number, number, number],
): Blocks {
  const [first, ...others] = counters;
  const wide = (x: Value | number): Value => (typeof x === "number" ? b.fill(x, first) : x);
  const low = (x: Value): Value => b.binary("and", x, WORD);
  const high = (x: Value): Value => b.binary("shiftRight", x, 32);
  const xor = (x: Value, y: Value, z: Value): Value => b.binary("xor", b.binary("xor", x, y), z);
  const words = b.convert(key, "uint64");
  const keyWord = (i: number): Value => b.broadcast(b.part(words, 0, i, i + 1), first.shape);
  let [x0, x1, x2, x3] = [first, wide(others[0]), wide(others[1]), wide(others[2])];
  let [k0, k1] = [keyWord(0), keyWord(1)];
  for (let round = 0; round < ROUNDS; round++) {
    const [product0, product1] = [b.mul(x0, MULTIPLIER_0), b.mul(x2, MULTIPLIER_1)];
    [x0, x1, x2, x3] = [
      xor(high(product1), x1, k0),
      low(product1),
      xor(high(product0), x3, k1),
      low(product0),
    ];
    [k0, k1] = [low(b.add(k0, KEY_STEP_0)), low(b.add(k1, KEY_STEP_1))];
  }
  return [x0, x1, x2, x3];
}

/** The first blocks of a stream of the key, with so many words in them. */
export function blocks(b: Builder, key: Value, stream: number, count: number): Blocks {
  return philox(b, key, [b.iota([Math.ceil(count / 4)], 0, "uint64"), 0, stream, 0]);
}

/** Four vectors element by element one after another, the first `count` of all. */
export function interleaved(b: Builder, parts: readonly Value[], count: number): Value {
  const columns = parts.map((x) => b.reshape(x, [sizeAt(x.shape, 0), 1]));
  const all = b.concatenate(columns, 1);
  return b.part(b.reshape(all, [all.shape.reduce((product, size) => product * size, 1)]), 0, 0, count);
}

/** The first words of a stream of the key, as uint32. */
export function words(b: Builder, key: Value, stream: number, count: number): Value {
  return b.convert(interleaved(b, blocks(b, key, stream, count), count), "uint32");
}
