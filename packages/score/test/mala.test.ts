import {
  add,
  div,
  full,
  greater,
  mul,
  neg,
  random,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  where,
  zeros,
} from "@scoretape/autograd";
import { hmc, langevin, type MetropolisOptions, type MetropolisStep, mala, scoreOf } from "@scoretape/score";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dualAveraging, varianceOf } from "../src/samplers/adaptation.ts";
import { type ChainState, stateOf } from "../src/samplers/chainState.ts";
import { langevinError, langevinProposal } from "../src/samplers/mala.ts";
import { metropolis } from "../src/samplers/metropolis.ts";
import { langevinStep } from "../src/samplers/walk.ts";
import { expectClose } from "./support/close.ts";
import { gumbel, quartic, standardNormal } from "./support/energies.ts";
import { normal } from "./support/normal.ts";
import { runs } from "./support/runs.ts";
import { columnOf, expectMean, expectNear, expectVariance } from "./support/samples.ts";

const key = random.key(51);

describe("the Langevin proposal and its test", () => {
  const problems = fc.record({
    seed: fc.nat(1_000_000),
    d: fc.integer({ min: 1, max: 5 }),
    stepSize: fc.double({ min: 0.01, max: 3, noNaN: true }),
  });
  const scaleOf = (seed: number, d: number): Tensor => add(0.3, square(normal(seed + 2, [d])));

  /** log q(x → y) of N(x − (ε/2)σ²∇E(x), εσ²). */
  function logProposal(x: ChainState, y: Tensor, stepSize: number, scale: Tensor): Tensor {
    const mean = sub(x.x, mul(stepSize / 2, mul(square(scale), x.gradient)));
    const standard = div(sub(y, mean), mul(Math.sqrt(stepSize), scale));
    return mul(-0.5, sum(square(standard), { axis: 1 }));
  }

  test("ΔH is the log of p(x)q(x → x') over p(x')q(x' → x), by the normal densities", () => {
    fc.assert(
      fc.property(problems, ({ seed, d, stepSize }) => {
        const [evaluate, scale] = [stateOf("test", quartic), scaleOf(seed, d)];
        const step = tensor(stepSize, { dtype: "float64" });
        const [here, noise] = [evaluate(normal(seed, [4, d])), normal(seed + 1, [4, d])];
        const there = evaluate(langevinProposal(here, noise, step, scale));
        const forth = sub(logProposal(here, there.x, stepSize, scale), quartic(here.x));
        const back = sub(logProposal(there, here.x, stepSize, scale), quartic(there.x));
        expectClose(langevinError(here, there, noise, step, scale), sub(forth, back), 1e-10);
      }),
      runs(50),
    );
  });

  test("the proposal is the unadjusted Langevin step in x/σ", () => {
    const scale = tensor([2, 0.5], { dtype: "float64" });
    const stepSize = tensor(0.7, { dtype: "float64" });
    const [u, noise] = [normal(1, [3, 2]), normal(2, [3, 2])];
    const proposal = langevinProposal(stateOf("test", quartic)(mul(u, scale)), noise, stepSize, scale);
    const score = scoreOf((v) => quartic(mul(v, scale)))(u);
    expectClose(div(proposal, scale), langevinStep(u, score, noise, stepSize), 1e-12);
  });

  test("with L = 1 Hamiltonian Monte Carlo with ε makes the moves of mala with ε²", () => {
    const x0 = normal(3, [20, 3]);
    const options = { steps: 20, key, scale: [1, 2, 0.5] };
    const langevinSamples = mala(quartic, x0, { ...options, stepSize: 0.64 });
    const hamiltonian = hmc(quartic, x0, { ...options, stepSize: 0.8, leapfrogSteps: 1 });
    expectNear(hamiltonian.samples.data, langevinSamples.samples.data, 1e-12);
    expect(hamiltonian.acceptanceRates).toEqual(langevinSamples.acceptanceRates);
  });
});

describe("metropolis", () => {
  const state = (values: readonly number[]): ChainState => ({
    x: tensor(values.map((value) => [value])),
    energy: tensor(values),
    gradient: tensor(values.map((value) => [2 * value])),
  });

  test("takes a proposal where u is below exp(−ΔH), and keeps x, E and ∇E together", () => {
    const error = tensor([-1, 0.5, 0.5, Number.NaN, 1001, Number.NEGATIVE_INFINITY, 999]);
    const uniform = tensor([0.999, 0.6, 0.61, 0, 0, 0, 0]);
    const [before, after] = [state([1, 2, 3, 4, 5, 6, 7]), state([10, 20, 30, 40, 50, 60, 70])];
    const result = metropolis(before, after, error, uniform);
    expect([...result.accepted.data]).toEqual([1, 1, 0, 0, 0, 0, 0]);
    expect([...result.diverged.data]).toEqual([0, 0, 0, 1, 1, 1, 0]);
    const half = Math.fround(Math.exp(-0.5));
    expectNear(result.probability.data, [1, half, half, 0, 0, 0, 0], 1e-6);
    const taken = state([10, 20, 3, 4, 5, 6, 7]);
    for (const part of ["x", "energy", "gradient"] as const) {
      expect(result.state[part].toArray()).toEqual(taken[part].toArray());
    }
  });
});

