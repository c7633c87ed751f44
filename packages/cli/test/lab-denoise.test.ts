import { tensor } from "@scoretape/autograd";
import { data } from "@scoretape/score";
import { describe, expect, test } from "vitest";
import { bestLinear, peakSignalToNoise } from "../src/lab/denoise/digits.ts";
import { posteriorMean } from "../src/lab/denoise/mixture.ts";

test.each([0.3, 1, 2.5])(
  "the posterior mean of the eight normals is that of a quadrature, σ = %f",
  (sigma) => {
    const cells = 241;
    const axis = Array.from({ length: cells }, (_, i) => -6 + (12 * i) / (cells - 1));
    const clean = axis.flatMap((a) => axis.map((b) => [a, b]));
    const prior = data.eightGaussians.logDensity(tensor(clean, { dtype: "float64" })).data;
    for (const [a, b] of [
      [2.4, 1.1],
      [0, 0.2],
      [-3.5, 2],
    ] as const) {
      let [total, first, second] = [0, 0, 0];
      clean.forEach(([u = 0, v = 0], i) => {
        const weight = Math.exp((prior[i] as number) - ((a - u) ** 2 + (b - v) ** 2) / (2 * sigma ** 2));
        total += weight;
        first += weight * u;
        second += weight * v;
      });
      const [x, y] = posteriorMean(tensor([[a, b]]), sigma).data;
      expect(x).toBeCloseTo(first / total, 4);
      expect(y).toBeCloseTo(second / total, 4);
    }
  },
);

describe("the best linear denoiser", () => {
  test("shrinks each coordinate by its variance where they are uncorrelated", () => {
    // Mean (1, 2), variances 4 and 1/4.
    const clean = tensor([
      [3, 2.5],
      [3, 1.5],
      [-1, 2.5],
      [-1, 1.5],
    ]);
    const [x, y] = bestLinear(clean, tensor([[5, 4]]), 0.5).data;
    expect(x).toBeCloseTo(1 + 4 * (4 / 4.25), 5);
    expect(y).toBeCloseTo(2 + 2 * (0.25 / 0.5), 5);
  });
});

test("peak signal-to-noise ratios are decibels of 1 over the mean-squared error, image by image", () => {
  const clean = Float64Array.of(0.2, 0.4, 0.5, 0.5);
  const ratios = peakSignalToNoise(Float64Array.of(0.3, 0.3, 0.5, 0.5 + Math.SQRT2 * 0.01), clean, 2);
  expect(ratios[0]).toBeCloseTo(20, 10);
  expect(ratios[1]).toBeCloseTo(40, 10);
});
