import { add, mean, mul, neg, random, type Tensor, zerosLike } from "@scoretape/autograd";
import { data, heldOutLogLikelihood, type NoiseConditionalScore } from "@scoretape/score";
import { describe, expect, test } from "vitest";
import { normal } from "./support/normal.ts";

const levels = { sigmaMin: 0.1, sigmaMax: 3, key: random.key(9) };
const names = (d: number): string[] => Array.from({ length: d }, (_, j) => `x${j}`);

describe("heldOutLogLikelihood", () => {
  const correlated = data.gaussian({
    mean: [0.3, -0.2],
    covariance: [
      [1, 0.95],
      [0.95, 1],
    ],
  });

  test.each([
    ["8gaussians", data.eightGaussians],
    ["a correlated Gaussian", correlated],
  ])("the exact score has the exact log-density of the blurred set at its own levels: %s", (_, set) => {
    for (const seed of [0, 1]) {
      const training = set.sample(random.key(10 + seed), 400);
      const rows = set.sample(random.key(20 + seed), 200);
      const { logLikelihood } = heldOutLogLikelihood(
        (z, sigma) => set.score(z, sigma),
        training,
        rows,
        levels,
      );
      const exact = mean(set.logDensity(rows, 0.1)).item();
      expect(Math.abs((logLikelihood.model?.value ?? 99) - exact)).toBeLessThan(0.01);
    }
  });

  test.each([2, 40])("the baselines are the densities that they are called, d = %i", (d) => {
    // A common factor, so that the probes of a Gaussian have an error.
    const related = (seed: number, n: number): Tensor =>
      add(normal(seed, [n, 1]), mul(0.5, normal(seed + 10, [n, d])));
    const [training, rows] = [related(1, 60), related(2, 20)];
    const moments = data.normalMoments(training, { shrinkage: "leave-one-out" });
    const score = gaussianScore(moments, d);
    const found = heldOutLogLikelihood(score, training, rows, levels);
    const { gaussian, kde } = found.logLikelihood;
    const kernels = data.fromRows(training, names(d)).logDensity(rows, found.bandwidth);
    expect(kde.value).toBeCloseTo(mean(kernels).item(), 9);
    expect(gaussian.value).toBeCloseTo(mean(blurred(moments, 0.1, d).logDensity(rows)).item(), 9);
    // Along its own flow the Gaussian has its own density, and its probes, where there are some, no error.
    expect(Math.abs(found.advantage.gaussian?.value ?? 99)).toBeLessThan(0.002 * d);
    expect(found.advantage.gaussian?.standardError).toBeLessThan(0.0005 * d);
  });

  test("standard errors are those of the mean over rows, of the differences smaller", () => {
    const set = data.eightGaussians;
    const [training, rows] = [set.sample(random.key(1), 300), set.sample(random.key(2), 150)];
    const { logLikelihood, advantage } = heldOutLogLikelihood(
      (z, sigma) => set.score(z, sigma),
      training,
      rows,
      levels,
    );
    const logs = [...set.logDensity(rows, 0.1).data];
    const middle = logs.reduce((sum, value) => sum + value, 0) / 150;
    const variance = logs.reduce((sum, value) => sum + (value - middle) ** 2, 0) / 149;
    expect(logLikelihood.model?.standardError).toBeCloseTo(Math.sqrt(variance / 150), 2);
    expect(advantage.kde?.standardError ?? 99).toBeLessThan(0.5 * logLikelihood.kde.standardError);
    expect(advantage.kde?.value).toBeCloseTo((logLikelihood.model?.value ?? 99) - logLikelihood.kde.value, 9);
  });

  test.each<[string, (score: NoiseConditionalScore) => NoiseConditionalScore]>([
    ["doubled", (score) => (z, sigma) => mul(2, score(z, sigma))],
    ["zero", () => (z) => zerosLike(z)],
    ["turned round", (score) => (z, sigma) => neg(score(z, sigma))],
  ])("a score that is %s is below the Gaussian", (_, broken) => {
    for (const set of [data.eightGaussians, correlated]) {
      const [training, rows] = [set.sample(random.key(3), 300), set.sample(random.key(4), 100)];
      const { advantage } = heldOutLogLikelihood(
        broken((z, sigma) => set.score(z, sigma)),
        training,
        rows,
        levels,
      );
      const { value, standardError } = advantage.gaussian ?? { value: -99, standardError: 0 };
      expect(value).toBeLessThan(-0.3 - 3 * standardError);
    }
  });

  test("a flow that leaves the finite numbers has no likelihood, the baselines have", () => {
    const rows = normal(5, [50, 2]);
    const found = heldOutLogLikelihood((z) => mul(-1e6, z), rows, rows, levels);
    expect(found.logLikelihood.model).toBeNull();
    expect(found.advantage).toEqual({ gaussian: null, kde: null });
    expect(found.logLikelihood.gaussian.value).toBeLessThan(0);
  });

  test("of many rows some are taken, and the error says how few", () => {
    const rows = normal(6, [400, 1]);
    const found = heldOutLogLikelihood((z) => neg(z), rows, rows, { ...levels, rows: 25, backend: "eager" });
    expect(found.rows).toBe(25);
    expect(found.logLikelihood.gaussian.standardError).toBeGreaterThan(0.05);
  });

  test.each([
    ["sigmaMin 3 is above sigmaMax 1", () => measured({ sigmaMin: 3, sigmaMax: 1 })],
    ["rows is 1", () => measured({ rows: 1 })],
    [
      "test has 3 columns, training has 2",
      () => heldOutLogLikelihood(neg, normal(0, [4, 2]), normal(0, [4, 3]), levels),
    ],
    [
      "test has shape [1, 2]; give two rows or more",
      () => heldOutLogLikelihood(neg, normal(0, [4, 2]), normal(0, [1, 2]), levels),
    ],
  ])("heldOutLogLikelihood: %s", (message, mistake) => {
    expect(mistake).toThrow(message);
    expect(mistake).toThrow(/^heldOutLogLikelihood: /);
  });
});

function measured(options: object): unknown {
  return heldOutLogLikelihood(neg, normal(0, [9, 2]), normal(1, [9, 2]), { ...levels, ...options });
}

/** N(μ, Σ + σ²I). */
function blurred({ mean: center, axes, deviation }: data.NormalMoments, sigma: number, d: number) {
  const entry = (i: number, j: number): number =>
    names(d).reduce(
      (sum, _, k) =>
        sum +
        (axes.data[i * d + k] ?? 0) *
          (axes.data[j * d + k] ?? 0) *
          ((deviation.data[k] ?? 0) ** 2 + sigma ** 2),
      0,
    );
  return data.gaussian({
    mean: [...center.data],
    covariance: names(d).map((_, i) => names(d).map((_, j) => (entry(i, j) + entry(j, i)) / 2)),
  });
}

function gaussianScore(moments: data.NormalMoments, d: number): NoiseConditionalScore {
  const set = blurred(moments, 0, d);
  return (z: Tensor, sigma) => set.score(z, sigma);
}
