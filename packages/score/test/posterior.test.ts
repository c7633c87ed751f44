import {
  add,
  broadcastTo,
  matmul,
  mul,
  ones,
  random,
  sum,
  type Tensor,
  tensor,
  zeros,
} from "@scoretape/autograd";
import {
  data,
  karrasSchedule,
  type LinearMeasurement,
  linearMeasurement,
  type NoiseConditionalScore,
  posterior,
} from "@scoretape/score";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectClose } from "./support/close.ts";
import { inverse } from "./support/moments.ts";
import { normal } from "./support/normal.ts";
import {
  afterGuidance,
  afterRepaint,
  columnVector,
  type Measured,
  mixturePosterior,
  type Normal,
  normalPosterior,
  type RoundMixture,
} from "./support/posterior.ts";
import { columnOf, expectMean, expectNear, expectVariance } from "./support/samples.ts";

const float64 = { dtype: "float64" } as const;
const key = random.key(7);

const normalOf = (mean: readonly number[], covariance: readonly (readonly number[])[]): Normal => ({
  mean: columnVector(mean),
  covariance: tensor(covariance, float64),
});
const scoreOf =
  (set: data.ExactDataSet): NoiseConditionalScore =>
  (x, sigma) =>
    set.score(x, sigma);
const measurementOf = ({ mask, noise }: Measured): LinearMeasurement =>
  linearMeasurement({ mask: tensor(mask) }, { noise });
const rowsOf = (values: readonly number[], n: number): Tensor =>
  broadcastTo(tensor(values), [n, values.length]);

/** A(AᵀA)⁺Aᵀy by least squares: y − Ax is at right angles to A. */
function projectedOn(A: Tensor, y: Tensor): Tensor {
  const [m = 0, d = 0] = A.shape;
  if (m <= d) return y;
  const gram = matmul(A, A, { transposeX: true });
  return matmul(matmul(matmul(y, A), inverse(gram)), A, { transposeY: true });
}

