import {
  add,
  cast,
  matmul,
  mean,
  mul,
  random,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  type TensorLike,
  tensor,
  zeros,
} from "@scoretape/autograd";
import { data, denoise, type NoiseConditionalScore } from "@scoretape/score";
import { describe, expect, test } from "vitest";
import { expectClose } from "./support/close.ts";
import { Mixture } from "./support/mixture.ts";
import { inverse } from "./support/moments.ts";
import { normal } from "./support/normal.ts";
import { momentsOf } from "./support/statistics.ts";

const weights = [0.2, 0.5, 0.3];
const means = [
  [-2, 0],
  [0, 1.5],
  [2, -1],
];
const deviations = [0.5, 0.8, 0.3];
const reference = new Mixture(weights, means, deviations);
const mixture = data.gaussianMixture({ weights, means, standardDeviations: deviations });
const score: NoiseConditionalScore = (x, sigma) => mixture.score(x, sigma);

describe("denoise", () => {
  test.each([0.2, 1, 3])("has the posterior's mean and standard deviations (sigma %d)", (sigma) => {
    const x = normal(1, [30, 2], 2);
    const result = denoise(score, x, sigma, { standardDeviation: true });
    expectClose(result.mean, reference.posteriorMean(x, sigma), 1e-10);
    const covariance = reference.posteriorCovariance(x, sigma).data;
    const diagonal = Array.from(
      { length: 60 },
      (_, i) => covariance[Math.floor(i / 2) * 4 + (i % 2) * 3] ?? 0,
    );
    expectClose(
      square(result.standardDeviation),
      tensor(diagonal, { shape: [30, 2], dtype: "float64" }),
      1e-10,
    );
  });

  test("has a smaller mean square error than the noisy points and the best linear map", () => {
    const [n, sigma] = [20_000, 0.8];
    const clean = mixture.sample(random.key(2), n);
    const noisy = add(clean, mul(sigma, random.normal(random.key(3), [n, 2])));
    const errors = (estimate: Tensor): number[] => [...sum(square(sub(estimate, clean)), { axis: 1 }).data];
    const own = errors(denoise(score, noisy, sigma).mean);
    const expectBetterThan = (others: readonly number[]): void => {
      const gain = momentsOf(own.map((error, i) => (others[i] ?? 0) - error));
      expect(gain.mean / gain.meanError).toBeGreaterThan(10);
    };
    expectBetterThan(errors(noisy));
    expectBetterThan(errors(bestLinear(noisy, clean)));
    // And its size is what it says: the mean of the posterior variances.
    const { standardDeviation } = denoise(score, noisy, sigma, { standardDeviation: true });
    const claimed = [...sum(square(standardDeviation), { axis: 1 }).data];
    const difference = momentsOf(own.map((error, i) => error - (claimed[i] ?? 0)));
    expect(Math.abs(difference.mean / difference.meanError)).toBeLessThan(4);
  });

  test("each row may have its own sigma, in batches as at once, compiled or not", () => {
    const x = normal(4, [7, 2]);
    const sigma = add(0.3, square(normal(5, [7])));
    const rows = Array.from({ length: 7 }, (_, i) => {
      const row = tensor([[...x.data.subarray(2 * i, 2 * i + 2)]], { dtype: "float64" });
      return [...denoise(score, row, sigma.data[i] ?? 0).mean.data];
    });
    const expected = tensor(rows, { dtype: "float64" });
    for (const options of [{}, { batch: 3 }, { batch: 100 }, { batch: 1 }, { backend: "eager" }] as const) {
      expectClose(denoise(score, x, sigma, options).mean, expected, 1e-12);
      const both = denoise(score, x, sigma, { ...options, standardDeviation: true });
      expectClose(both.mean, expected, 1e-12);
      expect(both.standardDeviation.shape).toEqual([7, 2]);
    }
  });

  test("a score that claims less than no variance gets a standard deviation of 0", () => {
    const { mean: centre, standardDeviation } = denoise((x) => mul(-10, x), tensor([[1]]), 1, {
      standardDeviation: true,
    });
    expect(centre.toArray()).toEqual([[-9]]);
    expect(standardDeviation.toArray()).toEqual([[0]]);
  });

  test("gives no standard deviations unless asked for", () => {
    expect(Object.keys(denoise(score, zeros([1, 2]), 1))).toEqual(["mean"]);
  });

  test.each<[string, () => unknown]>([
    ["denoise: x has shape [2], not [n, d]", () => denoise(score, zeros([2]), 1)],
    ["denoise: sigma is 0; a noise level is above 0", () => denoise(score, zeros([2, 2]), 0)],
    ["denoise: sigma has shape [3], x has [2, 2]", () => denoise(score, zeros([2, 2]), tensor([1, 1, 1]))],
    [
      "denoise: batch is 0; it is a whole number from 1",
      () => denoise(score, zeros([2, 2]), 1, { batch: 0 }),
    ],
    ["denoise: the posterior mean is NaN at [0, 0]", () => denoise((x) => sqrt(sub(x, 1)), zeros([1, 2]), 1)],
    [
      "denoise: the posterior standard deviation is",
      () => denoise((x: Tensor, _: TensorLike) => sqrt(x), zeros([1, 1]), 1, { standardDeviation: true }),
    ],
  ])("%s", (message, attempt) => {
    expect(attempt).toThrow(message);
  });
});

/** The affine map of the noisy points with the least mean square error on these very points. */
function bestLinear(noisy: Tensor, clean: Tensor): Tensor {
  const centred = (x: Tensor): Tensor => sub(x, mean(x, { axis: 0 }));
  const [u, v] = [cast(centred(noisy), "float64"), cast(centred(clean), "float64")];
  const transposeX = true;
  const map = matmul(inverse(matmul(u, u, { transposeX })), matmul(u, v, { transposeX }));
  return add(cast(matmul(u, map), "float32"), mean(clean, { axis: 0 }));
}
