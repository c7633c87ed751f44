import type { DrawParameters, Kernel, Operand, ShapeParameters } from "../../backend.ts";
import type { Values } from "../../dtype.ts";
import { exp } from "../../portable/index.ts";
import { showShape } from "../../shape.ts";
import { boxMuller } from "./boxMuller.ts";
import { DRAWS, FOLDS, multiplyHigh, philox, SPLITS } from "./philox.ts";

// Draw i of a key depends on the key and i alone, not on the shape: a longer draw starts with a shorter one.

/** Fills the elements `at` to `at + 3` from one block. What lies past the end of y is not written. */
type Fill = (y: Values, at: number, words: Uint32Array) => void;

/** A kernel that fills four elements at a time from the blocks of one of the key's streams. */
function perBlock<Parameters>(stream: number, fill: Fill): Kernel<Parameters> {
  return (output, _parameters, key) => {
    const y = output.data;
    const [key0, key1] = keyWords(key);
    const words = new Uint32Array(4);
    for (let at = 0; at < y.length; at += 4) {
      philox(words, at / 4, 0, stream, 0, key0, key1);
      fill(y, at, words);
    }
  };
}

function keyWords(key: Operand): readonly [number, number] {
  return [key.data[0] as number, key.data[1] as number];
}

const copyWords: Fill = (y, at, words) => {
  for (let lane = 0; lane < 4; lane++) y[at + lane] = words[lane] as number;
};

/** Row i is key i: words 2i and 2i + 1. */
export const splitKey = /* @__PURE__ */ perBlock<{ readonly count: number }>(SPLITS, copyWords);

/** The key whose number is the given one plus a counter, where there is one. */
export const foldIn: Kernel<{ readonly data: number }> = ({ data: words }, { data }, key, counter) => {
  const [key0, key1] = keyWords(key);
  const number = data + (counter?.data[0] ?? 0);
  const block = new Uint32Array(4);
  philox(block, number % 2 ** 32, Math.floor(number / 2 ** 32), FOLDS, 0, key0, key1);
  words[0] = block[0] as number;
  words[1] = block[1] as number;
};

/** Draw i is word i. */
export const randomBits = /* @__PURE__ */ perBlock<ShapeParameters>(DRAWS, copyWords);

/** Draw i is the high 24 bits of word i, times 2⁻²⁴: exact in float32. */
export const randomUniform = /* @__PURE__ */ perBlock<DrawParameters>(DRAWS, (y, at, words) => {
  for (let lane = 0; lane < 4; lane++) y[at + lane] = ((words[lane] as number) >>> 8) * 2 ** -24;
});

/**
 * Words 0 and 1 of each block make its normals 0 and 1, words 2 and 3 make its normals 2 and 3. (With four
 * blocks side by side, each of the four words, and then each of the four normals, is one vector.)
 */
export const randomNormal = /* @__PURE__ */ perBlock<DrawParameters>(DRAWS, (y, at, words) => {
  boxMuller(y, at, words[0] as number, words[1] as number);
  boxMuller(y, at + 2, words[2] as number, words[3] as number);
});

/** Draw i is −1 where the top bit of word i is set, 1 elsewhere. */
export const randomRademacher = /* @__PURE__ */ perBlock<DrawParameters>(DRAWS, (y, at, words) => {
  for (let lane = 0; lane < 4; lane++) y[at + lane] = ((words[lane] as number) >> 31) | 1;
});

/** The words of a key one by one, for draws that need a number of words not known beforehand. */
function wordStream(key: Operand): () => number {
  const [key0, key1] = keyWords(key);
  const words = new Uint32Array(4);
  let next = 0;
  return () => {
    if (next % 4 === 0) philox(words, next / 4, 0, DRAWS, 0, key0, key1);
    return words[next++ % 4] as number;
  };
}

/**
 * Fisher and Yates's shuffle from the last place to the first. Each place's partner is exactly uniform:
 * the high word of word × n, where words that would favour some numbers are drawn again (Lemire 2019,
 * "Fast random integer generation in an interval").
 */
export const randomPermutation: Kernel<{ readonly size: number }> = (output, { size }, key) => {
  const y = output.data;
  const draw = wordStream(key);
  const below = (n: number): number => {
    let word = draw();
    if (Math.imul(word, n) >>> 0 < n) {
      const excess = (2 ** 32 - n) % n;
      while (Math.imul(word, n) >>> 0 < excess) word = draw();
    }
    return multiplyHigh(word, n);
  };
  for (let i = 0; i < size; i++) y[i] = i;
  for (let last = size - 1; last > 0; last--) {
    const partner = below(last + 1);
    const value = y[last] as number;
    y[last] = y[partner] as number;
    y[partner] = value;
  }
};

/**
 * Draw i takes word i and row i of the logits, which start again after the last row: the first category
 * whose running sum of eˡᵒᵍⁱᵗ is larger than word·2⁻³² of the row's sum.
 */
export const randomCategorical: Kernel<ShapeParameters> = (output, _parameters, key, logits) => {
  const y = output.data;
  const categories = logits.shape.at(-1) ?? 1;
  const rows = logits.data.length / categories;
  const cumulative = new Float64Array(logits.data.length);
  for (let row = 0; row < rows; row++) accumulateWeights(cumulative, logits, row, categories);
  const draw = wordStream(key);
  for (let i = 0; i < y.length; i++) {
    const start = (i % rows) * categories;
    const total = cumulative[start + categories - 1] as number;
    y[i] = firstAbove(cumulative, start, start + categories, draw() * 2 ** -32 * total) - start;
  }
};

/** The first place, from `start` to before `end`, of a sum larger than `target`; the sums never decrease. */
export function firstAbove(sums: Float64Array, start: number, end: number, target: number): number {
  let low = start;
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sums[middle] as number) > target) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Running sums of the row's weights, scaled so that the largest is 1. */
function accumulateWeights(cumulative: Float64Array, logits: Operand, row: number, categories: number): void {
  const start = row * categories;
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = start; i < start + categories; i++) largest = Math.max(largest, logits.data[i] as number);
  if (!Number.isFinite(largest)) {
    throw new RangeError(
      `random.categorical: the largest logit of row ${row} of ${showShape(logits.shape)} is ${largest}; ` +
        "logits are numbers or -Infinity, and at least one of each row is a number",
    );
  }
  let sum = 0;
  for (let i = start; i < start + categories; i++) {
    sum += exp((logits.data[i] as number) - largest);
    cumulative[i] = sum;
  }
}
