import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { besselQuotient, scaledBesselI0 } from "../src/data/exact/bessel.ts";
import { erfcx } from "../src/data/exact/erfcx.ts";
import { gaussLegendre } from "../src/data/exact/gaussLegendre.ts";
import { LogSum } from "../src/data/exact/logSum.ts";
import { normalInterval } from "../src/data/exact/normalInterval.ts";
import { addIntegral, type Integrand } from "../src/data/exact/quadrature.ts";
import { runs } from "./support/runs.ts";

const { nodes, weights } = gaussLegendre(40);

/** ∫ f from one place to another, by Gauss's rule on many panels. */
function integral(f: (t: number) => number, from: number, to: number, panels = 60): number {
  const half = (to - from) / panels / 2;
  let total = 0;
  for (let p = 0; p < panels; p++) {
    nodes.forEach((node, i) => {
      total += half * (weights[i] ?? 0) * f(from + (2 * p + 1 + node) * half);
    });
  }
  return total;
}

/** |a/b − 1|. */
function apart(a: number, b: number): number {
  return Math.abs(a / b - 1);
}

test.each([1, 2, 5, 16])(
  "Gauss's rule with %i nodes is exact up to the degree 2n − 1, and not further",
  (n) => {
    const rule = gaussLegendre(n);
    const moment = (power: number): number =>
      rule.nodes.reduce((total, node, i) => total + (rule.weights[i] ?? 0) * node ** power, 0);
    for (let power = 0; power < 2 * n; power++) {
      expect(moment(power)).toBeCloseTo(power % 2 === 0 ? 2 / (power + 1) : 0, 13);
    }
    if (n < 10) expect(Math.abs(moment(2 * n) - 2 / (2 * n + 1))).toBeGreaterThan(1e-7);
  },
);

test("erfcx(x) = 2/√π ∫₀^∞ e^(−t² − 2xt) dt", () => {
  for (const x of [0, 0.1, 0.468, 0.469, 1, 2.3, 3.99, 4.01, 7, 30, 400, 1e8]) {
    // In units of the width of the integrand.
    const width = 1 / (1 + x);
    const expected =
      (2 / Math.sqrt(Math.PI)) *
      integral((t) => width * Math.exp(-((width * t) ** 2) - 2 * x * width * t), 0, 40);
    expect(apart(erfcx(x), expected), `x = ${x}`).toBeLessThan(2e-14);
  }
});

describe("the Bessel functions", () => {
  // Iₙ(z) = 1/π ∫₀^π e^(z cos θ) cos nθ dθ, times e^(−z).
  const scaled = (n: number, z: number): number =>
    integral((t) => Math.exp(z * (Math.cos(t) - 1)) * Math.cos(n * t), 0, Math.PI) / Math.PI;

  test.each([0, 1e-8, 0.3, 1, 5, 14, 19.99, 20.01, 35, 100, 3000])("I₀ and I₁ at %d", (z) => {
    expect(apart(scaledBesselI0(z), scaled(0, z))).toBeLessThan(3e-14);
    if (z > 0.1) expect(apart(besselQuotient(z), scaled(1, z) / scaled(0, z) / z)).toBeLessThan(1e-13);
    else expect(besselQuotient(z)).toBeCloseTo(0.5, 12);
  });
});

describe("the normal distribution on an interval", () => {
  /** log P and the mean, relative to the density at the end that is nearer to 0. */
  const byDefinition = (low: number, high: number): { logProbability: number; mean: number } => {
    const reference = low > 0 ? low : high < 0 ? high : 0;
    // What is further out does not count.
    const reach = 40 / (1 + Math.abs(reference));
    const [from, to] = [Math.max(low, reference - reach), Math.min(high, reference + reach)];
    const density = (t: number): number => Math.exp(-0.5 * (t - reference) * (t + reference));
    const probability = integral(density, from, to, 200);
    return {
      logProbability: Math.log(probability) - 0.5 * reference ** 2 - 0.5 * Math.log(2 * Math.PI),
      mean: reference + integral((t) => (t - reference) * density(t), from, to, 200) / probability,
    };
  };

  test("is what the integrals say, near and far, wide and narrow", () => {
    const number = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true });
    fc.assert(
      fc.property(number(-3, 3), number(-1, 1), number(-5, 2), (exponent, sign, logWidth) => {
        const low = Math.sign(sign || 1) * 10 ** exponent;
        const high = low + 10 ** logWidth;
        const [found, expected] = [normalInterval(low, high), byDefinition(low, high)];
        expect(Math.abs(found.logProbability - expected.logProbability)).toBeLessThan(
          1e-11 * Math.max(1, Math.abs(expected.logProbability)),
        );
        expect(Math.abs(found.mean - expected.mean)).toBeLessThan(
          1e-10 * Math.max(1, Math.abs(expected.mean)),
        );
      }),
      runs(300),
    );
  });

  test("its mean lies inside", () => {
    for (const [low, high] of [
      [1e3, 1e3 + 1e-9],
      [-1e6, -1e5],
      [1e8, 2e8],
      [-1e-12, 1e-12],
      [-1e6, 1e6],
    ] as const) {
      const { logProbability, mean } = normalInterval(low, high);
      expect(mean).toBeGreaterThanOrEqual(low);
      expect(mean).toBeLessThanOrEqual(high);
      expect(logProbability).toBeLessThanOrEqual(0);
    }
  });
});