describe("adaptation", () => {
  test("dual averaging solves α(ε) = δ, whatever the start", () => {
    for (const initial of [1e-3, 1, 1e3]) {
      for (const target of [0.574, 0.8]) {
        const adaptation = dualAveraging(initial, target);
        for (let m = 0; m < 2000; m++) adaptation.update(Math.exp(-adaptation.stepSize));
        expect(Math.abs(Math.exp(-adaptation.averaged) - target)).toBeLessThan(0.01);
      }
    }
  });

  test("the first two updates are those of the paper's formula", () => {
    const adaptation = dualAveraging(0.3, 0.65);
    adaptation.update(0.2);
    const first = (0.65 - 0.2) / 11;
    expect(adaptation.stepSize).toBeCloseTo(3 * Math.exp(-first / 0.05), 12);
    expect(adaptation.averaged).toBeCloseTo(adaptation.stepSize, 12);
    const before = adaptation.stepSize;
    adaptation.update(0.9);
    const second = (1 - 1 / 12) * first + (0.65 - 0.9) / 12;
    expect(adaptation.stepSize).toBeCloseTo(3 * Math.exp((-Math.SQRT2 / 0.05) * second), 12);
    const weight = 2 ** -0.75;
    expect(adaptation.averaged).toBeCloseTo(adaptation.stepSize ** weight * before ** (1 - weight), 12);
  });

  test("variances are those of all states, with five of the prior", () => {
    const estimate = varianceOf(2);
    const rows = [1e6 + 1, 5, 1e6 + 3, 6, 1e6 + 8, 10];
    estimate.add(rows.slice(0, 2));
    estimate.add(rows.slice(2));
    const [a = 0, b = 0] = estimate.shrunkTowards([1, 2]);
    expect(a).toBeCloseTo((9 + 1 + 16 + 5) / 8, 9);
    expect(b).toBeCloseTo((4 + 1 + 9 + 10) / 8, 9);
  });
});

