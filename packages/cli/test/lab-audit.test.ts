import { readFileSync } from "node:fs";
import {
  add,
  concat,
  mul,
  neg,
  random,
  slice,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
} from "@scoretape/autograd";
import { data, type Energy, type Score } from "@scoretape/score";
import { exactIn, restored, unitsOf } from "@scoretape/score/model";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSource } from "../src/data/source.ts";
import { densityOf, negativeLogDensity } from "../src/lab/audit/likelihood.ts";
import { densityOfEnergy, negativeLogDensityOfEnergy, normaliserOf } from "../src/lab/audit/normaliser.ts";
import {
  largestByChance,
  largestDeviation,
  largestResidual,
  steinResiduals,
} from "../src/lab/audit/stein.ts";
import { asymmetry } from "../src/lab/audit/symmetry.ts";
import { scoretape } from "./support/cli.ts";
import { makeWorkplace, type Workplace } from "./support/files.ts";

const key = random.key(11);
const SIGMA = 0.5;
/** Points of N(0, 1 + σ²) in d dimensions; their score is −x/(1 + σ²). */
const points = (n: number, d: number): Tensor => mul(Math.hypot(1, SIGMA), random.normal(key, [n, d]));
const exact: Score = (x) => mul(-1 / (1 + SIGMA ** 2), x);
/** x turned by a right angle in the plane: a field without a potential. */
const turned: Score = (x) => {
  const [n = 0] = x.shape;
  return concat([neg(slice(x, [0, 1], [n, 2])), slice(x, [0, 0], [n, 1])], 1);
};

describe("asymmetry", () => {
  test("is 0 for a gradient, 2 for a rotation, and a/√(a² + b²)·2 for a mixture of both", () => {
    const x = points(50, 2);
    expect(asymmetry(exact, x, SIGMA, key).own.value).toBeLessThan(1e-5);
    expect(asymmetry(turned, x, SIGMA, key).own.value).toBeCloseTo(2, 4);
    const mixed: Score = (y) => add(mul(0.3, turned(y)), mul(-0.8, y));
    expect(asymmetry(mixed, x, SIGMA, key).own.value).toBeCloseTo((2 * 0.3) / Math.hypot(0.3, 0.8), 4);
  });

  test("weighs points by the size of their Jacobians", () => {
    // s = (−x₂², 0): J = [[0, −2x₂], [0, 0]], so that ‖J − Jᵀ‖² = 2‖J‖² at every point.
    const shear: Score = (x) => {
      const [n = 0] = x.shape;
      const second = slice(x, [0, 1], [n, 2]);
      return concat([neg(mul(second, second)), mul(0, second)], 1);
    };
    const { value, low, high } = asymmetry(shear, points(200, 2), SIGMA, key).own;
    expect(value).toBeCloseTo(Math.SQRT2, 4);
    expect(low).toBeCloseTo(Math.SQRT2, 3);
    expect(high).toBeCloseTo(Math.SQRT2, 3);
  });
});

test("entries from another point are as far from symmetric as independent ones of their mean", () => {
  // s = ∇(x₁²x₂): the entry off the diagonal is 2x₁, of mean 0 and variance 4τ², in a Jacobian [[2x₂, 2x₁], [2x₁, 0]].
  const bent: Score = (x) => {
    const [n = 0] = x.shape;
    const [first, second] = [slice(x, [0, 0], [n, 1]), slice(x, [0, 1], [n, 2])];
    return concat([mul(2, mul(first, second)), mul(first, first)], 1);
  };
  const { own, shuffled } = asymmetry(bent, points(4000, 2), SIGMA, key);
  expect(own.value).toBeLessThan(1e-5);
  // 2·2·4τ² over 3·4τ².
  expect(shuffled.value).toBeCloseTo(Math.sqrt(4 / 3), 1);
});

test("the largest of many numbers by chance is the quantile of one at a level so much smaller", () => {
  expect(largestByChance(1)).toBeCloseTo(2.576, 2);
  // P(|Z| > 3.94) = 0.01/120.
  expect(largestByChance(120)).toBeCloseTo(3.94, 1);
});

