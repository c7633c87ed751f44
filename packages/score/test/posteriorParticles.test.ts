import {
  add,
  broadcastTo,
  expandDims,
  linalg,
  matmul,
  mul,
  random,
  reshape,
  sum,
  type Tensor,
  tensor,
  transpose,
  zeros,
} from "@scoretape/autograd";
import {
  data,
  karrasSchedule,
  linearMeasurement,
  type NoiseConditionalScore,
  posterior,
} from "@scoretape/score";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { eliminated } from "../src/posterior/elimination.ts";
import { resampled } from "../src/posterior/resampling.ts";
import { expectClose } from "./support/close.ts";
import { normal } from "./support/normal.ts";
import { columnVector, normalPosterior } from "./support/posterior.ts";
import { columnOf, expectMean, expectNear, expectVariance } from "./support/samples.ts";
import { momentsOf } from "./support/statistics.ts";

const float64 = { dtype: "float64" } as const;
const key = random.key(11);
const scoreOf =
  (set: data.ExactDataSet): NoiseConditionalScore =>
  (x, sigma) =>
    set.score(x, sigma);

const mixture = {
  weights: [0.4, 0.6],
  means: [
    [-2, -2, 1],
    [2, 2, 0],
  ],
  covariances: [
    [
      [0.25, 0.1, 0],
      [0.1, 0.25, 0],
      [0, 0, 1],
    ],
    [
      [0.25, -0.1, 0],
      [-0.1, 0.25, 0],
      [0, 0, 0.5],
    ],
  ],
};
const set = data.gaussianMixture(mixture);
const measurement = linearMeasurement({ matrix: tensor([[1, 0.2, 0.3]], float64) }, { noise: 1 });
const observed = tensor([[0.4]]);
const exact = posterior.exact(mixture, { measurement, observed });

describe("posterior.exact", () => {
  test("is Bayes' rule: prior times likelihood over evidence, at any point", () => {
    const x = normal(3, [40, 3], 2);
    const given = data.gaussianMixture(exact.mixture).logDensity(x);
    const prior = set.logDensity(x);
    const means = measurement.observe(x);
    const logLikelihood = Float64Array.from(
      means.data,
      (m) => -0.5 * (observed.item() - m) ** 2 - 0.5 * Math.log(2 * Math.PI),
    );
    const bayes = prior.data.map((p, i) => p + (logLikelihood[i] ?? 0) - exact.logEvidence);
    expectNear(given.data, bayes, 1e-9);
  });

  test("of an exact measurement of coordinates has them without spread, and NaN elsewhere is of no account", () => {
    const { mixture: given } = posterior.exact(mixture, {
      measurement: linearMeasurement({ mask: tensor([1, 0, 0]) }),
      observed: tensor([[0.5, Number.NaN, Number.NaN]]),
    });
    for (const mean of given.means) expect(mean[0]).toBeCloseTo(0.5, 12);
    const samples = data.gaussianMixture(given).sample(key, 100);
    for (const first of columnOf(samples, 0)) expect(first).toBeCloseTo(0.5, 5);
    // Of one normal it is regression: the slope is Cov/Var, what is left of the variance 1 − ρ².
    const regression = posterior.exact(
      {
        weights: [1],
        means: [[0, 0]],
        covariance: [
          [1, 0.8],
          [0.8, 1],
        ],
      },
      { measurement: linearMeasurement({ mask: tensor([1, 0]) }), observed: tensor([[2, 0]]) },
    ).mixture;
    expect(regression.means[0]?.[1]).toBeCloseTo(1.6, 12);
    expect(regression.covariances[0]?.[1]?.[1]).toBeCloseTo(0.36, 12);
  });

  test("leaves out components without weight, and refuses what has no density", () => {
    const far = { weights: [1, 1], means: [[0], [1e3]], standardDeviations: 1 };
    const all = { measurement: linearMeasurement({ mask: tensor([1]) }), observed: tensor([[0]]) };
    expect(posterior.exact(far, all).mixture.weights).toEqual([1]);
    expect(() => posterior.exact({ weights: [1], means: [[0]], standardDeviations: 0 }, all)).toThrow(
      "posterior.exact: what was measured has no density, for a component has no width there",
    );
    expect(() => posterior.exact(far, { ...all, observed: tensor([[0, 1]]) })).toThrow(
      "posterior.exact: observed has shape [1, 2], the measurement of a point [1, 1]",
    );
  });
});

