import {
  add,
  capture,
  cast,
  exp,
  grad,
  jacobian,
  matmul,
  mul,
  onesLike,
  random,
  sum,
  type Tensor,
  tensor,
} from "@scoretape/autograd";
import { data } from "@scoretape/score";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { grid, integrate } from "./support/quadrature.ts";
import { runs } from "./support/runs.ts";
import { expectMean, expectNear, rowsOf } from "./support/samples.ts";

const float64 = { dtype: "float64" } as const;

interface Component {
  readonly weight: number;
  readonly mean: readonly number[];
  readonly covariance: data.Matrix;
}

/** The determinant and the inverse of a small matrix by Gauss–Jordan elimination. */
function invert(matrix: data.Matrix): { determinant: number; inverse: number[][] } {
  const d = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...Array.from({ length: d }, (_, j) => (i === j ? 1 : 0))]);
  let determinant = 1;
  for (let i = 0; i < d; i++) {
    const pivot = rows[i]?.[i] ?? Number.NaN;
    determinant *= pivot;
    rows[i] = (rows[i] ?? []).map((value) => value / pivot);
    for (let k = 0; k < d; k++) {
      const factor = rows[k]?.[i] ?? Number.NaN;
      if (k !== i) rows[k] = (rows[k] ?? []).map((value, j) => value - factor * (rows[i]?.[j] ?? 0));
    }
  }
  return { determinant, inverse: rows.map((row) => row.slice(d)) };
}

/** The density of a blurred mixture by its definition. */
function densityByDefinition(components: readonly Component[], x: readonly number[], sigma: number): number {
  const total = components.reduce((sum, { weight }) => sum + weight, 0);
  return components.reduce((density, { weight, mean, covariance }) => {
    const blurred = covariance.map((row, i) => row.map((value, j) => value + (i === j ? sigma ** 2 : 0)));
    const { determinant, inverse } = invert(blurred);
    const deviation = x.map((value, i) => value - (mean[i] ?? 0));
    const form = deviation.reduce(
      (sum, a, i) => sum + a * deviation.reduce((inner, b, j) => inner + b * (inverse[i]?.[j] ?? 0), 0),
      0,
    );
    const norm = Math.sqrt((2 * Math.PI) ** x.length * determinant);
    return density + ((weight / total) * Math.exp(-form / 2)) / norm;
  }, 0);
}

const number = (min: number, max: number): fc.Arbitrary<number> =>
  fc.double({ min, max, noNaN: true, noDefaultInfinity: true });

const vector = (d: number, min: number, max: number): fc.Arbitrary<number[]> =>
  fc.array(number(min, max), { minLength: d, maxLength: d });

/** A Aᵀ + 0.1·I. */
const covarianceMatrix = (d: number): fc.Arbitrary<number[][]> =>
  fc
    .array(vector(d, -1, 1), { minLength: d, maxLength: d })
    .map((a) =>
      a.map((row, i) =>
        a.map((other, j) => row.reduce((sum, value, k) => sum + value * (other[k] ?? 0), i === j ? 0.1 : 0)),
      ),
    );

interface Case {
  readonly set: data.ExactDataSet;
  readonly components: readonly Component[];
  readonly points: number[][];
  readonly sigmas: number[];
}

/** Mixtures of all three forms, points near them, and one blur per point. */
const mixtureCase: fc.Arbitrary<Case> = fc
  .record({ d: fc.integer({ min: 1, max: 4 }), count: fc.integer({ min: 1, max: 4 }) })
  .chain(({ d, count }) =>
    fc
      .record({
        weights: fc.array(number(0.1, 2), { minLength: count, maxLength: count }),
        means: fc.array(vector(d, -3, 3), { minLength: count, maxLength: count }),
        deviations: fc.array(number(0.3, 2), { minLength: count, maxLength: count }),
        matrices: fc.array(covarianceMatrix(d), { minLength: count, maxLength: count }),
        form: fc.constantFrom("standardDeviations", "covariance", "covariances"),
        points: fc.array(vector(d, -4, 4), { minLength: 3, maxLength: 3 }),
        sigmas: fc.array(fc.constantFrom(0, 0.1, 0.7, 1, 3), { minLength: 3, maxLength: 3 }),
      })
      .map(({ weights, means, deviations, matrices, form, points, sigmas }): Case => {
        const [shared = []] = matrices;
        const isotropic = (deviation: number): number[][] =>
          Array.from({ length: d }, (_, i) =>
            Array.from({ length: d }, (_, j) => (i === j ? deviation ** 2 : 0)),
          );
        const spread =
          form === "covariance"
            ? { covariance: shared }
            : form === "covariances"
              ? { covariances: matrices }
              : { standardDeviations: deviations };
        const components = means.map((mean, k) => ({
          weight: weights[k] ?? 0,
          mean,
          covariance:
            form === "covariance"
              ? shared
              : form === "covariances"
                ? (matrices[k] ?? [])
                : isotropic(deviations[k] ?? 0),
        }));
        return { set: data.gaussianMixture({ weights, means, ...spread }), components, points, sigmas };
      }),
  );

