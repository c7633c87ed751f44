import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lowerMass, quantile, rootDensity } from "../src/plots/density.ts";
import { cellCentres, frameOf, gridPoints, rangeOf } from "../src/plots/frame.ts";
import { bins } from "../src/plots/histogram.ts";
import { type CurvePoint, lossRange, smooth, stepAxis, thin } from "../src/plots/loss-series.ts";
import { densityFromScore1d, densityFromScore2d } from "../src/plots/potential.ts";
import { arrows } from "../src/plots/score-panel.ts";
import { densityOf, normals, normalTable } from "./pictures.ts";
import { runs } from "./runs.ts";

const finite = fc.double({ min: -1e3, max: 1e3, noNaN: true });
const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);

describe("frames", () => {
  test("a range holds all data; strays among the samples move it by a quarter of the data's span at most", () => {
    fc.assert(
      fc.property(fc.array(finite, { minLength: 2 }), fc.array(finite), (data, samples) => {
        const [low, high] = rangeOf(data, samples);
        const [least, most] = [Math.min(...data), Math.max(...data)];
        expect(low).toBeLessThan(high);
        expect(low).toBeLessThanOrEqual(least);
        expect(high).toBeGreaterThanOrEqual(most);
        if (most > least) expect(high - low).toBeLessThanOrEqual(1.5 * 1.12 * (most - least) * (1 + 1e-9));
      }),
      runs(200),
    );
  });

  test("grid points fill the frame, x fastest and y rising", () => {
    const points = gridPoints({ x: [0, 4], y: [-1, 1] }, 4, 2);
    expect([...points]).toEqual([
      0.5, -0.5, 1.5, -0.5, 2.5, -0.5, 3.5, -0.5, 0.5, 0.5, 1.5, 0.5, 2.5, 0.5, 3.5, 0.5,
    ]);
  });
});

