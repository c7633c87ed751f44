import {
  add,
  cast,
  concat,
  div,
  log,
  matmul,
  mean,
  mul,
  random,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
} from "@scoretape/autograd";
import { data, dormandPrince, logLikelihood, timeConditional, varianceExploding } from "@scoretape/score";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectClose } from "./support/close.ts";
import { normal } from "./support/normal.ts";
import { runs } from "./support/runs.ts";

const float64 = { dtype: "float64" } as const;

function covarianceOf({ axes, deviation }: data.NormalMoments): Tensor {
  return matmul(mul(axes, square(deviation)), axes, { transposeY: true });
}

function squaredError(estimate: Tensor, truth: Tensor): number {
  return sum(square(sub(estimate, truth))).item();
}

describe("normalMoments", () => {
  test("without shrinkage Q diag(σ²) Qᵀ is the covariance, with Q orthogonal and σ falling", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 1000 }), (d, seed) => {
        const x = matmul(normal(seed, [30, d]), normal(seed + 1, [d, d]));
        const moments = data.normalMoments(x, { shrinkage: 0 });
        const centered = sub(x, mean(x, { axis: 0 }));
        expectClose(
          covarianceOf(moments),
          mul(1 / 30, matmul(centered, centered, { transposeX: true })),
          1e-9,
        );
        const gram = matmul(moments.axes, moments.axes, { transposeX: true }).toArray() as number[][];
        gram.forEach((row, i) => {
          row.forEach((value, j) => {
            expect(value).toBeCloseTo(i === j ? 1 : 0, 12);
          });
        });
        const deviations = [...moments.deviation.data];
        expect(deviations).toEqual([...deviations].sort((a, b) => b - a));
      }),
      runs(20),
    );
  });

  test("the shrinkage is about the one with the least error", () => {
    const truth = tensor(
      Array.from({ length: 20 }, (_, i) => Array.from({ length: 20 }, (_, j) => 0.6 ** Math.abs(i - j))),
      float64,
    );
    const set = data.gaussian({ mean: new Array(20).fill(0), covariance: truth.toArray() as number[][] });
    const errors = (shrinkage?: number): number => {
      let total = 0;
      for (let i = 0; i < 20; i++) {
        const x = set.sample(random.foldIn(random.key(1), i), 30);
        total += squaredError(
          covarianceOf(data.normalMoments(x, shrinkage === undefined ? {} : { shrinkage })),
          truth,
        );
      }
      return total;
    };
    const least = Math.min(...[0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8].map((shrinkage) => errors(shrinkage)));
    expect(errors()).toBeLessThan(1.05 * least);
    expect(errors()).toBeLessThan(0.8 * errors(0));
  });

  test("fewer rows than columns still give a spread in every direction", () => {
    const { deviation } = data.normalMoments(normal(3, [5, 40]));
    expect(Math.min(...deviation.data)).toBeGreaterThan(0.1);
  });

  test.each([
    ["one row has no spread", () => data.normalMoments(tensor([[1, 2]]))],
    [
      "all rows of x are equal",
      () =>
        data.normalMoments(
          tensor([
            [1, 2],
            [1, 2],
          ]),
        ),
    ],
    [
      "shrinkage is 2",
      () =>
        data.normalMoments(
          tensor([
            [1, 2],
            [2, 2],
          ]),
          { shrinkage: 2 },
        ),
    ],
  ])("normalMoments: %s", (message, mistake) => {
    expect(mistake).toThrow(message);
    expect(mistake).toThrow(/^normalMoments: /);
  });
});