describe("Stein's identity", () => {
  const scale = Math.hypot(1, SIGMA);

  test.each([1, 2, 6])("holds for the exact score in %i dimensions, within its standard errors", (d) => {
    const residuals = steinResiduals(exact, points(20_000, d), scale, key);
    expect(largestDeviation(residuals)).toBeLessThan(4.5);
    expect(largestResidual(residuals).value).toBeLessThan(0.05);
    for (const { error } of residuals) expect(error * Math.sqrt(20_000)).toBeLessThan(3);
  });

  test.each([
    ["the wrong sign", (x: Tensor) => neg(exact(x))],
    ["a tenth too large", (x: Tensor) => mul(1.1, exact(x))],
    ["σ for σ²", (x: Tensor) => mul(-1 / (1 + SIGMA), x)],
    ["a shifted mean", (x: Tensor) => exact(sub(x, 0.1))],
  ])("is broken by a score with %s", (_, score) => {
    const residuals = steinResiduals(score, points(20_000, 2), scale, key);
    expect(largestDeviation(residuals)).toBeGreaterThan(6);
  });

  test("a score too large by a share ε leaves a residual of ε, where its function is linear", () => {
    const residuals = steinResiduals((x) => mul(1.5, exact(x)), points(20_000, 1), scale, key);
    const linear = residuals.find(({ name }) => name === "u");
    // E[1.5·s·u + u′] = −0.5 u′, over √E[(1.5 s)²] = 1.5/τ, with |u′| = 1/τ.
    expect(linear?.residual).toBeCloseTo(0.5 / 1.5, 1);
  });
});

describe("the density that a score stands for", () => {
  test("is the mixture's own, at the points of a mixture", () => {
    const set = data.gaussianMixture({
      weights: [0.7, 0.3],
      means: [
        [-0.8, 0],
        [0.9, 0.4],
      ],
      standardDeviations: 0.5,
    });
    const x = set.sample(key, 500);
    const own = negativeLogDensity(
      densityOf((y) => set.score(y), 1, 120),
      x,
    );
    const known = set.logDensity(x).data;
    own.forEach((value, i) => {
      expect(Math.abs(value + (known[i] ?? 0))).toBeLessThan(0.5);
    });
    const mean = own.reduce((total, value, i) => total + (value + (known[i] ?? 0)) / 500, 0);
    expect(Math.abs(mean)).toBeLessThan(0.01);
  });

  test("outside its frame is not known", () => {
    const density = densityOf(exact, 1, 20);
    expect([
      ...negativeLogDensity(
        density,
        tensor([
          [9, 0],
          [0, -9],
        ]),
      ),
    ]).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
  });
});

describe("the constant of an energy", () => {
  const normalEnergy =
    (deviation: number): Energy =>
    (x) =>
      mul(0.5 / deviation ** 2, sum(square(x), { axis: 1 }));

  test("is that of a normal distribution, 2πσ², with an error that is small", () => {
    for (const deviation of [0.2, 1]) {
      const { logZ, error } = normaliserOf(normalEnergy(deviation), 6, 200);
      expect(logZ).toBeCloseTo(Math.log(2 * Math.PI * deviation ** 2), 4);
      expect(error).toBeLessThan(1e-4);
    }
  });

  test("says so where the grid is too coarse or the frame too narrow", () => {
    const coarse = normaliserOf(normalEnergy(0.05), 6, 60);
    const narrow = normaliserOf(normalEnergy(3), 6, 60);
    for (const [{ logZ, error }, deviation] of [[coarse, 0.05] as const, [narrow, 3] as const]) {
      const off = Math.abs(logZ - Math.log(2 * Math.PI * deviation ** 2));
      expect(off).toBeGreaterThan(0.01);
      expect(error).toBeGreaterThan(off / 2);
    }
  });

  test("makes a density of the energy, at points as on a grid", () => {
    const energy = normalEnergy(0.5);
    const { logZ } = normaliserOf(energy, 6, 200);
    const x = points(50, 2);
    const known = data
      .gaussian({
        mean: [0, 0],
        covariance: [
          [0.25, 0],
          [0, 0.25],
        ],
      })
      .logDensity(x).data;
    negativeLogDensityOfEnergy(energy, logZ, x).forEach((value, i) => {
      expect(Math.abs(value + (known[i] ?? 0))).toBeLessThan(1e-4);
    });
    const { values, cells } = densityOfEnergy(energy, logZ, 4, 80);
    const total = values.reduce((all, value) => all + value, 0) * (8 / cells) ** 2;
    expect(total).toBeCloseTo(1, 3);
  });
});