describe("densities", () => {
  test("kernel estimates integrate to 1 and stand where the values are", () => {
    const table = normalTable(300, 2, 11);
    const frame = { x: [-8, 8], y: [-14, 14] } as const;
    const plane = densityOf(table, frame, 64, 56);
    expect(sum(plane) * 0.25 * 0.5).toBeCloseTo(1, 3);
    const meanX = sum(plane.map((p, i) => p * (gridPoints(frame, 64, 56)[2 * i] ?? 0))) * 0.125;
    const trueX = sum(table.values.filter((_, i) => i % 2 === 0)) / 300;
    expect(meanX).toBeCloseTo(trueX, 3);
  });

  test("the cells whose lower mass is at least 1 − p hold p of the probability, up to one cell", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.01, max: 5, noNaN: true }), { minLength: 3, maxLength: 40 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (density, p) => {
          const shares = lowerMass(density);
          const total = sum(density);
          const held = sum(density.filter((_, i) => (shares[i] ?? 0) >= 1 - p)) / total;
          expect(Math.abs(held - p)).toBeLessThanOrEqual(Math.max(...density) / total + 1e-9);
          for (let i = 0; i < density.length; i++) {
            for (let j = 0; j < i; j++) {
              const [a, b] = [density[i] ?? 0, density[j] ?? 0];
              if (a > b) expect(shares[i]).toBeGreaterThan(shares[j] ?? 0);
            }
          }
        },
      ),
      runs(100),
    );
  });

  test("root densities keep the order, from 0 to 1, and square back to ratios of densities", () => {
    expect([...rootDensity([0, 1, 4, 16])]).toEqual([0, 0.25, 0.5, 1]);
    expect([...rootDensity([0, 0])]).toEqual([0, 0]);
  });

  test("what would give a density of NaN is refused", () => {
    const frame = { x: [0, 1], y: [0, 1] } as const;
    const ones = (count: number): Float64Array => new Float64Array(count).fill(1);
    expect(() => densityFromScore1d([0, Number.NaN], [0, 1])).toThrow(
      /score must be finite, but value 1 is NaN/,
    );
    expect(() => densityFromScore2d(ones(7), ones(4), frame, 2, 2)).toThrow(
      /score must hold 8 values, got 7/,
    );
    expect(() => densityFromScore2d(ones(8), [1, 1, 0, 1], frame, 2, 2)).toThrow(
      /weights must be positive .* value 2/,
    );
    expect(() => rangeOf([Number.NaN])).toThrow(/no finite value/);
  });

  test("quantiles lie between the values and count them", () => {
    expect([0, 0.25, 0.5, 1].map((p) => quantile(Float64Array.of(1, 2, 4, 8, 16), p))).toEqual([1, 2, 4, 16]);
    expect(quantile(Float64Array.of(0, 10), 0.3)).toBeCloseTo(3, 12);
  });

  test("the score of a Gaussian mixture gives back its density, in one dimension and two", () => {
    const weights = [0.35, 0.65];
    const mixture = (x: number[], centres: number[][], s: number[]): { p: number; score: number[] } => {
      const parts = centres.map((c, k) =>
        x.reduce((p, xi, a) => p * Math.exp(-0.5 * ((xi - (c[a] ?? 0)) / (s[a] ?? 1)) ** 2), weights[k] ?? 0),
      );
      const p = sum(parts);
      const slope = (a: number): number =>
        sum(parts.map((part, k) => (part * ((centres[k]?.[a] ?? 0) - (x[a] ?? 0))) / (s[a] ?? 1) ** 2)) / p;
      return { p, score: x.map((_, a) => slope(a)) };
    };
    const distance = (estimate: Float64Array, truth: Float64Array): number => {
      const [a, b] = [sum(estimate), sum(truth)];
      return 0.5 * sum(estimate.map((p, i) => Math.abs(p / a - (truth[i] ?? 0) / b)));
    };

    const on = Array.from(cellCentres([-5, 5], 400), (x) => mixture([x], [[-1.5], [2]], [0.6]));
    const line = densityFromScore1d(
      Float64Array.from(on, ({ score }) => score[0] ?? 0),
      [-5, 5],
    );
    expect(sum(line) * (10 / 400)).toBeCloseTo(1, 9);
    expect(
      distance(
        line,
        Float64Array.from(on, ({ p }) => p),
      ),
    ).toBeLessThan(2e-3);

    const frame = { x: [-4, 5], y: [30, 90] } as const;
    const points = gridPoints(frame, 70, 50);
    const over = Array.from({ length: 3500 }, (_, i) =>
      mixture(
        [...points.subarray(2 * i, 2 * i + 2)],
        [
          [-1, 50],
          [2, 70],
        ],
        [0.8, 6],
      ),
    );
    const score = Float64Array.from(over.flatMap((at) => at.score));
    const truth = Float64Array.from(over, ({ p }) => p);
    const trust = truth.map((p) => p + 1e-3);
    for (const weight of [trust, trust.map(() => 1)]) {
      const plane = densityFromScore2d(score, weight, frame, 70, 50);
      expect(sum(plane) * (9 / 70) * (60 / 50)).toBeCloseTo(1, 9);
      expect(distance(plane, truth)).toBeLessThan(5e-3);
    }
  });

  test("histograms hold each value's share of the range", () => {
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1 }), fc.integer({ min: 1, max: 30 }), (values, count) => {
        const range = rangeOf(values);
        expect((sum(bins(values, range, count)) * (range[1] - range[0])) / count).toBeCloseTo(1, 9);
      }),
      runs(100),
    );
    expect([...bins([0.5, 1.5, 1.6, 7], [0, 2], 2)]).toEqual([0.25, 0.5]);
  });
});

describe("arrows", () => {
  const inner = { width: 240, height: 240 };
  const frame = frameOf(normalTable(100, 2, 12));
  const normal = normals(13);
  const score = { columns: 6, rows: 6, values: Float64Array.from({ length: 72 }, normal) };

  test("point to the centre of a round density", () => {
    const square = { x: [-3, 3], y: [-3, 3] } as const;
    const inwards = { columns: 6, rows: 6, values: gridPoints(square, 6, 6).map((x) => -x) };
    for (const { x, y, length, rotate } of arrows(square, inwards, inner)) {
      const turned = (rotate * Math.PI) / 180;
      const r = Math.hypot(x, y);
      expect(Math.sin(turned)).toBeCloseTo(-x / r, 9);
      expect(Math.cos(turned)).toBeCloseTo(-y / r, 9);
      expect(length).toBeGreaterThan(0);
    }
  });

  test("do not depend on the units of the axes", () => {
    const [a, b] = [60, 1e-3];
    const scaled = {
      frame: {
        x: [a * frame.x[0], a * frame.x[1]] as const,
        y: [b * frame.y[0], b * frame.y[1]] as const,
      },
      score: { ...score, values: score.values.map((s, i) => s / (i % 2 === 0 ? a : b)) },
    };
    const expected = arrows(frame, score, inner);
    arrows(scaled.frame, scaled.score, inner).forEach(({ x, y, length, rotate }, i) => {
      expect(x).toBeCloseTo(a * (expected[i]?.x ?? Number.NaN), 9);
      expect(y).toBeCloseTo(b * (expected[i]?.y ?? Number.NaN), 9);
      expect(length).toBeCloseTo(expected[i]?.length ?? Number.NaN, 9);
      expect(rotate).toBeCloseTo(expected[i]?.rotate ?? Number.NaN, 9);
    });
  });

  test("keep the order of strengths and their cells, and skip what has no direction", () => {
    const square = { x: [0, 1], y: [0, 1] } as const;
    const rising = Float64Array.from({ length: 8 }, (_, i) => 10 ** (i - 4));
    rising[6] = Number.NaN;
    const drawn = arrows(square, { columns: 4, rows: 1, values: rising }, inner);
    expect(drawn).toHaveLength(3);
    expect(drawn.map(({ length }) => length)).toEqual(
      drawn.map(({ length }) => length).sort((p, q) => p - q),
    );
    for (const { length } of drawn) expect(length).toBeLessThanOrEqual(60);
    expect(arrows(square, { columns: 1, rows: 1, values: [0, 0] }, inner)).toEqual([]);
  });
});