describe("varianceExploding with the data's moments", () => {
  const levels = { sigmaMin: 0.1, sigmaMax: 3 };
  const sets: readonly data.ExactDataSet[] = [
    data.gaussian({
      mean: [1, -2],
      covariance: [
        [2, 1.2],
        [1.2, 1],
      ],
    }),
    data.eightGaussians,
  ];

  test.each(sets.map((set) => [set.name, set] as const))(
    "likelihoods of %s are right to 0.01 nats though σ ends at 3",
    (_, set) => {
      const moments = data.normalMoments(set.sample(random.key(0), 20_000));
      const unit = Math.max(...moments.deviation.data);
      const process = varianceExploding({
        sigmaMin: levels.sigmaMin * unit,
        sigmaMax: levels.sigmaMax * unit,
        moments,
      });
      const x = set.sample(random.key(1), 200);
      const score = timeConditional((y, sigma) => set.score(y, sigma), process);
      const { nats } = logLikelihood(score, x, process, { solver: dormandPrince(), backend: "eager" });
      const error = sub(nats, set.logDensity(x, levels.sigmaMin * unit));
      expect(Math.abs(mean(error).item())).toBeLessThan(0.01);
    },
  );

  test("its prior's samples have its density's moments", () => {
    const moments = data.normalMoments(matmul(normal(5, [50, 3]), normal(6, [3, 3])), { shrinkage: 0 });
    const { prior } = varianceExploding({ ...levels, moments });
    const drawn = data.normalMoments(prior.sample(random.key(2), [100_000, 3]), { shrinkage: 0 });
    const wanted = covarianceOf({
      ...moments,
      deviation: tensor(moments.deviation.data.map((value) => Math.hypot(value, 3))),
    });
    const scale = Math.max(...wanted.data);
    expect(Math.sqrt(squaredError(covarianceOf(drawn), wanted)) / scale).toBeLessThan(0.03);
    const exact = data.gaussian({ mean: [...moments.mean.data], covariance: wanted.toArray() as number[][] });
    const x = normal(7, [20, 3]);
    expectClose(prior.logDensity(x), exact.logDensity(x), 1e-9);
  });
});

