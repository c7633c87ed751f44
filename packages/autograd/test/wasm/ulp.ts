/** The gap between neighbouring float32 numbers at x. */
export function ulpAt(x: number): number {
  const magnitude = Math.max(Math.abs(x), 2 ** -126);
  return 2 ** (Math.floor(Math.log2(magnitude)) - 23);
}

/**
 * The error of a float32 result in units in the last place of the exact value. Equal infinities and NaN for
 * NaN are exact; overflow counts as the number after the largest.
 */
export function ulpError(result: number, exact: number): number {
  if (Number.isNaN(exact)) return Number.isNaN(result) ? 0 : Number.POSITIVE_INFINITY;
  if (Number.isNaN(result)) return Number.POSITIVE_INFINITY;
  const limit = 2 ** 128;
  const bounded = (x: number): number => Math.max(-limit, Math.min(limit, x));
  if (bounded(exact) === bounded(result)) return 0;
  return Math.abs(bounded(result) - bounded(exact)) / Math.min(ulpAt(exact), 2 ** 104);
}

/** Float32 numbers of every exponent and sign: their bits are uniform, NaN and infinities included. */
export function sampleFloats(count: number, seed: number): Float32Array {
  const bits = new Uint32Array(count);
  let state = seed;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    const high = state >>> 16;
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    bits[i] = (high << 16) | (state >>> 16);
  }
  return new Float32Array(bits.buffer);
}

/** Where functions change: zeros, limits of the format, whole numbers, and their neighbours. */
export function edgeFloats(): number[] {
  const centres = [
    0,
    2 ** -149,
    2 ** -126,
    2 ** -60,
    2 ** -24,
    0.25,
    0.5,
    Math.SQRT1_2,
    1,
    Math.SQRT2,
    Math.PI / 2,
    2,
    3,
    Math.PI,
    4,
    8.66,
    9.011,
    12.949,
    13,
    16,
    17.33,
    24,
    30,
    43.67,
    64,
    87,
    87.3365,
    88,
    88.3762,
    88.7228,
    89,
    100,
    103.97,
    128,
    2047,
    2048,
    3.2e4,
    2 ** 24,
    1e9,
    2 ** 31,
    2 ** 63,
    2 ** 127,
    2 ** 128 * (1 - 2 ** -24),
    Number.POSITIVE_INFINITY,
  ];
  const word = new Float32Array(1);
  const bits = new Uint32Array(word.buffer);
  const result: number[] = [Number.NaN];
  for (const centre of centres) {
    for (let step = -40; step <= 40; step++) {
      word[0] = centre;
      const moved = (bits[0] as number) + step;
      if (moved < 0 || moved > 0x7f800000) continue;
      bits[0] = moved;
      result.push(word[0] as number, -(word[0] as number));
    }
  }
  return result;
}
