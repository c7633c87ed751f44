import {
  add,
  div,
  mul,
  neg,
  ones,
  random,
  square,
  type Tensor,
  type TensorLike,
  tensor,
} from "@scoretape/autograd";
import {
  ancestral,
  annealedLangevin,
  classifierFreeGuidance,
  ddim,
  denoise,
  dpmSolver,
  karrasSchedule,
  linearMeasurement,
  type NoiseConditionalScore,
  posterior,
  stochasticHeun,
} from "@scoretape/score";
import { describe, expect, test } from "vitest";
import { lastingScore } from "../src/samplers/keptSteps.ts";

// Of a score that lasts, a step is compiled once; of any other, once for each run.

const key = random.key(3);
const start = mul(2, random.normal(random.key(4), [5, 2]));
const sigmas = karrasSchedule({ sigmaMin: 0.1, sigmaMax: 2, steps: 4 });
const measurement = linearMeasurement({ mask: tensor([1, 0]) });
const measured = { measurement, observed: ones([5, 2]), sigmas, key };
const level = (sigma: TensorLike): Tensor => (typeof sigma === "number" ? tensor(sigma) : sigma);

const runs: Readonly<Record<string, (score: NoiseConditionalScore, x: Tensor) => Tensor>> = {
  ddim: (score, x) => ddim(score, x, { sigmas }).samples,
  ancestral: (score, x) => ancestral(score, x, { sigmas, key }).samples,
  dpmSolver: (score, x) => dpmSolver(score, x, { sigmas }).samples,
  stochasticHeun: (score, x) => stochasticHeun(score, x, { sigmas, key, churn: 1 }).samples,
  annealedLangevin: (score, x) =>
    annealedLangevin(score, x, { sigmas: [2, 1], stepSize: 0.1, stepsPerLevel: 2, key, finalDenoise: true })
      .samples,
  "posterior.pseudoinverseGuidance": (score, x) =>
    posterior.pseudoinverseGuidance(score, x, measured).samples,
  "posterior.repaint": (score, x) => posterior.repaint(score, x, { ...measured, repeats: 2 }).samples,
  "posterior.replacement": (score, x) => posterior.replacement(score, x, measured).samples,
  "posterior.dps": (score, x) => posterior.dps(score, x, measured).samples,
  "posterior.twisted": (score, x) => posterior.twisted(score, x, { ...measured, particles: 1 }).samples,
  denoise: (score, x) => denoise(score, x, 0.5).mean,
};

/** The score of N(0, I), and how often it was called: where steps are compiled that is once for each. */
function counted() {
  let calls = 0;
  const score: NoiseConditionalScore = (x, sigma) => {
    calls += 1;
    return div(neg(x), add(1, square(level(sigma))));
  };
  return { score, calls: () => calls };
}

describe.each(Object.entries(runs))("%s", (_, run) => {
  test("compiles the steps of a score that lasts once, to the same samples", () => {
    const { score, calls } = counted();
    const fresh = run(score, start).data;
    const first = calls();
    expect(run(score, start).data).toEqual(fresh);
    expect(calls()).toBe(2 * first);
    lastingScore(score);
    expect(run(score, start).data).toEqual(fresh);
    expect(run(score, start).data).toEqual(fresh);
    expect(calls()).toBe(3 * first);
  });

  test("compiles others for other rows, and forgets those that were not asked for lately", () => {
    const { score, calls } = counted();
    lastingScore(score);
    const rows = (n: number): Tensor => random.normal(random.key(n), [n, 2]);
    const of = (n: number): number => {
      const before = calls();
      if (n === 5) run(score, start);
      else denoise(score, rows(n), 0.5);
      return calls() - before;
    };
    expect(of(5)).toBeGreaterThan(0);
    expect(of(5)).toBe(0);
    expect([6, 7, 8].map(of)).toEqual([1, 1, 1]);
    expect([6, 7, 8].map(of)).toEqual([0, 0, 0]);
    for (const n of [9, 10, 11, 12, 13, 14]) of(n);
    expect([14, 6].map(of)).toEqual([0, 1]);
  });
});

test("what else a step reads tells its programs apart", () => {
  const { score } = counted();
  lastingScore(score);
  const drawn = (noise: number, dataDeviation: number): string =>
    posterior
      .pseudoinverseGuidance(score, start, {
        ...measured,
        measurement: linearMeasurement({ mask: tensor([1, 0]) }, { noise }),
        dataDeviation,
      })
      .samples.data.join();
  const all = [drawn(0.1, 1), drawn(1, 1), drawn(0.1, 0.5)];
  expect(new Set(all).size).toBe(3);
  expect([drawn(0.1, 1), drawn(1, 1), drawn(0.1, 0.5)]).toEqual(all);
  const deviation = denoise(score, start, 0.5, { standardDeviation: true });
  expect(Object.keys(deviation)).toEqual(["mean", "standardDeviation"]);
  expect(Object.keys(denoise(score, start, 0.5))).toEqual(["mean"]);
});

test("a guided score lasts if the one that it is made of does", () => {
  const { score, calls } = counted();
  const options = { condition: tensor(new Uint32Array(5)), scale: 0.5 };
  const runs = (own: NoiseConditionalScore): number => {
    const guided = classifierFreeGuidance(own, options);
    ddim(guided, start, { sigmas });
    const before = calls();
    ddim(guided, start, { sigmas });
    return calls() - before;
  };
  expect(runs(score)).toBe(2);
  expect(runs(lastingScore(score))).toBe(0);
});
