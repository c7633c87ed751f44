import { add, exp, mul, portable, stack, type Tensor, tensor } from "@scoretape/autograd";
import { effectiveSampleSize, monteCarloStandardError, tailEffectiveSampleSize } from "@scoretape/score";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { meanOf } from "../src/metrics/chains.ts";
import { normalQuantile } from "../src/metrics/normalQuantile.ts";
import { autoregression } from "./support/autoregression.ts";
import { runs } from "./support/runs.ts";
import { expectNear } from "./support/samples.ts";

const [steps, chains] = [5000, 8];

/** φ(z), the density of N(0, 1). */
const density = (z: number): number => portable.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);

/** The p-quantile of N(0, 1). */
function quantileAt(p: number): number {
  const [z = Number.NaN] = normalQuantile([p]);
  return z;
}

/**
 * τ of 1{x ≤ q} along {@link autoregression}, q the p-quantile: from P(x₀ ≤ q, xₜ ≤ q) − p² =
 * φ(q)²Σₖ Heₖ(q)²φᵗ⁽ᵏ⁺¹⁾/(k + 1)! (Mehler), summed over the lags.
 */
function timeOfQuantile(phi: number, p: number): number {
  const q = quantileAt(p);
  let [hermite, before, factorial, power, sum] = [1, 0, 1, phi, 0];
  for (let k = 0; k < 100; k++) {
    factorial *= k + 1;
    sum += ((hermite * hermite) / factorial) * (power / (1 - power));
    [hermite, before] = [q * hermite - k * before, hermite];
    power *= phi;
  }
  return 1 + (2 * density(q) ** 2 * sum) / (p * (1 - p));
}

/** 1{x ≤ q} with the quantile counted out: the place (S − 1)p among the sorted values, between its neighbours. */
function indicator(trajectory: Tensor, p: number): Tensor {
  const sorted = [...trajectory.data].sort((a, b) => a - b);
  const place = (sorted.length - 1) * p;
  const [below = 0, above = 0] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  const q = below + (place % 1) * (above - below);
  return tensor(
    trajectory.data.map((value) => (value <= q ? 1 : 0)),
    { shape: trajectory.shape },
  );
}

describe("tail effective sample size", () => {
  test("is the smaller one of the indicators of the 5 % and the 95 % quantile", () => {
    const some = fc.record({
      seed: fc.nat(1_000_000),
      steps: fc.integer({ min: 12, max: 80 }),
      chains: fc.integer({ min: 1, max: 4 }),
      phi: fc.double({ min: -0.8, max: 0.95, noNaN: true }),
    });
    fc.assert(
      fc.property(some, ({ seed, phi, steps, chains }) => {
        const trajectory = autoregression(seed, phi, steps, chains);
        const sizes = [0.05, 0.95].map((p) => effectiveSampleSize(indicator(trajectory, p))[0] ?? 0);
        expectNear(tailEffectiveSampleSize(trajectory), [Math.min(...sizes)], 1e-12);
      }),
      runs(60),
    );
  });

  // Over 20 seeds the estimates spread by 4 %, and the smaller of two is 2 % low.
  test.each([0, 0.5, 0.9])("of an autoregression is n/τ of the quantiles (φ = %d)", (phi) => {
    const [size = 0] = tailEffectiveSampleSize(autoregression(1, phi, steps, chains));
    const expected = (steps * chains) / timeOfQuantile(phi, 0.05);
    expect(Math.abs(size / expected - 1), `${size} of ${expected}`).toBeLessThan(0.15);
  });

  test("sees what the bulk does not: a chain that stays long in one tail", () => {
    const calm = autoregression(3, 0, 2000, 4);
    const stuck = tensor(
      calm.data.map((value, i) => (i % 4 === 0 && i > 6800 ? 3 + 0.01 * value : value)),
      { shape: calm.shape },
    );
    const [tail = 0] = tailEffectiveSampleSize(stuck);
    const [bulk = 0] = effectiveSampleSize(stuck, { rankNormalized: true });
    expect(tail).toBeLessThan(bulk / 2);
  });

  test("a monotone change of the coordinate changes nothing", () => {
    const trajectory = autoregression(4, 0.3, 301, 2);
    // 601·0.05 is no place of a value; the quantile lies between two either way.
    expect(tailEffectiveSampleSize(exp(trajectory))).toEqual(tailEffectiveSampleSize(trajectory));
  });

  test.each([0, 1])("draws of two values, nearly all of them %d, have a size", (usual) => {
    const states = Array.from({ length: 60 }, (_, t) => tensor([[t % 30 === 7 ? 1 - usual : usual]]));
    const [size = 0] = tailEffectiveSampleSize(states);
    expect(size).toBeGreaterThan(1);
    expect([size]).toEqual(effectiveSampleSize(states));
  });
});

describe("Monte Carlo standard error", () => {
  test.each([0, 0.5, 0.9, -0.5])(
    "of an autoregression's mean is √((1 + φ)/((1 − φ)n)), of its quantiles √(p(1 − p)τ/n)/density (φ = %d)",
    (phi) => {
      const trajectory = autoregression(1, phi, steps, chains);
      const n = steps * chains;
      const [ofMean = 0] = monteCarloStandardError(trajectory);
      expect(Math.abs(ofMean / Math.sqrt((1 + phi) / ((1 - phi) * n)) - 1)).toBeLessThan(0.08);
      for (const p of [0.05, 0.5, 0.9]) {
        const [error = 0] = monteCarloStandardError(trajectory, { quantile: p });
        const expected = Math.sqrt((p * (1 - p) * timeOfQuantile(phi, p)) / n) / density(quantileAt(p));
        expect(Math.abs(error / expected - 1), `${error} of ${expected} at ${p}`).toBeLessThan(0.2);
      }
    },
  );

  test("has the unit of the coordinate, whose origin is of no account", () => {
    const trajectory = autoregression(5, 0.4, 500, 3);
    for (const options of [{}, { quantile: 0.3 }]) {
      const moved = monteCarloStandardError(add(1000, mul(3, trajectory)), options);
      expectNear(moved, [3 * (monteCarloStandardError(trajectory, options)[0] ?? 0)], 1e-9);
    }
  });

  test("two in three means lie within it", () => {
    const counts = Array.from({ length: 300 }, (_, seed) => {
      const trajectory = autoregression(seed, 0.5, 200, 2);
      const mean = meanOf(trajectory.data);
      return Math.abs(mean) < (monteCarloStandardError(trajectory)[0] ?? 0) ? 1 : 0;
    });
    const share = meanOf(counts);
    // 0.683 with the standard error 0.027.
    expect(Math.abs(share - 0.683)).toBeLessThan(4 * 0.027);
  });

  test("each coordinate for itself", () => {
    const [a, b] = [autoregression(1, 0.2, 60, 2), autoregression(2, 0.2, 60, 2)];
    const both = Array.from({ length: 60 }, (_, t) =>
      stack(
        [a, b].map((each) => tensor(each.data.slice(2 * t, 2 * t + 2), { dtype: "float64" })),
        1,
      ),
    );
    for (const measure of [monteCarloStandardError, tailEffectiveSampleSize]) {
      expect(measure(both)).toEqual([...measure(a), ...measure(b)]);
    }
  });

  test.each([0, 1, Number.NaN])("refuses the quantile %d", (quantile) => {
    expect(() => monteCarloStandardError(autoregression(1, 0, 9, 1), { quantile })).toThrow(
      `monteCarloStandardError: quantile is ${quantile}; it is a probability above 0 and below 1`,
    );
  });
});
