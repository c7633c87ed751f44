import {
  concat,
  div,
  jacobian,
  mul,
  neg,
  random,
  reshape,
  slice,
  sub,
  type Tensor,
  tensor,
  zeros,
} from "@scoretape/autograd";
import { data, type Energy, type HmcOptions, hmc, type MetropolisSamples } from "@scoretape/score";
import { describe, expect, test } from "vitest";
import { type ChainState, stateOf } from "../src/samplers/chainState.ts";
import { leapfrog } from "../src/samplers/hmc.ts";
import { expectClose } from "./support/close.ts";
import { banana, quadratic, quartic, standardNormal } from "./support/energies.ts";
import { normal } from "./support/normal.ts";
import { columnOf, expectMean, expectVariance } from "./support/samples.ts";

const key = random.key(52);

/** So many leapfrog steps of one size. */
function integrate(
  energy: Energy,
  x: Tensor,
  velocity: Tensor,
  stepSize: number,
  steps: number,
  scale = tensor(new Array<number>(x.shape[1] ?? 0).fill(1), { dtype: "float64" }),
): readonly [ChainState, Tensor] {
  const evaluate = stateOf("test", energy);
  let phase: readonly [ChainState, Tensor] = [evaluate(x), velocity];
  for (let i = 0; i < steps; i++) {
    phase = leapfrog(evaluate, ...phase, tensor(stepSize, { dtype: "float64" }), scale);
  }
  return phase;
}

describe("leapfrog", () => {
  const scale = tensor([2, 0.5, 1], { dtype: "float64" });

  test("is reversible: with the velocity turned round it leads back", () => {
    const [x, v] = [normal(1, [5, 3]), normal(2, [5, 3])];
    const [end, after] = integrate(quartic, x, v, 0.2, 15, scale);
    const [start, before] = integrate(quartic, end.x, neg(after), 0.2, 15, scale);
    expect(Math.max(...sub(end.x, x).data.map(Math.abs))).toBeGreaterThan(0.5);
    expectClose(start.x, x, 1e-9);
    expectClose(neg(before), v, 1e-9);
  });

  test("preserves volume: its Jacobian has determinant 1", () => {
    const flow = (phase: Tensor): Tensor => {
      const half = (i: number): Tensor => reshape(slice(phase, [3 * i], [3 * i + 3]), [1, 3]);
      const [end, after] = integrate(quartic, half(0), half(1), 0.3, 4, scale);
      return concat([reshape(end.x, [3]), reshape(after, [3])]);
    };
    for (const seed of [3, 4, 5]) {
      const J = jacobian(flow)(normal(seed, [6]));
      expect(determinant(J)).toBeCloseTo(1, 9);
      // Not for being the identity.
      expect(Math.abs(J.data[0] ?? 1)).not.toBeCloseTo(1, 2);
    }
  });

  test("follows the exact flow of the harmonic oscillator, in units of the scale", () => {
    const [x, v] = [normal(6, [4, 3]), normal(7, [4, 3])];
    const energy = (y: Tensor): Tensor => standardNormal(div(y, scale));
    const [end, after] = integrate(energy, x, v, 1e-3, 1000, scale);
    const u = div(x, scale);
    const expected = mul(scale, sub(mul(Math.cos(1), u), mul(-Math.sin(1), v)));
    expectClose(end.x, expected, 1e-6);
    expectClose(after, sub(mul(Math.cos(1), v), mul(Math.sin(1), u)), 1e-6);
  });

  test("its energy error is of second order in the step", () => {
    const [x, v] = [normal(8, [50, 2]), normal(9, [50, 2])];
    const errors = [0.1, 0.05, 0.025, 0.0125].map((stepSize) => {
      const total = ({ energy }: ChainState, velocity: Tensor): number[] =>
        Array.from(energy.data, (value, i) => {
          const [a = 0, b = 0] = velocity.data.subarray(2 * i, 2 * i + 2);
          return value + 0.5 * (a ** 2 + b ** 2);
        });
      const before = total(stateOf("test", quartic)(x), v);
      const after = total(...integrate(quartic, x, v, stepSize, Math.round(0.9 / stepSize)));
      const squares = after.map((value, i) => (value - (before[i] ?? 0)) ** 2);
      return Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / squares.length);
    });
    errors.slice(1).forEach((error, i) => {
      const slope = Math.log2((errors[i] ?? 0) / error);
      expect(Math.abs(slope - 2), `slope ${slope}`).toBeLessThan(0.1);
    });
  });
});