describe("a sum of terms in logarithms", () => {
  test("is the sum, in any order, and far below the smallest number", () => {
    const terms = [
      [-3, 0.5, 1, -2],
      [1, 0.25, 0, 4],
      [-2000, 7, 3, 3],
      [0.5, 0, 9, 9],
    ] as const;
    const expected = 0.5 * Math.exp(-3) + 0.25 * Math.E;
    for (const shift of [0, -1e5]) {
      for (const order of [terms, terms.toReversed()]) {
        const sum = new LogSum();
        for (const [log, weight, first, second] of order) sum.add(log + shift, weight, first, second);
        const gradient = new Float64Array(2);
        expect(sum.finish(gradient) - shift).toBeCloseTo(Math.log(expected), 9);
        expect(gradient[0]).toBeCloseTo((0.5 * Math.exp(-3)) / expected, 9);
        expect(gradient[1]).toBeCloseTo((-Math.exp(-3) + Math.E) / expected, 9);
      }
    }
  });
});

describe("quadrature along a curve", () => {
  /** The straight segment from (0, 0) to (1, 0), seen from x at the given width. */
  const segment = (x1: number, x2: number, width: number): Integrand => ({
    from: 0,
    to: 1,
    evaluate(t, into) {
      into.log = -0.5 * (((x1 - t) / width) ** 2 + (x2 / width) ** 2);
      into.first = (t - x1) / width ** 2;
      into.second = -x2 / width ** 2;
      return 1;
    },
    bound(a, b) {
      const nearest = Math.max(0, Math.abs(x1 - 0.5 * (a + b)) - 0.5 * (b - a));
      return -0.5 * ((nearest / width) ** 2 + (x2 / width) ** 2);
    },
    extent: (a, b) => (0.5 * (b - a)) / width,
  });

  test("finds a peak however narrow, and what decays from an end however fast", () => {
    // 1e-15 / width: the rounding of t, in widths.
    for (const width of [3, 0.1, 1e-4, 1e-9]) {
      for (const x1 of [-100 * width, -5 * width, 0, 0.3, 1 / 3, 1, 1 + 2 * width, 1 + 500 * width]) {
        const sum = new LogSum();
        addIntegral(sum, segment(x1, 0.7 * width, width));
        const gradient = new Float64Array(2);
        const log = sum.finish(gradient);
        const { logProbability, mean } = normalInterval(-x1 / width, (1 - x1) / width);
        const expected = logProbability + Math.log(Math.sqrt(2 * Math.PI) * width) - 0.5 * 0.7 ** 2;
        expect(Math.abs(log - expected), `${x1} at ${width}`).toBeLessThan(
          1e-10 * Math.max(1, Math.abs(expected)) + 1e-15 / width,
        );
        expect(Math.abs((gradient[0] ?? 0) * width - mean)).toBeLessThan(
          1e-9 * Math.max(1, Math.abs(mean)) + 1e-15 / width,
        );
        expect((gradient[1] ?? 0) * width).toBeCloseTo(-0.7, 9);
      }
    }
  });

  test("ends where the kernel is narrower than numbers are apart", () => {
    const gradient = new Float64Array(2);
    for (const x1 of [0.3, 1, 2]) {
      const sum = new LogSum();
      addIntegral(sum, segment(x1, 0, 1e-25));
      expect(sum.finish(gradient)).toBeLessThan(0);
      expect(gradient.every(Number.isFinite)).toBe(true);
    }
  });
});

describe("a sum of terms in logarithms", () => {
  const finished = (...terms: (readonly [log: number, weight: number, first: number, second: number])[]) => {
    const sum = new LogSum();
    for (const term of terms) sum.add(...term);
    const gradient = Float64Array.of(9, 9);
    return [sum.finish(gradient), ...gradient];
  };

  test("without a term, or of weights that are 0, is nothing, and has no slope", () => {
    expect(finished()).toEqual([Number.NEGATIVE_INFINITY, 0, 0]);
    expect(finished([-3, 0, 1, 2], [5, 0, 1, 2])).toEqual([Number.NEGATIVE_INFINITY, 0, 0]);
  });

  test("has the logarithm and the mean slope of its terms, in whatever order, however small they are", () => {
    const terms = [
      [-1000, 1, 1, 0],
      [-1000 + Math.log(3), 0.5, 0, 2],
    ] as const;
    for (const ordered of [terms, terms.toReversed()]) {
      const [log = 0, first = 0, second = 0] = finished(...ordered);
      expect(log).toBeCloseTo(-1000 + Math.log(2.5), 10);
      expect([first, second].map((slope) => slope.toFixed(10))).toEqual(["0.4000000000", "1.2000000000"]);
    }
  });
});
