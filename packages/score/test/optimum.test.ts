import {
  add,
  concat,
  div,
  equal,
  expandDims,
  full,
  matmul,
  mul,
  neg,
  reshape,
  square,
  type Tensor,
  tensor,
} from "@scoretape/autograd";
import {
  denoisingScoreMatching,
  exactScoreMatching,
  fisherDivergence,
  multiLevelDenoisingScoreMatching,
  multiLevelSlicedScoreMatching,
  type NoiseConditionalScore,
  noisySlicedScoreMatching,
  noisySlicedScoreMatchingVR,
  probes,
  type Score,
  slicedScoreMatching,
  slicedScoreMatchingVR,
} from "@scoretape/score";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectClose } from "./support/close.ts";
import { blurred, inverse, pointsWithKnownMoments, trace, whitePoints } from "./support/moments.ts";
import { normal } from "./support/normal.ts";
import { allPairs } from "./support/pairs.ts";
import { runs } from "./support/runs.ts";
import { type ExampleScore, linearScore } from "./support/scores.ts";

// For a linear score a loss depends on the data, and on the noise, by their first two moments only. With points
// whose moments are exact, a mean over the rows is therefore the expectation, without any error of sampling.

const float64 = { dtype: "float64" } as const;

const problems = fc.record({
  seed: fc.nat(1_000_000),
  d: fc.integer({ min: 1, max: 8 }),
  sigma: fc.double({ min: 0.1, max: 3, noNaN: true }),
});

/** The score −C⁻¹(x − μ) of N(μ, C). */
function normalScore(mean: Tensor, covariance: Tensor): ExampleScore {
  const A = neg(inverse(covariance));
  const b = neg(reshape(matmul(reshape(mean, [1, mean.size]), A, { transposeY: true }), [mean.size]));
  return linearScore(A, b);
}

/**
 * Asserts that `loss` has the value `minimum` and no slope at `optimum`, and that it grows from there exactly by
 * the Fisher divergence at `points`: which makes it the only minimiser.
 */
function expectMinimiser(
  loss: (score: Score) => Tensor,
  optimum: ExampleScore,
  minimum: number,
  points: Tensor,
  seed: number,
): void {
  const [value, ...gradients] = optimum.valueAndGradients(loss);
  const scale = Math.abs(minimum);
  expect(Math.abs((value?.item() ?? Number.NaN) - minimum)).toBeLessThanOrEqual(1e-10 * (1 + scale));
  for (const gradient of gradients) {
    for (const slope of gradient.data) expect(Math.abs(slope)).toBeLessThanOrEqual(1e-9 * (1 + scale));
  }
  const d = points.shape[1] ?? 0;
  const other = linearScore(normal(seed, [d, d]), normal(seed + 1, [d])).score;
  const excess = loss(other).item() - minimum;
  expectClose(tensor(excess, float64), fisherDivergence(other, optimum.score, points), 1e-9 * (1 + scale));
}

