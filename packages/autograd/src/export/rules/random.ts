import type { RandomParameters } from "../../backend.ts";
import { DRAWS, FOLDS, SPLITS } from "../../backends/js/philox.ts";
import { sizeAt, sizeOf } from "../../shape.ts";
import type { Builder } from "../builder.ts";
import type { Value } from "../primitives.ts";
import { prefixes } from "./cumulative.ts";
import { boxMuller } from "./normal.ts";
import { permutation } from "./permutation.ts";
import { blocks, interleaved, philox, words } from "./philox.ts";
import type { Rules } from "./rule.ts";

/** Every op that draws from a key: the words are the reference's on every engine. */
export const random: Rules<keyof RandomParameters> = {
  splitKey: (b, { parameters: { count } }, key) => b.reshape(words(b, key, SPLITS, 2 * count), [count, 2]),
  foldIn: (b, { parameters: { data } }, key, counter?: Value) => {
    const given = b.constant(data, [1], "uint64");
    const number = counter === undefined ? given : b.add(given, b.convert(b.reshape(counter, [1]), "uint64"));
    const [low, high] = [b.binary("and", number, 2 ** 32 - 1), b.binary("shiftRight", number, 32)];
    const [word0, word1] = philox(b, key, [low, high, FOLDS, 0]);
    return b.convert(b.concatenate([word0, word1], 0), "uint32");
  },
  randomBits: (b, { parameters: { shape } }, key) => draw(b, key, shape, (x) => x),
  randomUniform: (b, { parameters: { shape, dtype } }, key) =>
    draw(b, key, shape, (x) => b.mul(b.convert(b.binary("shiftRight", x, 8), dtype), 2 ** -24)),
  randomNormal: (b, { parameters: { shape, dtype } }, key) => {
    const count = sizeOf(shape);
    const [word0, word1, word2, word3] = blocks(b, key, DRAWS, count);
    const normals = interleaved(b, [...boxMuller(b, word0, word1), ...boxMuller(b, word2, word3)], count);
    return b.reshape(b.convert(normals, dtype), shape);
  },
  randomRademacher: (b, { parameters: { shape, dtype } }, key) =>
    draw(b, key, shape, (x) => {
      const isNegative = b.convert(b.binary("shiftRight", x, 31), dtype);
      return b.add(b.mul(isNegative, -2), 1);
    }),
  randomPermutation: (b, { parameters: { size } }, key) => permutation(b, key, size),
  randomCategorical: (b, { parameters: { shape } }, key, logits) => categorical(b, key, logits, shape),
};

/** What a function makes of as many words as a shape has elements. */
function draw(b: Builder, key: Value, shape: readonly number[], f: (words: Value) => Value): Value {
  return b.reshape(f(words(b, key, DRAWS, sizeOf(shape))), shape);
}

/** How many running sums of the weights e^(logit − largest), in double precision, are at most word·2⁻³² of the total. */
function categorical(b: Builder, key: Value, logits: Value, shape: readonly number[]): Value {
  if (sizeOf(shape) === 0) return b.constant(0, shape, "uint32");
  const axis = logits.shape.length - 1;
  const categories = sizeAt(logits.shape, axis);
  const x = b.convert(logits, "float64");
  const weights = b.unary("exp", b.sub(x, b.broadcast(b.reduce("max", x, [axis]), x.shape)));
  const sums = prefixes(b, weights, axis, 0, (before, own) => b.add(before, own));
  const total = b.part(sums, axis, categories - 1, categories);
  const word = b.reshape(b.convert(words(b, key, DRAWS, sizeOf(shape)), "float64"), [...shape, 1]);
  const target = b.mul(b.mul(word, 2 ** -32), b.broadcast(total, [...shape, 1]));
  const all = [...shape, categories];
  const isBelow = b.compare("lessEqual", b.broadcast(sums, all), b.broadcast(target, all));
  const count = b.reduce("sum", b.convert(isBelow, "int64"), [shape.length]);
  return b.convert(b.reshape(count, shape), "uint32");
}