/** Independent runs of the sampler, K particles for each of n rows of which the same was observed. */
function run(particles: number, n: number, own: Partial<posterior.TwistedOptions> = {}) {
  const start = mul(20, random.normal(random.key(5), [n * particles, 3]));
  const sigmas = karrasSchedule({ sigmaMin: 0.05, sigmaMax: 20, steps: 60 });
  const rows = broadcastTo(observed, [n, 1]);
  return posterior.twisted(scoreOf(set), start, {
    measurement,
    observed: rows,
    particles,
    sigmas,
    key,
    ...own,
  });
}

/** For each row the share of its particles that are in the mode with a second coordinate above 0. */
function sharesOf(samples: Tensor, particles: number): number[] {
  const isUpper = columnOf(samples, 1).map((x) => (x > 0 ? 1 : 0));
  return Array.from({ length: isUpper.length / particles }, (_, i) => {
    const own = isUpper.slice(i * particles, (i + 1) * particles);
    return own.reduce<number>((total, x) => total + x, 0) / particles;
  });
}

describe("posterior.twisted", () => {
  test("has the exact posterior of a normal distribution in six steps, with one particle", () => {
    const [mean, covariance] = [
      [0.5, -1],
      [
        [1.2, 0.8],
        [0.8, 0.9],
      ],
    ];
    const n = 20_000;
    const start = mul(100, random.normal(random.key(2), [n, 2]));
    const measured = { mask: [1, 0], values: [2, 0], noise: 0.5 };
    const { samples } = posterior.twisted(scoreOf(data.gaussian({ mean, covariance })), start, {
      measurement: linearMeasurement({ mask: tensor(measured.mask) }, { noise: 0.5 }),
      observed: broadcastTo(tensor([2, Number.NaN]), [n, 2]),
      particles: 1,
      sigmas: karrasSchedule({ sigmaMin: 0.1, sigmaMax: 100, steps: 6 }),
      key,
    });
    const given = normalPosterior(
      { mean: columnVector(mean), covariance: tensor(covariance, float64) },
      measured,
    );
    for (const j of [0, 1]) {
      expectMean(columnOf(samples, j), given.mean.data[j] ?? Number.NaN);
      expectVariance(columnOf(samples, j), given.covariance.data[3 * j] ?? Number.NaN);
    }
    const [first, second] = [columnOf(samples, 0), columnOf(samples, 1)];
    const [a = 0, b = 0, , c = 0] = given.covariance.data;
    expectVariance(
      first.map((x, i) => x + (second[i] ?? 0)),
      a + 2 * b + c,
    );
  });

  const [, upper = 0] = exact.mixture.weights;

  test.each(["tweedie", "isotropic"] as const)(
    "has the modes' weights at 256 particles, to within 3 standard errors and 0.005 for its steps: %s",
    (covariance) => {
      const { samples } = run(256, 24, { covariance });
      const { mean, meanError } = momentsOf(sharesOf(samples, 256));
      expect(Math.abs(mean - upper), `${mean} ± ${meanError}, exact ${upper}`).toBeLessThan(
        3 * meanError + 0.005,
      );
    },
  );

  test("comes nearer to them with every fourfold of particles, where guidance alone stays away", () => {
    const errors = [1, 4, 16].map((K) => {
      const { samples } = run(K, 6000 / K, {
        sigmas: karrasSchedule({ sigmaMin: 0.05, sigmaMax: 20, steps: 30 }),
      });
      return Math.abs(momentsOf(sharesOf(samples, K)).mean - upper);
    });
    // A share of 6000 independent samples has a standard error of 0.006.
    expect(errors[0], errors.join(" ")).toBeGreaterThan(0.1);
    expect(errors[1]).toBeLessThan((errors[0] ?? 0) - 0.04);
    expect(errors[2]).toBeLessThan((errors[1] ?? 0) - 0.01);
  });

  test("estimates the evidence with the right mean, to within 3 standard errors and 0.5 % for its steps, ever closer", () => {
    const evidence = Math.exp(exact.logEvidence);
    const spreads = [4, 64].map((K) => {
      const estimates = Array.from(run(K, 3200 / K).logEvidence.data, (value) => Math.exp(value));
      const { mean, meanError, variance } = momentsOf(estimates);
      expect(Math.abs(mean - evidence)).toBeLessThan(3 * meanError + 0.005 * evidence);
      return variance;
    });
    // Sixteen times the particles: a sixteenth of the variance.
    expect((spreads[0] ?? 0) / (spreads[1] ?? 1)).toBeGreaterThan(8);
  });

  test("tells how many particles count: all, where the data are normal and well begun", () => {
    const normalSet = data.gaussian({
      mean: [1, 0],
      covariance: [
        [1, 0.5],
        [0.5, 1],
      ],
    });
    const [n, K] = [50, 8];
    const start = add(tensor([1, 0]), mul(10, random.normal(random.key(2), [n * K, 2])));
    const { effectiveSampleSizes } = posterior.twisted(scoreOf(normalSet), start, {
      measurement: linearMeasurement({ mask: tensor([1, 0]) }),
      observed: zeros([n, 2]),
      particles: K,
      sigmas: [10, 3, 1, 0.3, 0],
      key,
    });
    expect(effectiveSampleSizes.shape).toEqual([4, n]);
    expect(Math.min(...effectiveSampleSizes.data)).toBeGreaterThan(7.5);
    expect(Math.max(...effectiveSampleSizes.data)).toBeLessThanOrEqual(8.001);
  });

  test("treats rows apart: each has its own measurement, and of fewer the samples are the first", () => {
    const mask = tensor([
      [1, 0, 0],
      [0, 1, 1],
      [0, 0, 0],
    ]);
    const values = tensor([
      [3, Number.NaN, Number.NaN],
      [Number.NaN, 4, -1],
      [Number.NaN, Number.NaN, Number.NaN],
    ]);
    const start = mul(20, random.normal(random.key(5), [12, 3]));
    const options = { particles: 4, sigmas: [20, 5, 2, 1, 0.5, 0.1, 0], key };
    const of = (rows: number) =>
      posterior.twisted(scoreOf(set), reshape(tensor(start.data.slice(0, rows * 12)), [rows * 4, 3]), {
        ...options,
        measurement: linearMeasurement({ mask: tensor(mask.data.slice(0, rows * 3), { shape: [rows, 3] }) }),
        observed: tensor(values.data.slice(0, rows * 3), { shape: [rows, 3] }),
      }).samples;
    const all = of(3);
    for (const i of [0, 1, 2, 3]) expect(all.data[i * 3]).toBe(3);
    for (const i of [4, 5, 6, 7]) expect([all.data[i * 3 + 1], all.data[i * 3 + 2]]).toEqual([4, -1]);
    expect(new Set(columnOf(all, 0)).size).toBe(9);
    expectNear(of(2).data, all.data.slice(0, 24), 1e-5);
  });

  test("refuses starts of other sizes, levels that do not end at 0, and options that do not go together", () => {
    const of = (rows: number, own: Partial<posterior.TwistedOptions>) => () =>
      posterior.twisted(scoreOf(set), zeros([rows, 3]), {
        measurement,
        observed: broadcastTo(observed, [2, 1]),
        particles: 3,
        sigmas: [1, 0],
        key,
        ...own,
      });
    expect(of(7, {})).toThrow("posterior.twisted: start has 7 rows, no multiple of 3 particles");
    expect(of(9, {})).toThrow(
      "posterior.twisted: observed has shape [2, 1], the measurement of the start [3, 1]",
    );
    expect(of(6, { sigmas: [1, 0.5] })).toThrow("posterior.twisted: sigmas end at 0.5;");
    expect(of(6, { dataDeviation: 1 })).toThrow(
      "posterior.twisted: dataDeviation is 1, but Tweedie's covariance",
    );
    expect(of(6, { particles: 0 })).toThrow("posterior.twisted: particles is 0; it is a whole number from 1");
  });
});