/** By elimination with pivoting. */
function determinant(matrix: Tensor): number {
  const d = matrix.shape[0] ?? 0;
  const rows = Array.from({ length: d }, (_, i) => [...matrix.data.subarray(i * d, (i + 1) * d)]);
  let product = 1;
  for (let k = 0; k < d; k++) {
    const pivotAt = rows.reduce(
      (best, row, i) => (i >= k && Math.abs(row[k] ?? 0) > Math.abs(rows[best]?.[k] ?? 0) ? i : best),
      k,
    );
    const [pivot = [], displaced = []] = [rows[pivotAt], rows[k]];
    [rows[k], rows[pivotAt]] = [pivot, displaced];
    product *= (pivotAt === k ? 1 : -1) * (pivot[k] ?? 0);
    for (let i = k + 1; i < d; i++) {
      const factor = (rows[i]?.[k] ?? 0) / (pivot[k] ?? 1);
      rows[i] = (rows[i] ?? []).map((value, j) => value - factor * (pivot[j] ?? 0));
    }
  }
  return product;
}

describe("hmc", () => {
  const chains = 6000;
  const run = (energy: Energy, options: Partial<HmcOptions> = {}): MetropolisSamples =>
    hmc(energy, zeros([chains, 2]), { stepSize: 0.3, leapfrogSteps: [4, 8], steps: 60, key, ...options });

  test("at large steps has exactly the moments of a correlated Gaussian", () => {
    // Σ = [[1, 0.8], [0.8, 1]], P = Σ⁻¹.
    const precision = tensor([
      [1 / 0.36, -0.8 / 0.36],
      [-0.8 / 0.36, 1 / 0.36],
    ]);
    const { samples, acceptanceRate } = run(quadratic(precision), { stepSize: 0.75 });
    expect(acceptanceRate).toBeLessThan(0.9);
    const [a, b] = [columnOf(samples, 0), columnOf(samples, 1)];
    for (const column of [a, b]) {
      expectMean(column, 0);
      expectVariance(column, 1);
    }
    expectMean(
      a.map((value, i) => value * (b[i] ?? 0)),
      0.8,
    );
  });

  test("has the moments of a banana, after a warm-up", () => {
    const { samples, stepSize } = run(banana(0.5), {
      warmUpSteps: 60,
      steps: 40,
      stepSize: 0.01,
      targetAcceptance: 0.95,
    });
    expect(stepSize).toBeGreaterThan(0.1);
    const [a, b] = [columnOf(samples, 0), columnOf(samples, 1)];
    expectMean(a, 0);
    expectVariance(a, 1);
    expectMean(b, 0);
    expectVariance(b, 1.5);
    expectMean(
      b.map((value, i) => value * (a[i] ?? 0) ** 2),
      -1,
    );
  });

  test("finds the weights of overlapping modes", () => {
    const mixture = data.gaussianMixture({
      weights: [0.7, 0.3],
      means: [
        [1.5, 0],
        [-1.5, 0],
      ],
      standardDeviations: [0.8, 1],
    });
    const { samples } = run((x) => neg(mixture.logDensity(x)), { stepSize: 0.6, steps: 50 });
    expectMean(columnOf(samples, 0), 0.7 * 1.5 - 0.3 * 1.5);
    expectMean(
      columnOf(samples, 0).map((value) => value ** 2),
      0.7 * 0.64 + 0.3 + 2.25,
    );
    expectMean(
      columnOf(samples, 1).map((value) => value ** 2),
      0.7 * 0.64 + 0.3,
    );
  });

  test("with one number of steps a chain can be stuck on a periodic orbit, with a drawn one not", () => {
    // ε such that L = 4 leapfrog steps turn phase space by exactly a half: cos(π/4) = 1 − ε²/2, so x ↦ −x.
    const stepSize = Math.sqrt(2 - Math.SQRT2);
    const sizes = (leapfrogSteps: HmcOptions["leapfrogSteps"]): number[] => {
      const x0 = tensor([[1.5]], { dtype: "float64" });
      const options = { stepSize, leapfrogSteps, steps: 12, key, trajectory: 1 };
      return hmc(standardNormal, x0, options).trajectory.map((x) => Math.abs(x.data[0] ?? 0));
    };
    expect(Math.max(...sizes(4).map((size) => Math.abs(size - 1.5)))).toBeLessThan(1e-12);
    expect(new Set(sizes([3, 5]).map((size) => size.toFixed(6))).size).toBeGreaterThan(5);
  });

  test("draws every number of leapfrog steps of the pair equally often", () => {
    // At E = 0 a step moves by εv: the length over that of one leapfrog step counts them.
    const flat = (x: Tensor): Tensor => mul(0, standardNormal(x));
    const moves = (leapfrogSteps: HmcOptions["leapfrogSteps"]): number[] => {
      const options = { stepSize: 1, leapfrogSteps, steps: 300, key, trajectory: 1 };
      const { trajectory } = hmc(flat, zeros([1, 1], { dtype: "float64" }), options);
      return trajectory.slice(1).map((x, i) => (x.data[0] ?? 0) - (trajectory[i]?.data[0] ?? 0));
    };
    const single = moves(1);
    const counts = [0, 0, 0];
    for (const [i, move] of moves([2, 4]).entries()) {
      const steps = Math.round(move / (single[i] ?? 0));
      expect([2, 3, 4]).toContain(steps);
      counts[steps - 2] = (counts[steps - 2] ?? 0) + 1;
    }
    // 100 expected of each, with a standard deviation of 8.2.
    for (const count of counts) expect(Math.abs(count - 100)).toBeLessThan(33);
  });

  test.each([0.65, 0.8])("the warm-up reaches an acceptance of %d", (targetAcceptance) => {
    const { acceptanceRate, divergences } = run(standardNormal, {
      warmUpSteps: 200,
      steps: 40,
      targetAcceptance,
      stepSize: 1e-3,
      leapfrogSteps: 3,
    });
    expect(Math.abs(acceptanceRate - targetAcceptance)).toBeLessThan(0.03);
    expect(divergences).toBe(0);
  });

  test("an unstable step is a divergence: counted, rejected, and the chain stays finite", () => {
    const x0 = random.normal(random.key(3), [20, 2]);
    const { samples, divergences, acceptanceRate } = hmc(quartic, x0, {
      stepSize: 50,
      leapfrogSteps: 8,
      steps: 5,
      key,
    });
    expect(divergences).toBe(100);
    expect(acceptanceRate).toBe(0);
    expect(samples.toArray()).toEqual(x0.toArray());
  });

  test.each<[string, () => unknown]>([
    ["hmc: leapfrogSteps is 0", () => run(standardNormal, { leapfrogSteps: 0 })],
    ["hmc: leapfrogSteps is 2.5", () => run(standardNormal, { leapfrogSteps: [1, 2.5] })],
    [
      "hmc: leapfrogSteps is [3, 2]; give the smaller number first",
      () => run(standardNormal, { leapfrogSteps: [3, 2] }),
    ],
    ["hmc: stepSize is -1", () => run(standardNormal, { stepSize: -1 })],
  ])("%s", (message, attempt) => {
    expect(attempt).toThrow(message);
  });
});
