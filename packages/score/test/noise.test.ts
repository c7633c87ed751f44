import { geometricSchedule } from "@scoretape/score";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runs } from "./support/runs.ts";

const levelsOf = fc
  .record({
    min: fc.double({ min: 1e-3, max: 1, noNaN: true }),
    factor: fc.double({ min: 1, max: 1e4, noNaN: true }),
    levels: fc.integer({ min: 2, max: 50 }),
  })
  .map(({ min, factor, levels }) => ({ max: min * factor, min, levels }));

describe("geometricSchedule", () => {
  test("runs from sigmaMax to sigmaMin, both exact, with equal ratios", () => {
    fc.assert(
      fc.property(levelsOf, ({ max, min, levels }) => {
        const sigmas = geometricSchedule(max, min, levels);
        expect(sigmas.length).toBe(levels);
        expect(sigmas[0]).toBe(max);
        expect(sigmas.at(-1)).toBe(min);
        const ratio = (min / max) ** (1 / (levels - 1));
        sigmas.slice(1).forEach((sigma, i) => {
          expect(sigma / (sigmas[i] ?? Number.NaN)).toBeCloseTo(ratio, 12);
        });
      }),
      runs(100),
    );
  });

  test("one level is one number", () => {
    expect(geometricSchedule(0.3, 0.3, 1)).toEqual([0.3]);
  });

  test.each([
    [1, 0.1, 0, "levels is 0; it is a whole number from 1"],
    [1, 0.1, 2.5, "levels is 2.5; it is a whole number from 1"],
    [1, 0.1, 1, "one level cannot be both 1 and 0.1; give at least 2 levels, or equal ends"],
    [0.1, 1, 5, "sigmaMax 0.1 and sigmaMin 1 are no decreasing noise levels"],
    [1, 0, 5, "sigmaMax 1 and sigmaMin 0 are no decreasing noise levels"],
    [1, -1, 5, "sigmaMax 1 and sigmaMin -1 are no decreasing noise levels"],
    [Number.POSITIVE_INFINITY, 1, 5, "sigmaMax Infinity and sigmaMin 1 are no decreasing noise levels"],
    [Number.NaN, 1, 5, "sigmaMax NaN and sigmaMin 1 are no decreasing noise levels"],
  ])("refuses %d, %d, %d", (max, min, levels, message) => {
    expect(() => geometricSchedule(max, min, levels)).toThrow(`geometricSchedule: ${message}`);
  });
});
