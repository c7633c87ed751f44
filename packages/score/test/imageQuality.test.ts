import { random, tensor } from "@scoretape/autograd";
import { quality, verdict } from "@scoretape/score";
import { frechetReference, imageQuality } from "@scoretape/score/images";
import { describe, expect, test } from "vitest";

/** Bright images and dark ones of 4 × 4 pixels, with noise. */
function images(seed: number, n: number, noise: number, swapped = false) {
  const labels = tensor(Uint32Array.from({ length: n }, (_, i) => (i + (swapped ? 1 : 0)) % 2));
  const z = random.normal(random.key(seed), [n, 16]).data;
  return {
    images: tensor(
      z.map((e, i) => (Math.floor(i / 16) % 2) + noise * e),
      { shape: [n, 16] },
    ),
    labels,
  };
}

const how = { image: [4, 4, 1], classes: 2, key: random.key(9), epochs: 20 };
const [training, fresh] = [images(0, 80, 0.2), images(1, 80, 0.2)];

describe("imageQuality", () => {
  test("finds fresh images as good as real ones", () => {
    const { confidence, agreement, frechet } = imageQuality({
      ...how,
      training,
      test: fresh,
      samples: images(2, 80, 0.2),
    });
    expect(Math.abs(confidence.samples - confidence.real)).toBeLessThan(0.05);
    expect([agreement.samples, agreement.real]).toEqual([1, 1]);
    expect(frechet.samples / frechet.real).toBeLessThan(1.5);
    expect(frechet.samples / frechet.real).toBeGreaterThan(0.3);
  });

  test("sees the wrong class, and another distribution", () => {
    const wrong = imageQuality({ ...how, training, test: fresh, samples: images(2, 80, 0.2, true) });
    expect(wrong.agreement.samples).toBe(0);
    const noisy = imageQuality({ ...how, training, test: fresh, samples: images(2, 80, 0.8) });
    expect(noisy.frechet.samples).toBeGreaterThan(3 * noisy.frechet.real);
  });
});

describe("frechetReference", () => {
  const features = (seed: number, n = 400) => random.normal(random.key(seed), [n, 3]);
  const key = random.key(5);

  test("divides rows at random, and compares as many samples with a part as there are in it", () => {
    const real = features(0);
    const { between, to } = frechetReference(real, { key, splits: 4, size: 100 });
    expect(new Set([...between, ...to(real, random.key(6))]).size).toBe(8);
    const mean = (values: readonly number[]): number =>
      values.reduce((sum, value) => sum + value / values.length, 0);
    // Of normal distributions alike it falls as 1/n: with parts of twice as many rows it is half as large.
    const small = frechetReference(features(1, 4000), { key, splits: 40, size: 100 });
    const large = frechetReference(features(1, 4000), { key, splits: 40, size: 400 });
    expect(mean(small.between) / mean(large.between)).toBeCloseTo(4, 0);
    expect(mean(small.to(features(2, 4000), key)) / mean(small.between)).toBeCloseTo(1, 0);
  });

  test("refuses fewer than four rows, and parts that are larger than half of them", () => {
    expect(() => frechetReference(features(0, 3), { key })).toThrow(
      "frechetReference: real has shape [3, 3]; a half",
    );
    for (const size of [1, 2.5, 6]) {
      expect(() => frechetReference(features(0, 10), { key, size })).toThrow(
        `frechetReference: size is ${size}; it is a whole number from 2 to half of the 10 rows`,
      );
    }
  });
});

describe("a quality without likelihood", () => {
  const rows = { training: training.images, test: fresh.images, samples: images(2, 120, 0.2).images };
  const of = (factor: number) =>
    quality(
      (x, sigma) => {
        const variance = typeof sigma === "number" ? sigma * sigma : 1;
        // Of D = the nearer of the two clean images, or that times a factor.
        const rowsOf = x.shape[0] ?? 0;
        const means = Array.from({ length: rowsOf }, (_, row) =>
          [...x.data.subarray(16 * row, 16 * row + 16)].reduce((sum, value) => sum + value / 16, 0),
        );
        const scores = x.data.map((value, i) => {
          const clean = (means[Math.floor(i / 16)] ?? 0) > 0.5 ? 1 : 0;
          const posterior = clean + (0.04 / (0.04 + variance)) * (value - clean);
          return (factor * posterior - value) / variance;
        });
        return tensor(scores, { shape: x.shape });
      },
      [1, 0.5, 0.2],
      rows,
      { key: random.key(3), likelihood: false, points: 100, backend: "eager" },
    );

  test("says of a good denoiser that it is one, and of a bad one that it is not", () => {
    const good = of(1);
    expect(good.heldOut).toBeNull();
    expect(verdict(good).kind).toBe("good");
    expect(verdict(good).text).toMatch(
      /^Believe the shape: on 80 rows that it never saw the model errs by \d+ % ± [\d.]+ % less than a Gaussian's denoiser, on average over 3 noise levels\./,
    );
    expect(verdict(of(1.5)).kind).toBe("failed");
    expect(verdict(of(1.5)).text).toMatch(/its error as a denoiser is [\d.]+ times a Gaussian's/);
  });
});