describe("linearMeasurement", () => {
  const masks = fc
    .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 5 }), fc.boolean(), fc.nat())
    .map(([n, d, perRow, seed]) => {
      const mask = random.uniform(random.key(seed), perRow ? [n, d] : [d], float64);
      return { n, d, seed, mask: tensor(Float64Array.from(mask.data, Math.round), { shape: mask.shape }) };
    });

  test("is linear, and transpose its adjoint", () => {
    fc.assert(
      fc.property(masks, ({ n, d, seed, mask }) => {
        const { observe, transpose } = linearMeasurement({ mask });
        const [x, y] = [normal(seed + 1, [n, d]), normal(seed + 2, [n, d])];
        expectClose(observe(add(mul(2, x), y)), add(mul(2, observe(x)), observe(y)));
        const inner = (a: Tensor, b: Tensor): number => sum(mul(a, b)).item();
        expect(inner(observe(x), y)).toBeCloseTo(inner(x, transpose(y)), 10);
      }),
    );
  });

  test("solves with v·AAᵀ + w·I", () => {
    fc.assert(
      fc.property(masks, ({ n, d, seed, mask }) => {
        const { observe, transpose, solve } = linearMeasurement({ mask });
        const r = observe(normal(seed + 1, [n, d]));
        const solved = solve(r, tensor(0.7, float64), 0.2);
        expectClose(add(mul(0.7, observe(transpose(solved))), mul(0.2, solved)), r);
      }),
    );
  });

  const matrices = fc
    .record({ n: fc.integer({ min: 1, max: 3 }), m: fc.integer({ min: 1, max: 4 }), seed: fc.nat() })
    .map(({ n, m, seed }) => ({ n, m, d: 3, seed, matrix: normal(seed, [m, 3]) }));

  test("of a matrix is its product, transpose the adjoint, and solve that with v·AAᵀ + w·I in its range", () => {
    fc.assert(
      fc.property(matrices, ({ n, m, d, seed, matrix }) => {
        const { observe, transpose, solve } = linearMeasurement({ matrix });
        const [x, y] = [normal(seed + 1, [n, d]), normal(seed + 2, [n, m])];
        expectClose(observe(x), matmul(x, matrix, { transposeY: true }));
        expectClose(transpose(y), matmul(y, matrix));
        const r = observe(x);
        for (const w of [0.2, 0]) {
          const solved = solve(r, tensor(0.7, float64), w);
          expectClose(add(mul(0.7, observe(transpose(solved))), mul(w, solved)), r, 1e-7);
        }
        // What is beside the range, as of four measurements in three dimensions, is of no account.
        expectClose(observe(transpose(solve(y, tensor(1, float64), 0))), projectedOn(matrix, y), 1e-7);
      }),
    );
  });

  test("of a mask and of the matrix of it are the same", () => {
    const [byMask, byMatrix] = [
      linearMeasurement({ mask: tensor([1, 0, 1]) }),
      linearMeasurement({
        matrix: tensor([
          [1, 0, 0],
          [0, 0, 1],
        ]),
      }),
    ];
    const x = normal(4, [5, 3]);
    expectClose(byMask.transpose(byMask.observe(x)), byMatrix.transpose(byMatrix.observe(x)));
  });

  test("refuses matrices of other shapes and numbers, and both forms or none", () => {
    const matrix = tensor([[1, 2]]);
    expect(() => linearMeasurement({ matrix: tensor([1, 2]) })).toThrow(
      "linearMeasurement: matrix has shape [2]; it is [m, d]",
    );
    expect(() => linearMeasurement({ matrix: tensor([[1, Number.NaN]]) })).toThrow(
      "linearMeasurement: matrix is NaN at [0, 1]",
    );
    expect(() => linearMeasurement({ matrix }).observe(zeros([4, 3]))).toThrow(
      "linearMeasurement: the matrix is [1, 2], points have shape [4, 3]; give [n, 2]",
    );
    expect(() => linearMeasurement({ matrix, mask: tensor([1, 0]) })).toThrow(
      "linearMeasurement: both a mask and a matrix are given; give one of them",
    );
  });

  test("leaves what stands where nothing was measured out, NaN too", () => {
    const { observe } = linearMeasurement({ mask: tensor([1, 0]) });
    expect(observe(tensor([[3, Number.NaN]])).toArray()).toEqual([[3, 0]]);
  });

  test("refuses masks of other numbers and shapes, and noise below 0", () => {
    const of =
      (mask: Tensor, noise = 0) =>
      () =>
        linearMeasurement({ mask }, { noise });
    expect(of(tensor([1, 0.5]))).toThrow(
      "linearMeasurement: element 1 of the mask is 0.5; 1 is measured, 0 is not",
    );
    expect(of(tensor(1))).toThrow("linearMeasurement: mask has shape []; it is [d] or [n, d]");
    expect(of(tensor([1]), -1)).toThrow("linearMeasurement: noise is -1; it is a finite number from 0");
    expect(() => of(tensor([1, 0]))().observe(zeros([4, 3]))).toThrow(
      "linearMeasurement: the mask has shape [2], points have [4, 3]; give a mask [d] or [n, d] for points [n, d]",
    );
    expect(() => of(ones([3, 2]))().observe(zeros([4, 2]))).toThrow(
      "the mask has shape [3, 2], points have [4, 2]",
    );
  });
});

const n = 20_000;
const sigmas = karrasSchedule({ sigmaMin: 0.05, sigmaMax: 10, steps: 12 });
const start = mul(10, random.normal(random.key(2), [n, 2]));
const wide = normalOf(
  [0, 0],
  [
    [100, 0],
    [0, 100],
  ],
);
const [mean, covariance] = [
  [0.5, -1],
  [
    [1.2, 0.8],
    [0.8, 0.9],
  ],
];
const correlated = normalOf(mean, covariance);
const correlatedSet = data.gaussian({ mean, covariance });

