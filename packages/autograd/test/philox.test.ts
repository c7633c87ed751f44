import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { multiplyHigh, philox } from "../src/backends/js/philox.ts";
import * as random from "../src/random.ts";
import { average, chiSquareScore, correlationScore, kolmogorov } from "./statistics.ts";

const RUNS = { seed: 20110, numRuns: Number(process.env.SCORETAPE_RUNS ?? 100) };
const word = fc.nat(0xffffffff);

const philoxBlock = (counter: readonly number[], key: readonly number[]): number[] => {
  const [c0 = 0, c1 = 0, c2 = 0, c3 = 0] = counter;
  const [k0 = 0, k1 = 0] = key;
  const block = new Uint32Array(4);
  philox(block, c0, c1, c2, c3, k0, k1);
  return [...block];
};

describe("Philox4x32-10", () => {
  // Random123, tests/kat_vectors: counter, key, block.
  test.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [Array(4).fill(0xffffffff), Array(2).fill(0xffffffff), [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])("known answer %#", (counter, key, block) => {
    expect(philoxBlock(counter, key)).toEqual(block);
  });

  test("the high word of a product is exact", () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(multiplyHigh(a, b)).toBe(Number((BigInt(a) * BigInt(b)) >> 32n));
      }),
      {
        ...RUNS,
        examples: [
          [0xffffffff, 0xffffffff],
          [0xffff, 0xffff0000],
          [0x80000000, 2],
        ],
      },
    );
  });

  test("each bit of the counter and of the key flips half of the block's bits", () => {
    const pairs = 64;
    for (let bit = 0; bit < 192; bit++) {
      let flipped = 0;
      for (let i = 0; i < pairs; i++) {
        const input = [i, 0, 0, 0, 7 * i, 1];
        const changed = input.map((w, j) => (j === bit >> 5 ? w ^ (1 << (bit & 31)) : w));
        const before = philoxBlock(input.slice(0, 4), input.slice(4));
        const after = philoxBlock(changed.slice(0, 4), changed.slice(4));
        before.forEach((w, j) => {
          for (let d = (w ^ (after[j] ?? 0)) >>> 0; d !== 0; d &= d - 1) flipped++;
        });
      }
      const n = 128 * pairs;
      expect(Math.abs(flipped - n / 2) / Math.sqrt(n / 4)).toBeLessThan(4.5);
    }
  });
});

describe("words are uniform", () => {
  const n = 1 << 18;
  const words = random.bits(random.key(4), [n]).data;

  test.each([0, 8, 16, 24])("byte at bit %i, in each place of the block", (bit) => {
    for (let lane = 0; lane < 4; lane++) {
      const counts = Array<number>(256).fill(0);
      for (let i = lane; i < n; i += 4) {
        const byte = ((words[i] as number) >>> bit) & 255;
        counts[byte] = (counts[byte] ?? 0) + 1;
      }
      expect(Math.abs(chiSquareScore(counts, Array(256).fill(1 / 256)))).toBeLessThan(4.5);
    }
  });

  test("uniform numbers follow their distribution", () => {
    expect(kolmogorov(random.uniform(random.key(4), [n]).data, (x) => x)).toBeLessThan(1.95);
  });

  test("no correlation at small distances", () => {
    const standard = random.uniform(random.key(4), [n], { low: -Math.sqrt(3), high: Math.sqrt(3) }).data;
    const signs = random.rademacher(random.key(4), [n]).data;
    for (let lag = 1; lag <= 16; lag++) {
      expect(Math.abs(correlationScore(standard, standard, lag))).toBeLessThan(4.5);
      expect(Math.abs(correlationScore(signs, signs, lag))).toBeLessThan(4.5);
    }
    expect(Math.abs(average(signs)) * Math.sqrt(n)).toBeLessThan(4.5);
  });
});