const check = (property: fc.IProperty<[Case]>): void => fc.assert(property, runs(50));

describe("Gaussian mixtures at every blur", () => {
  test("the density is that of the definition", () => {
    check(
      fc.property(mixtureCase, ({ set, components, points, sigmas }) => {
        const logDensity = set.logDensity(tensor(points, float64), tensor(sigmas, float64));
        expect(logDensity.dtype).toBe("float64");
        const expected = points.map((x, i) => Math.log(densityByDefinition(components, x, sigmas[i] ?? 0)));
        expectNear(logDensity.data, expected, 1e-9);
      }),
    );
  });

  test("one sigma for all points is that sigma for each", () => {
    check(
      fc.property(mixtureCase, ({ set, points, sigmas }) => {
        const x = tensor(points, float64);
        const [sigma = 0] = sigmas;
        const each = tensor(
          points.map(() => sigma),
          float64,
        );
        expectNear(set.logDensity(x, sigma).data, set.logDensity(x, each).data, 1e-14);
        expectNear(set.score(x, sigma).data, set.score(x, each).data, 1e-13);
        expectNear(set.score(x, sigma).data, set.score(x, tensor(sigma, float64)).data, 1e-13);
        expectNear(set.score(x).data, set.score(x, 0).data, 0);
      }),
    );
  });

  test("the score is the gradient of the log density, by the engine and by finite differences", () => {
    check(
      fc.property(mixtureCase, ({ set, points, sigmas }) => {
        const x = tensor(points, float64);
        const sigma = tensor(sigmas, float64);
        const score = set.score(x, sigma);
        const gradient = grad((y: Tensor) => sum(set.logDensity(y, sigma)))(x);
        expectNear(score.data, gradient.data, 1e-10);
        const h = 1e-5;
        const shifted = (coordinate: number, by: number): Tensor =>
          set.logDensity(
            tensor(
              points.map((row) => row.map((value, j) => (j === coordinate ? value + by : value))),
              float64,
            ),
            sigma,
          );
        for (let j = 0; j < set.dimension; j++) {
          const [ahead, behind] = [shifted(j, h).data, shifted(j, -h).data];
          const slopes = [...ahead].map((value, i) => (value - (behind[i] ?? 0)) / (2 * h));
          expectNear(
            slopes,
            rowsOf(score).map((row) => row[j] ?? 0),
            1e-7,
          );
        }
      }),
    );
  });

  test("blurring is diffusion: ∂ log p/∂σ = σ(div s + ‖s‖²)", () => {
    check(
      fc.property(mixtureCase, ({ set, points, sigmas }) => {
        const sigma = tensor(
          sigmas.map((value) => value + 0.05),
          float64,
        );
        const x = tensor(points, float64);
        const inSigma = grad((s: Tensor) => sum(set.logDensity(x, s)))(sigma);
        const expected = points.map((point, i) => {
          const s = sigma.data[i] ?? 0;
          const score = (y: Tensor): Tensor => set.score(y, s);
          const J = rowsOf(
            tensor(jacobian(score)(tensor([point], float64)).data, { shape: [set.dimension, set.dimension] }),
          );
          const divergence = J.reduce((total, row, j) => total + (row[j] ?? 0), 0);
          const square = [...score(tensor([point], float64)).data].reduce(
            (total, value) => total + value ** 2,
            0,
          );
          return s * (divergence + square);
        });
        expectNear(inSigma.data, expected, 1e-9);
      }),
    );
  });

  test("float32 agrees with float64", () => {
    check(
      fc.property(mixtureCase, ({ set, points, sigmas }) => {
        const [x, sigma] = [tensor(points), tensor(sigmas)];
        const score = set.score(x, sigma);
        expect(score.dtype).toBe("float32");
        expectNear(score.data, set.score(cast(x, "float64"), cast(sigma, "float64")).data, 1e-4);
      }),
    );
  });

  test("samples and score belong together: E s(x) = 0 and E[s(x) xᵀ] = −I", () => {
    fc.assert(
      fc.property(mixtureCase, fc.integer({ min: 0, max: 1e6 }), ({ set, sigmas: [sigma = 0] }, seed) => {
        const key = random.key(seed);
        const n = 4000;
        const noise = random.normal(random.foldIn(key, 1), [n, set.dimension]);
        const x = add(set.sample(random.foldIn(key, 0), n), mul(sigma, noise));
        const scores = rowsOf(set.score(x, sigma));
        const points = rowsOf(x);
        for (let i = 0; i < set.dimension; i++) {
          expectMean(
            scores.map((row) => row[i] ?? 0),
            0,
            `score ${i}`,
          );
          for (let j = 0; j < set.dimension; j++) {
            const products = scores.map((row, r) => (row[i] ?? 0) * (points[r]?.[j] ?? 0));
            expectMean(products, i === j ? -1 : 0, `score ${i} times coordinate ${j}`);
          }
        }
      }),
      { ...runs(8), numRuns: 8 }, // z-tests: among thousands some would fail
    );
  });

  test("components without width, blurred by σ, are components of width σ", () => {
    const shape = {
      weights: [0.3, 0.7],
      means: [
        [0, 1],
        [2, -1],
      ],
    };
    const points = data.gaussianMixture({ ...shape, standardDeviations: 0 });
    const wide = data.gaussianMixture({ ...shape, standardDeviations: [0.6, 0.6] });
    const x = tensor(
      [
        [0.5, 0.5],
        [2, 2],
      ],
      float64,
    );
    expectNear(points.logDensity(x, 0.6).data, wide.logDensity(x).data, 1e-14);
    expectNear(points.score(x, 0.6).data, wide.score(x).data, 1e-14);
    expect(() => points.score(x)).toThrow(
      "gaussianMixture.score: sigma is 0, and the set has no density of its own; give the sigma > 0 of a blur",
    );
  });

  test("a covariance may have zero eigenvalues, up to rounding", () => {
    const line = data.gaussian({
      mean: [0, 0, 0],
      covariance: [
        [1, 2, 3],
        [2, 4, 6],
        [3, 6, 9],
      ],
    });
    const x = line.sample(random.key(0), 100);
    for (const [a = 0, b = 0, c = 0] of rowsOf(x)) {
      expect(b).toBeCloseTo(2 * a, 4);
      expect(c).toBeCloseTo(3 * a, 4);
    }
    expect(() => line.logDensity(x)).toThrow("no density of its own");
    expect(Number.isFinite(sum(line.logDensity(x, 0.1)).item())).toBe(true);
  });

  test("a Gaussian's score is −(Σ + σ²I)⁻¹(x − μ)", () => {
    const covariance = [
      [2, 0.5],
      [0.5, 1],
    ];
    const set = data.gaussian({ mean: [1, -1], covariance });
    const { inverse } = invert([
      [2.25, 0.5],
      [0.5, 1.25],
    ]);
    const x = tensor(
      [
        [0, 0],
        [3, 1],
      ],
      float64,
    );
    const deviation = add(x, tensor([-1, 1], float64));
    expectNear(set.score(x, 0.5).data, mul(-1, matmul(deviation, tensor(inverse, float64))).data, 1e-14);
  });

  test("the densities integrate to 1", () => {
    const plane = grid(2, 18, 0.2);
    const sets = [
      data.eightGaussians,
      data.twoModes,
      data.gaussian({
        mean: [1, 0],
        covariance: [
          [2, -0.9],
          [-0.9, 0.7],
        ],
      }),
      data.gaussianMixture({
        weights: [1, 3],
        means: [
          [-2, 0],
          [1, 1],
        ],
        covariances: [
          [
            [1, 0.4],
            [0.4, 0.5],
          ],
          [
            [0.4, 0],
            [0, 2],
          ],
        ],
      }),
    ];
    for (const set of sets) {
      for (const sigma of [0, 0.5, 1.5]) {
        const density = exp(set.logDensity(plane.points, sigma));
        expect(integrate(onesLike(density), density, plane), `${set.name} at ${sigma}`).toBeCloseTo(1, 10);
      }
    }
    const line = grid(1, 14, 0.05);
    const onLine = data.gaussianMixture({
      weights: [1, 2],
      means: [[-1], [2]],
      standardDeviations: [0.3, 1],
    });
    for (const sigma of [0, 0.5, 1.5]) {
      const density = exp(onLine.logDensity(line.points, sigma));
      expect(integrate(onesLike(density), density, line)).toBeCloseTo(1, 10);
    }
  });

  test("density and score can be captured", () => {
    const set = data.eightGaussians;
    const x = tensor([[0.1, 0.2]]);
    const program = capture((y: Tensor, sigma: Tensor) => [set.logDensity(y, sigma), set.score(y, sigma)])(
      x,
      tensor([1]),
    );
    const [logDensity, score] = program.replay([x, tensor([0.5])]);
    expect(logDensity?.toArray()).toEqual(set.logDensity(x, 0.5).toArray());
    expect(score?.toArray()).toEqual(set.score(x, 0.5).toArray());
  });

  test("far from every component the float32 score stays finite and points back", () => {
    const x = tensor([
      [1e6, 0],
      [-1e6, 1e6],
    ]);
    const score = data.eightGaussians.score(x, 0.1);
    const variance = 0.3536 ** 2 + 0.01;
    expect((score.data[0] ?? 0) / (-1e6 / variance)).toBeCloseTo(1, 4);
    expect((score.data[3] ?? 0) / (-1e6 / variance)).toBeCloseTo(1, 4);
  });
});