describe("the minimiser among linear scores, and the value there", () => {
  const onData = {
    exactScoreMatching: (x: Tensor) => (score: Score) => exactScoreMatching(score, x),
    slicedScoreMatching: (x: Tensor) => (score: Score) => slicedScoreMatching(score, x, basisOf(x)),
    slicedScoreMatchingVR: (x: Tensor) => (score: Score) => slicedScoreMatchingVR(score, x, basisOf(x)),
  };

  test.each(Object.entries(onData))("%s: −Σ⁻¹(x − μ), and −½ tr Σ⁻¹", (_, lossOn) => {
    fc.assert(
      fc.property(problems, ({ seed, d }) => {
        const { x, mean, covariance } = pointsWithKnownMoments(seed, d);
        const minimum = -0.5 * trace(inverse(covariance));
        expectMinimiser(lossOn(x), normalScore(mean, covariance), minimum, x, seed);
      }),
      runs(30),
    );
  });

  test.each(Object.entries(onData))("%s: −d/2 on N(0, I)", (_, lossOn) => {
    for (let d = 1; d <= 8; d++) expect(lossOn(whitePoints(d))(neg).item()).toBeCloseTo(-d / 2, 12);
  });

  test.each([false, true])(
    "denoisingScoreMatching: −(Σ + σ²I)⁻¹(x − μ), and ½(d/σ² − tr (Σ + σ²I)⁻¹); control variate: %s",
    (controlVariate) => {
      fc.assert(
        fc.property(problems, ({ seed, d, sigma }) => {
          const { x: clean, mean, covariance } = pointsWithKnownMoments(seed, d);
          const { x, z } = allPairs(clean, whitePoints(d));
          const noisyCovariance = blurred(covariance, sigma);
          const minimum = 0.5 * (d / sigma ** 2 - trace(inverse(noisyCovariance)));
          expectMinimiser(
            (score) => denoisingScoreMatching(score, x, z, sigma, { controlVariate }),
            normalScore(mean, noisyCovariance),
            minimum,
            add(x, mul(sigma, z)),
            seed,
          );
        }),
        runs(30),
      );
    },
  );

  test.each(Object.entries({ noisySlicedScoreMatching, noisySlicedScoreMatchingVR }))(
    "%s: −(Σ + σ²I)⁻¹(x − μ), and −½ tr (Σ + σ²I)⁻¹",
    (_, noisySliced) => {
      fc.assert(
        fc.property(problems, ({ seed, d, sigma }) => {
          const { x: clean, mean, covariance } = pointsWithKnownMoments(seed, d);
          const { x, z } = allPairs(clean, whitePoints(d));
          const noisyCovariance = blurred(covariance, sigma);
          expectMinimiser(
            (score) => noisySliced(score, x, z, sigma, basisOf(x)),
            normalScore(mean, noisyCovariance),
            -0.5 * trace(inverse(noisyCovariance)),
            add(x, mul(sigma, z)),
            seed,
          );
        }),
        runs(30),
      );
    },
  );

  test.each([
    [1, 0.3],
    [2, 1],
    [5, 2],
  ])("denoisingScoreMatching: −x/(1 + σ²), and d/(2σ²(1 + σ²)), on N(0, I): d = %i, σ = %d", (d, sigma) => {
    const { x, z } = allPairs(whitePoints(d), whitePoints(d));
    const value = denoisingScoreMatching((y) => mul(-1 / (1 + sigma ** 2), y), x, z, sigma);
    expect(value.item()).toBeCloseTo(d / (2 * sigma ** 2 * (1 + sigma ** 2)), 12);
  });
});

describe("the value over noise levels on N(0, I), whose scores are −x/(1 + σ²)", () => {
  const sigmas = [0.1, 0.5, 2];
  const d = 3;
  const pairs = allPairs(whitePoints(d), whitePoints(d));
  const x = concat(sigmas.map(() => pairs.x));
  const z = concat(sigmas.map(() => pairs.z));
  const levels = concat(sigmas.map((sigma) => full(pairs.x.shape.slice(0, 1), sigma, float64)));
  const mean = (f: (sigma: number) => number): number =>
    sigmas.reduce((total, sigma) => total + f(sigma), 0) / sigmas.length;

  /** The true scores, but at one level −(1/(1 + σ²) + δ)·x. */
  const offAt =
    (level: number, delta: number): NoiseConditionalScore =>
    (points, sigma) => {
      const factor = add(div(1, add(1, square(sigma))), mul(delta, equal(sigma, level)));
      return neg(mul(expandDims(factor, 1), points));
    };

  const objectives = {
    multiLevelDenoisingScoreMatching: {
      loss: (score: NoiseConditionalScore) => multiLevelDenoisingScoreMatching(score, x, z, levels),
      minimum: mean((sigma) => (0.5 * d) / (1 + sigma ** 2)),
    },
    "multiLevelDenoisingScoreMatching with its control variate": {
      loss: (score: NoiseConditionalScore) =>
        multiLevelDenoisingScoreMatching(score, x, z, levels, { controlVariate: true }),
      minimum: mean((sigma) => (0.5 * d) / (1 + sigma ** 2)),
    },
    multiLevelSlicedScoreMatching: {
      loss: (score: NoiseConditionalScore) => multiLevelSlicedScoreMatching(score, x, z, levels, basisOf(x)),
      minimum: mean((sigma) => (-0.5 * d * sigma ** 2) / (1 + sigma ** 2)),
    },
  };

  test.each(Object.entries(objectives))("%s", (_, { loss, minimum }) => {
    expect(loss(offAt(1, 0)).item()).toBeCloseTo(minimum, 12);
    for (const sigma of sigmas) {
      // σ² times the Fisher divergence ½δ²E‖x + σz‖², at one of the levels.
      const excess = (sigma ** 2 * 0.5 * 0.3 ** 2 * d * (1 + sigma ** 2)) / sigmas.length;
      expect(loss(offAt(sigma, 0.3)).item()).toBeCloseTo(minimum + excess, 12);
    }
  });
});

function basisOf(x: Tensor): Tensor {
  return probes.basis(x.shape, float64);
}