describe("loss series", () => {
  const series = (loss: (step: number) => number, count = 1000): CurvePoint[] =>
    Array.from({ length: count }, (_, i) => ({ step: i + 1, loss: loss(i + 1) }));

  test("an early fall asks for a logarithmic axis, an even one for a linear axis", () => {
    const noise = normals(14);
    expect(stepAxis(series((step) => 2 * Math.exp(-step / 15) + 0.2 * noise()))).toBe("log");
    expect(stepAxis(series((step) => 2 - step / 1000 + 0.2 * noise()))).toBe("linear");
    expect(stepAxis(series((step) => Math.exp(-step), 5))).toBe("linear");
  });

  test("sliding means keep constants, the steps, and the bounds of the losses; lines stay lines inside", () => {
    for (const axis of ["linear", "log"] as const) {
      expect(
        smooth(
          series(() => 3),
          axis,
        ).map(({ loss }) => loss),
      ).toEqual(new Array(1000).fill(3));
      const noise = normals(15);
      const rough = series(() => noise());
      const mean = smooth(rough, axis);
      expect(mean.map(({ step }) => step)).toEqual(rough.map(({ step }) => step));
      const losses = rough.map(({ loss }) => loss);
      for (const { loss } of mean) {
        expect(loss).toBeLessThanOrEqual(Math.max(...losses));
        expect(loss).toBeGreaterThanOrEqual(Math.min(...losses));
      }
    }
    const line = smooth(
      series((step) => step),
      "linear",
    );
    for (const { step, loss } of line.slice(50, -50)) expect(loss).toBeCloseTo(step, 6);
  });

  test("thinning keeps the order, the ends and the extremes of every stretch", () => {
    const noise = normals(16);
    const spike = (step: number): number => (step % 173 === 0 ? (step % 2 === 0 ? 50 : -50) : 0);
    const points = series((step) => spike(step) + noise(), 5000);
    for (const axis of ["linear", "log"] as const) {
      const kept = thin(points, axis, 100);
      expect(kept.length).toBeLessThanOrEqual(404);
      expect(kept).toEqual(points.filter((point) => kept.includes(point)));
      expect([kept[0], kept.at(-1)]).toEqual([points[0], points.at(-1)]);
      for (const pick of [Math.min, Math.max]) {
        expect(pick(...kept.map(({ loss }) => loss))).toBe(pick(...points.map(({ loss }) => loss)));
      }
    }
    const steps = thin(points, "linear", 100).map(({ step }) => step);
    expect(steps).toEqual(expect.arrayContaining(Array.from({ length: 28 }, (_, i) => 173 * (i + 1))));
    expect(thin(points, "linear", 2000)).toEqual(points);
  });

  test("the range shows the smooth curves whole, and is not ruled by single steps or a towering start", () => {
    const noise = normals(17);
    const curve = series((step) => 1 - step / 1000);
    const single = curve.map(({ step, loss }) => ({ step, loss: step === 500 ? 1e6 : loss + 0.1 * noise() }));
    const [low, high] = lossRange(single, [curve]);
    expect(low).toBeLessThan(0);
    expect(high).toBeGreaterThan(1);
    expect(high).toBeLessThan(3);
    const towering = series((step) => (step < 20 ? 1e6 / step : 1 / step));
    expect(lossRange(towering, [towering])[1]).toBeLessThan(1);
  });
});