describe("mala", () => {
  test("at a step where Langevin has variance 1/(1 − ε/4) on N(0, 1), has 1", () => {
    const options = { stepSize: 1.8, steps: 20, key };
    const x0 = random.normal(random.key(1), [20_000, 1]);
    const unadjusted = langevin(neg, x0, options).samples;
    const { samples, acceptanceRate } = mala(standardNormal, x0, options);
    expectVariance(columnOf(unadjusted, 0), 1 / (1 - 1.8 / 4));
    expectVariance(columnOf(samples, 0), 1);
    expectMean(columnOf(samples, 0), 0);
    expect(acceptanceRate).toBeLessThan(0.95);
  });

  test.each([0.5, 2])("forgets its start, to the moments of a skew target (ε = %d)", (stepSize) => {
    const { samples } = mala(gumbel, full([10_000, 2], 3), { stepSize, steps: 150, key });
    for (const j of [0, 1]) {
      expectMean(columnOf(samples, j), 0.5772156649);
      expectVariance(columnOf(samples, j), Math.PI ** 2 / 6);
    }
    const [a, b] = [columnOf(samples, 0), columnOf(samples, 1)];
    expectMean(
      a.map((value, i) => (value - 0.5772156649) * ((b[i] ?? 0) - 0.5772156649)),
      0,
    );
  });

  test("with a scale for each coordinate, too", () => {
    const wide = (x: Tensor): Tensor => gumbel(div(x, tensor([10, 0.1])));
    const x0 = zeros([10_000, 2]);
    const { samples } = mala(wide, x0, { stepSize: 1, steps: 150, key, scale: [10, 0.1] });
    for (const [j, unit] of [10, 0.1].entries()) {
      expectMean(columnOf(samples, j), 0.5772156649 * unit);
      expectVariance(columnOf(samples, j), (unit * Math.PI) ** 2 / 6);
    }
  });

  test.each([undefined, 0.8])("the warm-up reaches its target acceptance (%d), then freezes", (target) => {
    const seen: MetropolisStep[] = [];
    const options: MetropolisOptions = { stepSize: 1e-3, steps: 100, warmUpSteps: 300, key };
    const { acceptanceRate, acceptanceRates, stepSize } = mala(gumbel, zeros([200, 3]), {
      ...options,
      ...(target === undefined ? {} : { targetAcceptance: target }),
      onStep: (state) => seen.push(state),
    });
    // The 20,000 tests of the run have a standard error of 0.004, the adaptation about 0.01.
    expect(Math.abs(acceptanceRate - (target ?? 0.574))).toBeLessThan(0.03);
    const frozen = seen.filter(({ warmUp }) => !warmUp);
    expect(frozen.length).toBe(100);
    expect(new Set(frozen.map((state) => state.stepSize))).toEqual(new Set([stepSize]));
    const adaptation = dualAveraging(options.stepSize, target ?? 0.574);
    for (const { warmUp, acceptance } of seen) if (warmUp) adaptation.update(acceptance);
    expect(stepSize).toBe(adaptation.averaged);
    expect(new Set(seen.map((state) => state.stepSize)).size).toBeGreaterThan(200);
    expect(seen.map(({ step }) => step)).toEqual(Array.from({ length: 400 }, (_, i) => i + 1));
    const average = frozen.reduce((sum, { acceptance }) => sum + acceptance, 0) / 100;
    expect(Math.abs(average - acceptanceRate)).toBeLessThan(0.015);
    expect(acceptanceRates.reduce((sum, rate) => sum + rate, 0) / 200).toBeCloseTo(acceptanceRate, 12);
  });

  test("an adapted scale has the standard deviations of the target", () => {
    const wide = (x: Tensor): Tensor => standardNormal(div(x, tensor([30, 0.2])));
    const { samples, scale } = mala(wide, zeros([500, 2]), {
      stepSize: 0.1,
      warmUpSteps: 400,
      steps: 50,
      scale: "adapt",
      key,
    });
    for (const [j, deviation] of [30, 0.2].entries()) {
      expect((scale[j] ?? 0) / deviation).toBeGreaterThan(0.9);
      expect((scale[j] ?? 0) / deviation).toBeLessThan(1.1);
      expectVariance(columnOf(samples, j), deviation ** 2);
    }
  });

  test("where the energy is not finite no chain goes, and it is counted", () => {
    // N(0, 1) cut off at 1: mean −φ(1)/Φ(1).
    const cut = (x: Tensor): Tensor =>
      where(greater(sum(x, { axis: 1 }), 1), Number.POSITIVE_INFINITY, standardNormal(x));
    const { samples, divergences, acceptanceRate } = mala(cut, zeros([10_000, 1]), {
      stepSize: 1,
      steps: 60,
      key,
    });
    expect(Math.max(...samples.data)).toBeLessThanOrEqual(1);
    expect(divergences).toBeGreaterThan(1000);
    expect(divergences).toBeLessThanOrEqual(Math.round((1 - acceptanceRate) * 600_000));
    expectMean(columnOf(samples, 0), -0.24197072451914337 / 0.8413447460685429);
  });

  test("the trajectory starts at the end of the warm-up; the same key gives the same bits", () => {
    const warm: Tensor[] = [];
    const run = (seed: number) =>
      mala(quartic, zeros([5, 2]), {
        stepSize: 0.5,
        warmUpSteps: 7,
        steps: 6,
        trajectory: 2,
        key: random.key(seed),
        onStep: ({ warmUp, x }) => {
          if (warmUp) warm.push(x);
        },
      });
    const { samples, trajectory } = run(1);
    expect(trajectory.length).toBe(4);
    expect(trajectory[0]).toBe(warm.at(-1));
    expect(trajectory[3]).toBe(samples);
    expect(run(1).samples.data).toEqual(samples.data);
    expect(run(2).samples.data).not.toEqual(samples.data);
  });

  test.each<[string, () => unknown]>([
    ["mala: stepSize is 0; it is a finite number above 0", () => run({ stepSize: 0 })],
    ["mala: steps is 0", () => run({ steps: 0 })],
    ["mala: warmUpSteps is -1", () => run({ warmUpSteps: -1 })],
    ["mala: targetAcceptance is 1; it is above 0 and below 1", () => run({ targetAcceptance: 1 })],
    ["mala: scale has 1 numbers, x0 has 2 coordinates", () => run({ scale: [1] })],
    ["mala: scale 1 is -1", () => run({ scale: [1, -1] })],
    ["mala: scale is adapt without a warm-up", () => run({ scale: "adapt" })],
    [
      "mala: the energy maps [2, 2] to [2, 2], not to [2]",
      () => mala(neg, zeros([2, 2]), { stepSize: 1, steps: 1, key }),
    ],
    [
      "mala: chain 1 starts at [0, 2] with energy NaN and gradient [",
      () =>
        mala(
          (x) => sum(sqrt(sub(1, x)), { axis: 1 }),
          tensor([
            [0, 0],
            [0, 2],
          ]),
          { stepSize: 1, steps: 1, key },
        ),
    ],
  ])("%s", (message, attempt) => {
    expect(attempt).toThrow(message);
  });

  function run(options: Partial<MetropolisOptions>, x0 = zeros([2, 2])): unknown {
    return mala(standardNormal, x0, { stepSize: 0.1, steps: 3, key, ...options });
  }
});