describe("resampling", () => {
  test("copies each particle K·w times, rounded up or down, and takes the mean weight away", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 12 }), (seed, K) => {
        const logWeights = normal(seed, [3, K]);
        const { ancestors, logWeights: left, logMean } = resampled(random.key(seed), logWeights, Infinity);
        for (const row of [0, 1, 2]) {
          const weights = [...logWeights.data.subarray(row * K, (row + 1) * K)].map((value) =>
            Math.exp(value),
          );
          const total = weights.reduce((a, b) => a + b, 0);
          expect(logMean.data[row]).toBeCloseTo(Math.log(total / K), 9);
          const own = [...ancestors.data.subarray(row * K, (row + 1) * K)];
          weights.forEach((weight, k) => {
            const copies = own.filter((ancestor) => ancestor === row * K + k).length;
            expect(Math.abs(copies - (K * weight) / total)).toBeLessThan(1 + 1e-9);
          });
        }
        expect([...left.data].every((value) => value === 0)).toBe(true);
      }),
    );
  });

  test("copies each particle K·w times on average", () => {
    const weights = [0.05, 0.15, 0.3, 0.5];
    const rows = 4000;
    const logWeights = broadcastTo(tensor(weights.map(Math.log), float64), [rows, 4]);
    const { ancestors } = resampled(key, logWeights, Infinity);
    weights.forEach((weight, k) => {
      const counts = Array.from(
        { length: rows },
        (_, i) => [0, 1, 2, 3].filter((j) => ancestors.data[i * 4 + j] === i * 4 + k).length,
      );
      const { mean, meanError } = momentsOf(counts);
      expect(Math.abs(mean - 4 * weight)).toBeLessThanOrEqual(4 * meanError + 1e-12);
    });
  });

  test("leaves rows alone whose effective sample size is not below the bound", () => {
    const logWeights = tensor(
      [
        [0, 0, 0, 0],
        [0, -9, -9, -9],
      ],
      float64,
    );
    const { ancestors, logMean, effectiveSampleSize } = resampled(key, logWeights, 2);
    expect([...ancestors.data]).toEqual([0, 1, 2, 3, 4, 4, 4, 4]);
    expect(effectiveSampleSize.data[0]).toBe(4);
    expect(effectiveSampleSize.data[1]).toBeLessThan(1.01);
    expect(logMean.data[0]).toBe(0);
  });
});

