import { add, mul, norm, random, sub, type Tensor, tensor } from "@scoretape/autograd";
import {
  ancestral,
  data,
  ddim,
  dormandPrince,
  dpmSolver,
  geometricSchedule,
  karrasSchedule,
  type NoiseConditionalScore,
  type NoiseLevelOptions,
  type NoiseLevelStep,
  type Samples,
  stochasticHeun,
} from "@scoretape/score";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { flowSlope } from "../src/samplers/noiseLevels.ts";
import { mixture } from "./support/diffusion.ts";
import { afterStochasticHeun } from "./support/levelRecursions.ts";
import { normal } from "./support/normal.ts";
import { clean, gaussian } from "./support/recursions.ts";
import { columnOf, expectMean, expectNear, expectVariance } from "./support/samples.ts";

const key = random.key(3);
const scoreOf =
  (set: data.ExactDataSet): NoiseConditionalScore =>
  (x, sigma) =>
    set.score(x, sigma);

/** The samplers that draw nothing, with their orders. */
const deterministic = {
  ddim: [ddim, 1],
  dpmSolver: [dpmSolver, 2],
  stochasticHeun: [stochasticHeun, 2],
} as const;

describe("karrasSchedule", () => {
  const options = fc.record({
    sigmaMin: fc.double({ min: 1e-3, max: 1, noNaN: true }),
    ratio: fc.double({ min: 1.5, max: 1e4, noNaN: true }),
    steps: fc.integer({ min: 2, max: 60 }),
    rho: fc.double({ min: 0.5, max: 10, noNaN: true }),
  });

  test("falls from one end to the other and to 0, its ρ-th roots by equal amounts", () => {
    fc.assert(
      fc.property(options, ({ sigmaMin, ratio, steps, rho }) => {
        const sigmaMax = sigmaMin * ratio;
        const sigmas = karrasSchedule({ sigmaMin, sigmaMax, steps, rho });
        expect(sigmas).toHaveLength(steps + 1);
        expect([sigmas[0], sigmas.at(-2), sigmas.at(-1)]).toEqual([sigmaMax, sigmaMin, 0]);
        const roots = sigmas.slice(0, -1).map((sigma) => sigma ** (1 / rho));
        const fall = (sigmaMax ** (1 / rho) - sigmaMin ** (1 / rho)) / (steps - 1);
        roots.slice(1).forEach((root, i) => {
          expect(((roots[i] ?? 0) - root) / fall).toBeCloseTo(1, 5);
        });
      }),
    );
  });

  test("has the levels of the paper's settings, ρ = 7", () => {
    // 80^(1/7) and 0.002^(1/7), whose mean to the seventh power is the middle of three.
    const middle = ((80 ** (1 / 7) + 0.002 ** (1 / 7)) / 2) ** 7;
    expectNear(karrasSchedule({ sigmaMin: 0.002, sigmaMax: 80, steps: 3 }), [80, middle, 0.002, 0], 1e-12);
    expect(karrasSchedule({ sigmaMin: 3, sigmaMax: 3, steps: 1 })).toEqual([3, 0]);
  });

  test("refuses what is no way down", () => {
    const from =
      (sigmaMax: number, sigmaMin: number, steps: number, rho = 7) =>
      () =>
        karrasSchedule({ sigmaMin, sigmaMax, steps, rho });
    expect(from(1, 2, 5)).toThrow("karrasSchedule: sigmaMax 1 and sigmaMin 2 are no decreasing noise levels");
    expect(from(2, 1, 1)).toThrow("karrasSchedule: one level cannot be both 2 and 1; give at least 2 steps");
    expect(from(2, 1, 0)).toThrow("karrasSchedule: steps is 0");
    expect(from(2, 1, 5, 0)).toThrow("karrasSchedule: rho is 0; it is a finite number above 0");
  });
});