function expectMoments(samples: Tensor, to: Normal): void {
  const [first, second] = [columnOf(samples, 0), columnOf(samples, 1)];
  const [a = 0, b = 0, , d = 0] = to.covariance.data;
  expectMean(first, to.mean.data[0] ?? Number.NaN);
  expectMean(second, to.mean.data[1] ?? Number.NaN);
  expectVariance(second, d);
  // The covariance is in it, and no variance is 0.
  expectVariance(
    first.map((value, i) => value + (second[i] ?? Number.NaN)),
    a + 2 * b + d,
  );
}

describe("posterior.pseudoinverseGuidance", () => {
  const guided = (
    score: NoiseConditionalScore,
    measured: Measured,
    dataDeviation: number | "tweedie",
    levels = sigmas,
  ) =>
    posterior.pseudoinverseGuidance(score, start, {
      measurement: measurementOf(measured),
      observed: rowsOf(measured.values, n),
      sigmas: levels,
      ...(dataDeviation === "tweedie" ? { covariance: dataDeviation } : { dataDeviation }),
      key,
    }).samples;

  test.each([
    [{ mask: [1, 0], values: [2, 9], noise: 0.3 }, 1],
    [{ mask: [0, 1], values: [9, -3], noise: 1 }, 0.5],
    [{ mask: [1, 1], values: [1, -2], noise: 0.7 }, 2],
    [{ mask: [1, 0], values: [2, 9], noise: 0.3 }, "tweedie"],
    [{ mask: [1, 1], values: [1, -2], noise: 0.7 }, "tweedie"],
  ] as const)(
    "has the moments of its recursion on a normal distribution: %o, deviation %s",
    (measured, deviation) => {
      const samples = guided(scoreOf(correlatedSet), measured, deviation);
      expectMoments(samples, afterGuidance(wide, correlated, measured, sigmas, deviation));
    },
  );

  test("of an exact measurement has the moments of its recursion above level 0", () => {
    const [measured, down] = [{ mask: [1, 0], values: [2, 9], noise: 0 }, sigmas.slice(0, -1)];
    const samples = guided(scoreOf(correlatedSet), measured, 1, down);
    expectMoments(samples, afterGuidance(wide, correlated, measured, down, 1));
  });

  test("has the exact posterior of equal variances in all directions, to within 1 % at 1000 steps", () => {
    const prior = normalOf(
      [0.5, -1],
      [
        [0.64, 0],
        [0, 0.64],
      ],
    );
    const measured = { mask: [1, 0], values: [2, 0], noise: 0.5 };
    const many = karrasSchedule({ sigmaMin: 0.01, sigmaMax: 10, steps: 1000 });
    const exact = normalPosterior(prior, measured);
    const reached = afterGuidance(wide, prior, measured, many, 0.8);
    expectNear(reached.mean.data, exact.mean.data, 0.01);
    expectNear(reached.covariance.data, exact.covariance.data, 0.01);
    // And the samples have it, to within that and four standard errors.
    const set = data.gaussian({
      mean: [0.5, -1],
      covariance: [
        [0.64, 0],
        [0, 0.64],
      ],
    });
    expectMoments(guided(scoreOf(set), measured, 0.8, many), reached);
  });

  test("with Tweedie's covariance has the exact posterior of any covariance, to within 2 % at 1000 steps", () => {
    const prior = normalOf(
      [0.5, -1],
      [
        [4, 1.9],
        [1.9, 1],
      ],
    );
    const measured = { mask: [0, 1], values: [0, 1], noise: 0.2 };
    const many = karrasSchedule({ sigmaMin: 0.01, sigmaMax: 20, steps: 1000 });
    const exact = normalPosterior(prior, measured);
    const errorsBy = (deviation: number | "tweedie"): number[] => {
      const { mean: reached, covariance: spread } = afterGuidance(wide, prior, measured, many, deviation);
      const [of, to] = [
        [...reached.data, ...spread.data],
        [...exact.mean.data, ...exact.covariance.data],
      ];
      return of.map((value, i) => Math.abs(value - (to[i] ?? 0)));
    };
    const worst = Math.max(...errorsBy("tweedie"));
    expect(worst).toBeLessThan(0.02);
    // Which no isotropic one has.
    for (const deviation of [0.5, 1, 2]) expect(Math.max(...errorsBy(deviation))).toBeGreaterThan(2 * worst);
  });

  test("its error of the variance falls with the length of the steps", () => {
    const prior = normalOf(
      [0, 0],
      [
        [1, 0],
        [0, 1],
      ],
    );
    const measured = { mask: [1, 0], values: [1, 0], noise: 0.5 };
    const errorAt = (steps: number): number => {
      const levels = karrasSchedule({ sigmaMin: 1e-4, sigmaMax: 100, steps });
      const reached = afterGuidance(wide, prior, measured, levels, 1).covariance.data[0] ?? 0;
      return reached - (normalPosterior(prior, measured).covariance.data[0] ?? 0);
    };
    expect(errorAt(400) / errorAt(800)).toBeGreaterThan(1.8);
    expect(errorAt(400) / errorAt(800)).toBeLessThan(2.2);
  });

  test("of an exact measurement keeps what was measured, in whatever coordinates, and takes NaN for the rest", () => {
    const mask = tensor([
      [1, 0],
      [0, 1],
      [1, 1],
    ]);
    const y = tensor([
      [3, Number.NaN],
      [Number.NaN, 4],
      [5, 6],
    ]);
    const { samples } = posterior.pseudoinverseGuidance(
      scoreOf(correlatedSet),
      mul(10, random.normal(key, [3, 2])),
      {
        measurement: linearMeasurement({ mask }),
        observed: y,
        sigmas,
        key,
      },
    );
    for (const at of [0, 3, 4, 5]) expect(samples.data[at]).toBe(y.data[at]);
    expect([...samples.data].every(Number.isFinite)).toBe(true);
  });
});

