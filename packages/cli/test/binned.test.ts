import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Axis, BINNING_ERROR, binnedDensity, cellOf } from "../src/plots/binned.ts";
import { density2d, MOST_SUMMED, summedDensity, variableOf } from "../src/plots/density.ts";
import type { Range } from "../src/plots/frame.ts";
import { scatterMatrix } from "../src/plots/scatter-matrix.ts";
import { normals, normalTable } from "./pictures.ts";
import { runs } from "./runs.ts";

/** An axis with points in it and outside, in heaps and ties too, of a kernel from half a cell to ten cells wide. */
const axes = fc
  .record({
    count: fc.integer({ min: 1, max: 40 }),
    low: fc.double({ min: -50, max: 50, noNaN: true }),
    width: fc.double({ min: 0.01, max: 100, noNaN: true }),
    h: fc.double({ min: 0.5, max: 10, noNaN: true }),
  })
  .map(({ count, low, width, h }) => ({
    range: [low, low + width] as Range,
    count,
    h: (h * width) / count,
    at: (place: number): number => low + place * width,
  }));
const places = fc.array(
  fc.tuple(fc.double({ min: -0.2, max: 1.2, noNaN: true }), fc.double({ min: -0.2, max: 1.2, noNaN: true })),
  { minLength: 1, maxLength: 60 },
);

describe("binned densities", () => {
  test("are within the stated error of the sum over all points: half of it from each axis, by kernels √2 as wide", () => {
    fc.assert(
      fc.property(axes, axes, places, (inX, inY, points) => {
        const x: Axis = { ...inX, values: Float64Array.from(points, ([place]) => inX.at(place)) };
        const y: Axis = { ...inY, values: Float64Array.from(points, ([, place]) => inY.at(place)) };
        const wide = (axis: Axis): Axis => ({ ...axis, h: Math.SQRT2 * axis.h });
        const [wideX, wideY] = [summedDensity(wide(x), y), summedDensity(x, wide(y))];
        const whole = summedDensity(x, y);
        // The tails that are cut off.
        const rest = 1e-6 / (x.h * y.h);
        binnedDensity(x, y).forEach((value, i) => {
          const bound = 0.5 * BINNING_ERROR * ((wideX[i] ?? 0) + (wideY[i] ?? 0)) + rest;
          expect(Math.abs(value - (whole[i] ?? 0))).toBeLessThanOrEqual(bound);
        });
      }),
      runs(100),
    );
  });

  test("begin where the sum would be long, and are within their error of it", () => {
    const normal = normals(4);
    const [xs, ys] = [0, 1].map(() => Float64Array.from({ length: MOST_SUMMED + 1 }, normal));
    const [x, y] = [variableOf(xs ?? new Float64Array()), variableOf(ys ?? new Float64Array())];
    const frame = { x: [-4, 4], y: [-4, 4] } as const;
    const axis = (values: Float64Array, range: Range): Axis => ({
      values,
      range,
      count: 20,
      h: 0.5 * cellOf({ range, count: 20 }),
    });
    const binned = density2d(x, y, frame, 20, 20);
    const whole = summedDensity(axis(x.values, frame.x), axis(y.values, frame.y));
    expect(binned).not.toEqual(whole);
    const worst = binned.reduce((most, value, i) => Math.max(most, Math.abs(value - (whole[i] ?? 0))), 0);
    expect(worst).toBeLessThan(BINNING_ERROR * Math.max(...whole));
    const part = (values: Float64Array) => variableOf(values.subarray(0, MOST_SUMMED));
    const few = density2d(part(x.values), part(y.values), frame, 20, 20);
    const own = ({ values, spread }: typeof x, range: Range): Axis => ({
      values,
      range,
      count: 20,
      h: spread * 0.7 * MOST_SUMMED ** (-1 / 6),
    });
    const summed = summedDensity(own(part(x.values), frame.x), own(part(y.values), frame.y));
    few.forEach((value, i) => {
      expect(value).toBeCloseTo(summed[i] ?? 0, 12);
    });
  });

  test("are told of in the picture, with their error", () => {
    expect(scatterMatrix(normalTable(50, 3, 1), normalTable(50, 3, 2))).not.toContain("binning");
    expect(scatterMatrix(normalTable(MOST_SUMMED + 1, 3, 1), normalTable(50, 3, 2))).toContain(
      "regions by binning, within 0.7 % of the highest density",
    );
  });
});