describe("elimination", () => {
  const lower = (d: number, seed: number): Tensor => normal(seed, [4, d, d]);
  test("is Cholesky's root of what is positive definite", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.nat(), (d, seed) => {
        const B = lower(d, seed);
        const C = add(
          matmul(B, B, { transposeY: true }),
          mul(0.1, reshape(tensor(eyeOf(d), { ...float64, shape: [d, d] }), [1, d, d])),
        );
        const b = normal(seed + 1, [4, d]);
        const { L, squaredLength, logDeterminant } = eliminated(C, tensor(1e-12, float64), b);
        expectClose(matmul(L, L, { transposeY: true }), C, 1e-9);
        expectClose(
          squaredLength,
          sum(mul(b, reshape(linalg.solve(C, expandDims(b, -1)), [4, d])), { axis: 1 }),
          1e-8,
        );
        expectClose(mul(2, logDeterminant), linalg.logDeterminant(C), 1e-9);
      }),
    );
  });

  test("of what is not is finite and above the floor, no entry larger than the largest variance allows", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.nat(), (d, seed) => {
        const B = lower(d, seed);
        const C = mul(0.5, add(B, transposed(B)));
        const { L } = eliminated(C, tensor(0.01, float64), zeros([4, d], float64));
        const largest = [0, 1, 2, 3].map((k) =>
          Math.max(0.01, ...Array.from({ length: d }, (_, j) => C.data[(k * d + j) * d + j] ?? 0)),
        );
        L.data.forEach((value, at) => {
          const [k, i, j] = [Math.floor(at / d / d), Math.floor(at / d) % d, at % d];
          if (i === j) expect(value).toBeGreaterThan(0.0999);
          if (j > i) expect(value).toBe(0);
          if (j < i) expect(value ** 2).toBeLessThan((largest[k] ?? 0) * (1 + 1e-9));
        });
      }),
    );
  });
});

const eyeOf = (d: number): number[] => Array.from({ length: d * d }, (_, at) => (at % (d + 1) === 0 ? 1 : 0));
const transposed = (x: Tensor): Tensor => transpose(x, [0, 2, 1]);
