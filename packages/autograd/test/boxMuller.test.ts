import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { boxMuller, cosEighthTurn, negativeLog, sinEighthTurn } from "../src/backends/js/boxMuller.ts";
import { erfc, normalCdf } from "../src/backends/js/special.ts";
import * as random from "../src/random.ts";
import { average, correlationScore, kolmogorov, ulp } from "./statistics.ts";

const RUNS = { seed: 20110, numRuns: Number(process.env.SCORETAPE_RUNS ?? 100) };
const word = fc.nat(0xffffffff);

describe("float32 functions of Box and Muller", () => {
  test("log: within 0.91 ulp over the whole lattice", () => {
    let worst = 0;
    for (let k = 1; k < 2 ** 24; k += 2) {
      const exact = k < 2 ** 23 ? -Math.log(k / 2 ** 24) : -Math.log1p((k - 2 ** 24) / 2 ** 24);
      worst = Math.max(worst, Math.abs(negativeLog(k) - exact) / ulp(exact));
    }
    expect(worst).toBeLessThan(0.91);
    expect(negativeLog(2 ** 24 - 1)).toBe(Math.fround(2 ** -24 + 2 ** -49));
    expect(negativeLog(2 ** 23)).toBe(Math.fround(Math.LN2));
  });

  test("sin within 1.6 ulp and cos within 1.2 ulp", () => {
    let [worstSine, worstCosine, asymmetric] = [0, 0, 0];
    const check = (x: number): void => {
      const [sine, cosine] = [Math.sin((Math.PI / 4) * x), Math.cos((Math.PI / 4) * x)];
      worstSine = Math.max(worstSine, Math.abs(sinEighthTurn(x) - sine) / ulp(sine));
      worstCosine = Math.max(worstCosine, Math.abs(cosEighthTurn(x) - cosine) / ulp(cosine));
      if (sinEighthTurn(-x) !== -sinEighthTurn(x) || cosEighthTurn(-x) !== cosEighthTurn(x)) asymmetric++;
    };
    for (let i = 1; i <= 2 ** 24; i += 127) check(i * 2 ** -24);
    for (let power = 1; power < 30; power++) check(2 ** -power);
    check(1);
    expect(asymmetric).toBe(0);
    expect(worstSine).toBeLessThan(1.6);
    expect(worstCosine).toBeLessThan(1.2);
  });

  test("a pair of normals is √(−2 log u)·(cos θ, sin θ) within 4 ulp, with u and θ at the centres of their cells", () => {
    const pair = new Float64Array(2);
    const edges = fc.constantFrom(0, 1, 2 ** 29 - 1, 2 ** 29, 2 ** 30, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1);
    fc.assert(
      fc.property(fc.oneof(word, edges), fc.oneof(word, edges), (a, b) => {
        boxMuller(pair, 0, a, b);
        const u = (2 * Math.floor(a / 512) + 1) * 2 ** -24;
        // Reduced to the first eighth before sin and cos, whose argument would lose digits near the axes.
        const turn = 2 * Math.floor(b / 2) + 1;
        const quarter = Math.round(turn / 2 ** 30);
        const angle = (Math.PI / 2) * (turn / 2 ** 30 - quarter);
        const radius = Math.sqrt(-2 * (u > 0.5 ? Math.log1p(u - 1) : Math.log(u)));
        const [cosine, sine] = [radius * Math.cos(angle), radius * Math.sin(angle)];
        const turned =
          [
            [cosine, sine],
            [-sine, cosine],
            [-cosine, -sine],
            [sine, -cosine],
          ][quarter % 4] ?? [];
        turned.forEach((exact, i) => {
          expect(Math.abs((pair[i] as number) - exact)).toBeLessThan(4 * ulp(Math.abs(exact)));
          expect(pair[i]).toBe(Math.fround(pair[i] as number));
          expect(pair[i]).not.toBe(0);
        });
      }),
      { ...RUNS, numRuns: 20 * RUNS.numRuns },
    );
  });
});

describe("normals", () => {
  const n = 1 << 20;
  const z = random.normal(random.key(5), [n]).data;

  test("moments to the fourth order, within their standard errors", () => {
    const within = (moment: number, expected: number, varianceOfOne: number): void =>
      expect(Math.abs(moment - expected) / Math.sqrt(varianceOfOne / n)).toBeLessThan(4);
    within(average(z), 0, 1);
    within(
      average(z, (x) => x ** 2),
      1,
      2,
    );
    within(
      average(z, (x) => x ** 3),
      0,
      15,
    );
    within(
      average(z, (x) => x ** 4),
      3,
      96,
    );
  });

  test("distribution function", () => {
    expect(kolmogorov(z, normalCdf)).toBeLessThan(1.95);
  });

  test("no correlation at small distances, of the numbers or of their squares", () => {
    const squares = Float64Array.from(z, (x) => (x * x - 1) / Math.SQRT2);
    for (let lag = 1; lag <= 8; lag++) {
      expect(Math.abs(correlationScore(z, z, lag))).toBeLessThan(4.5);
      expect(Math.abs(correlationScore(squares, squares, lag))).toBeLessThan(4.5);
    }
  });

  test("tails up to 5", () => {
    const thresholds = [3, 3.5, 4, 4.5, 5];
    const beyond = thresholds.map(() => [0, 0]);
    const parts = 16;
    for (let part = 0; part < parts; part++) {
      for (const x of random.normal(random.foldIn(random.key(6), part), [n]).data) {
        if (Math.abs(x) < 3) continue;
        thresholds.forEach((threshold, i) => {
          const counts = beyond[i] ?? [];
          if (Math.abs(x) > threshold) counts[x > 0 ? 1 : 0] = (counts[x > 0 ? 1 : 0] ?? 0) + 1;
        });
      }
    }
    thresholds.forEach((threshold, i) => {
      const expected = parts * n * 0.5 * erfc(threshold * Math.SQRT1_2);
      for (const count of beyond[i] ?? []) {
        expect(count).toBeGreaterThan(0);
        expect(Math.abs(count - expected) / Math.sqrt(expected)).toBeLessThan(4);
      }
    });
  });
});