describe("along the probability flow of exact scores", () => {
  const [sigmaMax, sigmaMin] = [3, 0.2];
  const x = mul(sigmaMax, normal(1, [20, 2]));
  const flow = dormandPrince({ relativeTolerance: 1e-11, absoluteTolerance: 1e-11 });
  const arrivals = {
    "a normal distribution": [
      data.gaussian({
        mean: [1, -1],
        covariance: [
          [0.5, 0],
          [0, 0.5],
        ],
      }),
      // The optimal transport between the normal distributions.
      (): Tensor => {
        const mean = tensor([1, -1], { dtype: "float64" });
        const stretch = Math.sqrt((0.5 + sigmaMin ** 2) / (0.5 + sigmaMax ** 2));
        return add(mean, mul(stretch, sub(x, mean)));
      },
    ],
    "a mixture": [
      mixture,
      (): Tensor =>
        flow.solve((y, sigma) => flowSlope(scoreOf(mixture), y, sigma), x, sigmaMax, sigmaMin).state,
    ],
  } as const;

  describe.each(Object.entries(arrivals))("of %s", (_set, [set, arrive]) => {
    const expected = arrive();

    test.each(Object.entries(deterministic))("%s has its order", (_name, [sampler, order]) => {
      const errors = [80, 160, 320].map((steps) => {
        const sigmas = geometricSchedule(sigmaMax, sigmaMin, steps + 1);
        const { samples } = sampler(scoreOf(set), x, { sigmas });
        return norm(sub(samples, expected)).item();
      });
      errors.slice(1).forEach((error, i) => {
        const measured = Math.log2((errors[i] ?? 0) / error);
        expect(Math.abs(measured - order), `errors ${errors.join(", ")}`).toBeLessThan(0.1);
      });
    });
  });
});

describe("from a level in the middle", () => {
  // Points of the set with noise are edited into points of the set.
  const sigma = 0.8;
  const start = gaussian.sample(random.key(5), 20_000);
  const noisy = add(start, mul(sigma, random.normal(random.key(6), [20_000, 1])));
  const sigmas = karrasSchedule({ sigmaMin: 0.005, sigmaMax: sigma, steps: 300 });
  const score = scoreOf(gaussian);
  const runs: Record<string, () => Samples> = {
    ddim: () => ddim(score, noisy, { sigmas }),
    dpmSolver: () => dpmSolver(score, noisy, { sigmas }),
    stochasticHeun: () => stochasticHeun(score, noisy, { sigmas, churn: 30, key }),
    ancestral: () => ancestral(score, noisy, { sigmas, key }),
  };

  test.each(Object.entries(runs))("%s arrives at the distribution of the clean points", (_name, run) => {
    const { samples } = run();
    expectMean(columnOf(samples, 0), clean.mean);
    expectVariance(columnOf(samples, 0), clean.variance);
  });

  test("the last step to 0 gives posterior means", () => {
    for (const sampler of [ddim, dpmSolver, stochasticHeun]) {
      const { samples } = sampler(score, noisy, { sigmas: [sigma, 0] });
      const gain = clean.variance / (clean.variance + sigma ** 2);
      expectNear(
        samples.data,
        noisy.data.map((y) => clean.mean + gain * (y - clean.mean)),
        1e-6,
      );
    }
  });
});