describe("errors of mixtures", () => {
  const mean = [[0, 0]];
  const cases: readonly (readonly [string, () => unknown])[] = [
    [
      "gaussianMixture: 2 weights for 1 means",
      () => data.gaussianMixture({ weights: [1, 1], means: mean, standardDeviations: 1 }),
    ],
    [
      "gaussianMixture: weight 1 is 0",
      () => data.gaussianMixture({ weights: [1, 0], means: [[0], [1]], standardDeviations: 1 }),
    ],
    [
      "gaussianMixture: mean 1 has 1 coordinates, mean 0 has 2",
      () => data.gaussianMixture({ weights: [1, 1], means: [[0, 0], [1]], standardDeviations: 1 }),
    ],
    [
      "gaussianMixture: mean 0 is NaN in coordinate 1",
      () => data.gaussianMixture({ weights: [1], means: [[0, Number.NaN]], standardDeviations: 1 }),
    ],
    [
      "gaussianMixture: standard deviation 0 is -1",
      () => data.gaussianMixture({ weights: [1], means: mean, standardDeviations: -1 }),
    ],
    [
      "gaussianMixture: no mean has a coordinate",
      () => data.gaussianMixture({ weights: [], means: [], standardDeviations: 1 }),
    ],
    [
      "gaussian: covariance has rows of lengths [2] for means of dimension 2",
      () => data.gaussian({ mean: [0, 0], covariance: [[1, 0]] }),
    ],
    [
      "gaussian: covariance is not symmetric: entry (1, 0) is 0, entry (0, 1) is 0.5",
      () =>
        data.gaussian({
          mean: [0, 0],
          covariance: [
            [1, 0.5],
            [0, 1],
          ],
        }),
    ],
    [
      "gaussian: covariance has the negative eigenvalue -1",
      () =>
        data.gaussian({
          mean: [0, 0],
          covariance: [
            [1, 2],
            [2, 1],
          ],
        }),
    ],
    [
      "gaussian: covariance has an entry that is not finite",
      () => data.gaussian({ mean: [0], covariance: [[Number.NaN]] }),
    ],
    [
      "8gaussians.score: x has shape [1, 3], the set has dimension 2; give [n, 2]",
      () => data.eightGaussians.score(tensor([[1, 2, 3]])),
    ],
    ["8gaussians.score: x has shape [2], not [n, d]", () => data.eightGaussians.score(tensor([1, 2]))],
    ["8gaussians.logDensity: sigma is -1", () => data.eightGaussians.logDensity(tensor([[1, 2]]), -1)],
    [
      "8gaussians.logDensity: sigma is -2",
      () => data.eightGaussians.logDensity(tensor([[1, 2]]), tensor([-2])),
    ],
    [
      "8gaussians.logDensity: sigma has shape [2], x has [1, 2]",
      () => data.eightGaussians.logDensity(tensor([[1, 2]]), tensor([1, 2])),
    ],
    ["8gaussians.sample: n is 0", () => data.eightGaussians.sample(random.key(0), 0)],
  ];
  test.each(cases)("%s", (message, run) => {
    expect(run).toThrow(message);
  });

  test("the width is given exactly once", () => {
    const both = {
      weights: [1],
      means: mean,
      standardDeviations: 1,
      covariance: [
        [1, 0],
        [0, 1],
      ],
    };
    expect(() => data.gaussianMixture(both)).toThrow(
      "given by standardDeviations and covariance; give exactly one",
    );
    const none: Pick<data.GaussianMixtureOptions, "weights" | "means"> = { weights: [1], means: mean };
    expect(() => data.gaussianMixture(none as data.GaussianMixtureOptions)).toThrow("given by nothing");
  });
});