describe("posterior.repaint", () => {
  const repainted = (
    score: NoiseConditionalScore,
    measured: Omit<Measured, "noise">,
    repeats: number,
    levels = sigmas,
  ) =>
    posterior.repaint(score, start, {
      measurement: measurementOf({ ...measured, noise: 0 }),
      observed: rowsOf(measured.values, n),
      sigmas: levels,
      repeats,
      key,
    }).samples;
  // The last level is above 0: what was measured has the spread of that, and the rest has not come to rest.
  const down = sigmas.slice(0, -1);

  test.each([1, 2, 5])(
    "has the moments of its recursion on a normal distribution with %d repeats",
    (repeats) => {
      const measured = { mask: [1, 0], values: [2, 9] };
      const samples = repainted(scoreOf(correlatedSet), measured, repeats, down);
      expectMoments(samples, afterRepaint(wide, correlated, measured, down, repeats));
    },
  );

  test("comes to the exact posterior with more repeats, to within 0.02 at 30", () => {
    const measured = { mask: [1, 0], values: [2, 0] };
    const many = karrasSchedule({ sigmaMin: 0.01, sigmaMax: 10, steps: 100 });
    const exact = normalPosterior(correlated, { ...measured, noise: 1e-4 });
    const errors = [1, 5, 30].map((repeats) => {
      const { mean: reached } = afterRepaint(wide, correlated, measured, many, repeats);
      return Math.abs((reached.data[1] ?? 0) - (exact.mean.data[1] ?? 0));
    });
    expect(errors[2]).toBeLessThan(0.02);
    expect(errors[1]).toBeLessThan(errors[0] ?? 0);
    expect(errors[2]).toBeLessThan(errors[1] ?? 0);
  });

  test("evaluates the score once for each repeat of a step, and once in the step to 0", () => {
    let evaluations = 0;
    const counting: NoiseConditionalScore = (x, sigma) => {
      evaluations += 1;
      return correlatedSet.score(x, sigma);
    };
    posterior.repaint(counting, zeros([1, 2]), {
      measurement: linearMeasurement({ mask: tensor([1, 0]) }),
      observed: zeros([1, 2]),
      sigmas: [3, 2, 1, 0],
      repeats: 4,
      key,
      backend: "eager",
    });
    expect(evaluations).toBe(2 * 4 + 1);
  });

  test("keeps what was measured", () => {
    const samples = repainted(scoreOf(correlatedSet), { mask: [0, 1], values: [0, 4] }, 2);
    expect(new Set(columnOf(samples, 1))).toEqual(new Set([4]));
  });

  test("refuses a measurement with noise", () => {
    const measured = { mask: [1, 0], values: [2, 9], noise: 0.1 };
    const options = { measurement: measurementOf(measured), observed: rowsOf([2, 9], n), sigmas, key };
    expect(() => posterior.repaint(scoreOf(correlatedSet), start, options)).toThrow(
      "posterior.repaint: the measurement has noise 0.1; it replaces what was measured exactly, use " +
        "posterior.pseudoinverseGuidance",
    );
  });
});

