/**
 * Philox4x32-10: four random words as a function of a counter of four words and a key of two.
 * Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011.
 */

// The streams of one key, told apart by the counter's third word, so that they share no block. Block b of
// a stream is philox([b, 0, stream, 0], key); words 4b to 4b + 3 of the stream are its words.

/** Words for draws: whatever the distribution, they are made of the same words. */
export const DRAWS = 0;
/** Words that are keys: key i of a split is words 2i and 2i + 1. */
export const SPLITS = 1;
/** A key by number: the first two words of philox([low word of i, high word of i, FOLDS, 0], key). */
export const FOLDS = 2;

export const MULTIPLIER_0 = 0xd2511f53;
export const MULTIPLIER_1 = 0xcd9e8d57;
export const KEY_STEP_0 = 0x9e3779b9;
export const KEY_STEP_1 = 0xbb67ae85;
export const ROUNDS = 10;

/** The high word of the product of two unsigned words, from products of 16-bit halves. */
export function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const low = Math.imul(aLow, bLow);
  // Neither sum passes 2³² − 1: (2¹⁶ − 1)² + 2¹⁶ − 1 = 2³² − 2¹⁶.
  const middle = (Math.imul(aHigh, bLow) + (low >>> 16)) | 0;
  const cross = (Math.imul(aLow, bHigh) + (middle & 0xffff)) | 0;
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (cross >>> 16)) >>> 0;
}

/**
 * Writes one block to the first four elements of `words`. The counter and the key are taken as words:
 * modulo 2³².
 */
export function philox(
  words: Uint32Array,
  counter0: number,
  counter1: number,
  counter2: number,
  counter3: number,
  key0: number,
  key1: number,
): void {
  let x0 = counter0 | 0;
  let x1 = counter1 | 0;
  let x2 = counter2 | 0;
  let x3 = counter3 | 0;
  let k0 = key0 | 0;
  let k1 = key1 | 0;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(x0, MULTIPLIER_0);
    const high1 = multiplyHigh(x2, MULTIPLIER_1);
    const low0 = Math.imul(x0, MULTIPLIER_0);
    const low1 = Math.imul(x2, MULTIPLIER_1);
    x0 = high1 ^ x1 ^ k0;
    x1 = low1;
    x2 = high0 ^ x3 ^ k1;
    x3 = low0;
    k0 = (k0 + KEY_STEP_0) | 0;
    k1 = (k1 + KEY_STEP_1) | 0;
  }
  words[0] = x0;
  words[1] = x1;
  words[2] = x2;
  words[3] = x3;
}