describe("stochasticHeun", () => {
  const sigmas = karrasSchedule({ sigmaMin: 0.05, sigmaMax: 3, steps: 6 });
  const start = mul(3, random.normal(random.key(8), [20_000, 1]));

  test.each([
    { churn: 6, sMin: 0, sMax: Number.POSITIVE_INFINITY, sNoise: 1 },
    { churn: 1, sMin: 0.3, sMax: 2, sNoise: 1.2 },
    { churn: 0.5, sMin: 0.05, sMax: 3, sNoise: 0 },
  ])("with %o has the variance of its recursion", (options) => {
    const { samples } = stochasticHeun(scoreOf(gaussian), start, { sigmas, ...options, key });
    const to = afterStochasticHeun({ mean: 0, variance: 9 }, clean, sigmas, options);
    expectMean(columnOf(samples, 0), to.mean);
    expectVariance(columnOf(samples, 0), to.variance);
  });

  test("needs a key where there is churn, and has no use for one where there is none", () => {
    const run = (options: object) => stochasticHeun(scoreOf(gaussian), start, { sigmas, ...options }).samples;
    expect(() => run({ churn: 1 })).toThrow(
      "stochasticHeun: key is undefined; make one with random.key(seed)",
    );
    expect(run({ churn: 0, key }).data).toEqual(run({}).data);
    // No level lies between the two.
    expect(run({ churn: 1, sMin: 4, key }).data).toEqual(run({}).data);
    expect(() => run({ churn: -1 })).toThrow("stochasticHeun: churn is -1; it is a number from 0");
    expect(() => run({ sMax: Number.NaN })).toThrow("stochasticHeun: sMax is NaN; it is a number from 0");
  });

  test.each(["sMin", "sMax"] as const)("adds noise at the level %s, too", (end) => {
    const at = (level: number) =>
      stochasticHeun(scoreOf(gaussian), start, { sigmas, churn: 1, [end]: level, key }).samples.data;
    const [level, outwards] = [sigmas[2] ?? 0, end === "sMin" ? -0.01 : 0.01];
    expect(at(level)).toEqual(at(level + outwards));
    expect(at(level)).not.toEqual(at(level - outwards));
  });

  test("evaluates the score twice a step, once in a step to 0", () => {
    let evaluations = 0;
    const counting: NoiseConditionalScore = (x, sigma) => {
      evaluations += 1;
      return gaussian.score(x, sigma);
    };
    stochasticHeun(counting, tensor([[1]]), { sigmas, backend: "eager" });
    expect(evaluations).toBe(2 * 6 - 1);
  });
});

describe("every sampler along noise levels", () => {
  type Sampler = (score: NoiseConditionalScore, start: Tensor, options: NoiseLevelOptions) => Samples;
  const samplers: Readonly<Record<string, Sampler>> = {
    ddim,
    dpmSolver,
    stochasticHeun,
    ancestral: (score, start, options) => ancestral(score, start, { ...options, key }),
  };

  test.each(Object.entries(samplers))("%s tells the level that is reached", (_name, sampler) => {
    const seen: NoiseLevelStep[] = [];
    const sigmas = [3, 1, 0.25, 0];
    sampler(scoreOf(gaussian), tensor([[1]]), { sigmas, onStep: (state) => seen.push(state) });
    expect(seen.map(({ step, steps, sigma }) => [step, steps, sigma])).toEqual([
      [1, 3, 1],
      [2, 3, 0.25],
      [3, 3, 0],
    ]);
  });

  test.each(Object.entries(samplers))("%s refuses levels that are no way down", (name, sampler) => {
    const by = (sigmas: number[]) => () => sampler(scoreOf(gaussian), tensor([[1]]), { sigmas });
    expect(by([])).toThrow(`${name}: sigmas is empty`);
    expect(by([1])).toThrow(`${name}: sigmas has one noise level, 1; give those of the way down, too`);
    expect(by([1, 2])).toThrow(`${name}: sigma 1 is 2 after 1; noise levels decrease`);
    expect(by([1, 0, 0])).toThrow(`${name}: sigma 1 is 0`);
    expect(by([0])).toThrow(`${name}: sigma 0 is 0`);
    expect(by([1, -1])).toThrow(`${name}: sigma 1 is -1`);
  });

  test("names step, row and level of a state that leaves the finite numbers", () => {
    const broken: NoiseConditionalScore = (x, sigma) => mul(gaussian.score(x, sigma), 1e30);
    expect(() => ddim(broken, tensor([[1], [2]]), { sigmas: [3, 2, 1] })).toThrow(
      /^ddim: row 0 is -?(Infinity|NaN) in coordinate 0 after step 2 of 2 \(sigma 1\), from \[/,
    );
  });
});