test("an exact density in a model's units is that in the data's, times the change of volume", () => {
  const source = openSource("two-modes", { key, rows: 500 });
  const units = unitsOf(source);
  const known = exactIn(source, units);
  const z = random.normal(key, [40, 2]);
  const [deviation = 1] = units.deviation;
  const x = restored(units, z);
  const sigma = 0.4;
  const expected = data.twoModes.logDensity(x, deviation * sigma).data;
  known?.logDensity(z, sigma).data.forEach((value, i) => {
    expect(value).toBeCloseTo((expected[i] ?? 0) + 2 * Math.log(deviation), 4);
  });
  expect(known).not.toBeNull();
});

describe("audit of a trained model", () => {
  let place: Workplace;
  beforeAll(() => {
    place = makeWorkplace();
  });
  afterAll(() => place.remove());
  const tiny = ["--steps", "20", "--hidden", "8", "--batch", "16", "--levels", "3", "--steps-per-level", "2"];

  test("measured rows, with their exact mixture as the control", async () => {
    const model = place.path("model");
    await scoretape([
      "train",
      "old-faithful",
      "--out",
      model,
      ...tiny,
      "--sigma-min",
      "0.1",
      "--samples",
      "20",
    ]);
    const out = place.path("audit");
    const { code, stdout } = await scoretape(["lab", "audit", model, "--quick", "--out", out]);
    expect(code).toBe(0);
    expect(stdout).toContain(model);
    const { numbers } = JSON.parse(readFileSync(`${out}/audit.json`, "utf8"));
    expect(numbers.levels.map(({ sigma }: { sigma: number }) => sigma)).toEqual([
      3,
      expect.closeTo(0.5477),
      0.1,
    ]);
    for (const { exact: control, learned, negativeLogLikelihood } of numbers.levels) {
      expect(control.asymmetry.own.value).toBeLessThan(0.01);
      expect(learned.stein.map(({ name }: { name: string }) => name)).toContain("tanh u");
      expect(negativeLogLikelihood.nll.value).toBeGreaterThan(0);
    }
  });

  test("an energy, whose constant is told, and whose score is a gradient", async () => {
    const model = place.path("energy");
    const words = ["train", "old-faithful", "--out", model, "--learn", "energy", "--samples", "20"];
    expect((await scoretape([...words, ...tiny])).code).toBe(0);
    const out = place.path("of-energy");
    const { stdout } = await scoretape(["lab", "audit", model, "--quick", "--out", out]);
    expect(stdout).toMatch(/ ± \S+ at σ = \S+, by quadrature on a grid/);
    const { numbers } = JSON.parse(readFileSync(`${out}/audit.json`, "utf8"));
    expect(numbers.logZ.error).toBeLessThan(0.01);
    for (const { learned, negativeLogLikelihood } of numbers.levels) {
      expect(learned.asymmetry.own.value).toBeLessThan(1e-3);
      // A Gaussian at the start: log 2π√det(Σ + σ²), which twenty steps move by little.
      expect(negativeLogLikelihood.normaliser.logZ).toBeGreaterThan(-5);
      expect(negativeLogLikelihood.nll.value).toBeGreaterThan(0);
    }
  });

  test("no model, and a directory without one", async () => {
    const missing = await scoretape(["lab", "audit", place.path("nowhere"), "--out", place.path("x")]);
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining("there is no model") });
  });
});