describe("the shrinkage by likelihood and the nonlinear one", () => {
  test("the nonlinear one leaves wide directions as they are, however much narrower others are", () => {
    const wide = mul(normal(1, [400, 40]), tensor(Float64Array.from({ length: 40 }, (_, j) => 10 - j / 5)));
    const deviationsOf = (x: Tensor) => data.normalMoments(x, { shrinkage: "nonlinear" }).deviation.data;
    const alone = deviationsOf(wide);
    for (const width of [1e-2, 1e-5, 1e-9, 0]) {
      const found = deviationsOf(concat([wide, mul(width, normal(2, [400, 3]))], 1));
      alone.forEach((value, i) => {
        expect(Math.abs((found[i] ?? 0) / value - 1), `${i}, ${width}`).toBeLessThan(0.1);
      });
    }
  });
  /** A factor that all columns share, and noise of their own. */
  const factor = (seed: number, n: number, d: number): Tensor => {
    const key = random.key(seed);
    const shared = random.normal(random.foldIn(key, 0), [n, 1]);
    return add(shared, random.normal(random.foldIn(key, 1), [n, d]));
  };
  const likelihood = (
    x: Tensor,
    fresh: Tensor,
    shrinkage: "ledoit-wolf" | "leave-one-out" | "nonlinear",
  ): number => {
    const { mean: center, axes, deviation } = data.normalMoments(x, { shrinkage });
    const along = div(matmul(sub(cast(fresh, "float64"), center), axes), deviation);
    return mean(sub(mul(-0.5, sum(square(along), { axis: 1 })), sum(log(deviation)))).item();
  };

  test("leave the covariance of very many rows as it is", () => {
    const x = mul(tensor([3, 1, 0.01]), random.normal(random.key(1), [4000, 3]));
    const plain = data.normalMoments(x, { shrinkage: 0 }).deviation;
    for (const shrinkage of ["leave-one-out", "nonlinear"] as const) {
      const { deviation } = data.normalMoments(x, { shrinkage });
      for (const ratio of div(deviation, plain).data) expect(Math.abs(ratio - 1)).toBeLessThan(0.02);
    }
  });

  test.each([
    [60, 200],
    [20, 100],
    [150, 300],
  ])("%i columns and %i rows: fresh rows are likelier, and the wide direction stays wide", (d, n) => {
    for (const seed of [1, 2, 3]) {
      const [x, fresh] = [factor(seed, n, d), factor(seed + 50, 500, d)];
      const byOne = likelihood(x, fresh, "nonlinear");
      expect(byOne).toBeGreaterThan(likelihood(x, fresh, "leave-one-out"));
      expect(byOne).toBeGreaterThan(likelihood(x, fresh, "ledoit-wolf"));
      const [widest = 0] = data.normalMoments(x, { shrinkage: "nonlinear" }).deviation.data;
      expect(Math.abs(widest / Math.sqrt(d + 1) - 1)).toBeLessThan(0.2);
    }
  });

  test("leave-one-out is the rate under which rows are likeliest without themselves, by refitting", () => {
    const x = random.normal(random.key(7), [12, 3], { dtype: "float64" });
    const { deviation } = data.normalMoments(x, { shrinkage: "leave-one-out" });
    const plain = data.normalMoments(x, { shrinkage: 0 }).deviation;
    const rates = deviation.data.map((value, j) => {
      const average = mean(square(plain)).item();
      const own = (plain.data[j] ?? 0) ** 2;
      return (value ** 2 - own) / (average - own);
    });
    // One rate moves all variances to their mean.
    for (const rate of rates) expect(rate).toBeCloseTo(rates[0] ?? Number.NaN, 6);
    expect(rates[0]).toBeGreaterThan(0.05);
    expect(rates[0]).toBeLessThanOrEqual(1);
  });

  test("are numbers above 0 however few the rows", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 8 }),
        fc.integer({ min: 1, max: 8 }),
        fc.nat(99),
        (n, d, seed) => {
          const x = random.normal(random.key(seed), [n, d]);
          for (const shrinkage of ["leave-one-out", "nonlinear"] as const) {
            const { deviation } = data.normalMoments(x, { shrinkage });
            for (const value of deviation.data) expect(value > 0 && Number.isFinite(value)).toBe(true);
          }
        },
      ),
    );
  });

  test("columns keep their variances where that is asked for", () => {
    const x = mul(tensor([3, 1, 1, 0.5, 2, 1, 1]), factor(4, 20, 7));
    const centered = sub(cast(x, "float64"), mean(cast(x, "float64"), { axis: 0 }));
    const variances = mean(square(centered), { axis: 0 });
    for (const shrinkage of [0.5, "ledoit-wolf", "leave-one-out", "nonlinear"] as const) {
      const kept = covarianceOf(data.normalMoments(x, { shrinkage, keepVariances: true }));
      const plain = covarianceOf(data.normalMoments(x, { shrinkage }));
      const diagonal = (S: Tensor, j: number): number => S.data[j * 8] ?? Number.NaN;
      for (const [j, value] of [...variances.data].entries()) expect(diagonal(kept, j)).toBeCloseTo(value, 8);
      expect(
        Math.max(...variances.data.map((value, j) => Math.abs(diagonal(plain, j) - value))),
      ).toBeGreaterThan(0.01);
      // All correlations are those of the shrunk covariance.
      const correlation = (S: Tensor): number =>
        (S.data[1] ?? 0) / Math.sqrt(diagonal(S, 0) * diagonal(S, 1));
      expect(correlation(kept)).toBeCloseTo(correlation(plain), 8);
    }
  });

  test("others are refused", () => {
    const x = random.normal(random.key(0), [4, 2]);
    expect(() => Reflect.apply(data.normalMoments, undefined, [x, { shrinkage: "oracle" }])).toThrow(
      /^normalMoments: shrinkage is "oracle"; it is from 0 to 1, or ledoit-wolf or leave-one-out or nonlinear/,
    );
  });
});