describe("of a mixture, whose components stay normal with their evidence as weights", () => {
  const setOf = ({ weights, means, deviation }: RoundMixture) =>
    data.gaussianMixture({ weights, means, standardDeviations: deviation });
  /** The samples of the mode with a second coordinate above 0: their share, and the mean of the first. */
  const upper = (samples: Tensor) => {
    const seconds = columnOf(samples, 1);
    const firsts = columnOf(samples, 0).filter((_, i) => (seconds[i] ?? 0) > 0);
    return { share: firsts.length / n, mean: firsts.reduce((total, x) => total + x, 0) / firsts.length };
  };

  test("pseudoinverseGuidance has the modes' weights to within 0.05, and their means to within 0.15", () => {
    const prior = {
      weights: [0.4, 0.6],
      means: [
        [-2, -2],
        [2, 2],
      ],
      deviation: 0.5,
    };
    const measured = { mask: [1, 0], values: [0.3, 0], noise: 1 };
    const exact = mixturePosterior(prior, measured);
    const guidedBy = (dataDeviation: number) =>
      upper(
        posterior.pseudoinverseGuidance(scoreOf(setOf(prior)), start, {
          measurement: measurementOf(measured),
          observed: rowsOf(measured.values, n),
          sigmas: karrasSchedule({ sigmaMin: 0.02, sigmaMax: 10, steps: 200 }),
          dataDeviation,
          key,
        }).samples,
      );
    // With the deviation within a mode.
    const { share, mean: first } = guidedBy(0.5);
    const shareError = Math.abs(share - (exact.weights[1] ?? 0));
    expect(shareError, `${share}`).toBeLessThan(0.05);
    expect(Math.abs(first - (exact.means[1]?.[0] ?? 0)), `${first}`).toBeLessThan(0.15);
    // With that of the whole, measurements count for too little.
    expect((exact.weights[1] ?? 0) - guidedBy(2).share).toBeGreaterThan(0.05);
  });

  test("repaint is nearer to them with more repeats", () => {
    const prior = {
      weights: [0.4, 0.6],
      means: [
        [-0.6, -2],
        [0.6, 2],
      ],
      deviation: 0.5,
    };
    const measured = { mask: [1, 0], values: [0.4, 0], noise: 0 };
    const [, exact = 0] = mixturePosterior(prior, measured).weights;
    const errors = [1, 10, 50].map((repeats) => {
      const { samples } = posterior.repaint(scoreOf(setOf(prior)), start, {
        measurement: measurementOf(measured),
        observed: rowsOf(measured.values, n),
        sigmas: karrasSchedule({ sigmaMin: 0.02, sigmaMax: 10, steps: 20 }),
        repeats,
        key,
      });
      return exact - upper(samples).share;
    });
    // A share of n samples has a standard error of at most 0.004.
    errors.slice(1).forEach((error, i) => {
      expect(error, errors.join(" ")).toBeLessThan((errors[i] ?? 0) - 0.02);
      expect(error).toBeGreaterThan(0);
    });
  });
});
