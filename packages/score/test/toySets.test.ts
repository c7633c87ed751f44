import { neg, random, type Tensor, tensor } from "@scoretape/autograd";
import { data, modeWeights, slicedWasserstein } from "@scoretape/score";
import { describe, expect, test } from "vitest";
import { knownSets } from "./support/exactSets.ts";
import { columnOf, expectEqualCounts, expectMean, expectVariance, rowsOf } from "./support/samples.ts";

const N = 20_000;
const key = random.key(2019);

/** The mean of f over [0, 1], by the midpoint rule. */
function average(f: (u: number) => number): number {
  const steps = 200_000;
  let total = 0;
  for (let i = 0; i < steps; i++) total += f((i + 0.5) / steps);
  return total / steps;
}

describe.each(knownSets)("$name", ({ set }) => {
  test("has its name, its dimension, and a name for each column", () => {
    expect(set.name).not.toBe("");
    expect(set.columns.length).toBe(set.dimension);
    expect(set.sample(key, 7).shape).toEqual([7, set.dimension]);
    expect(set.sample(key, 7).dtype).toBe("float32");
  });

  test("gives the same points for the same key, and others for another", () => {
    expect(set.sample(random.key(5), 50).data).toEqual(set.sample(random.key(5), 50).data);
    expect(set.sample(random.key(5), 50).data).not.toEqual(set.sample(random.key(6), 50).data);
  });

  test.each([1, 2, 3, 5, 8])("gives %i finite points", (n) => {
    const x = set.sample(key, n);
    expect(x.shape).toEqual([n, set.dimension]);
    expect(x.data.every(Number.isFinite)).toBe(true);
  });

  test("is in random order: the first half is a sample like the second", () => {
    const rows = rowsOf(set.sample(key, N));
    for (const power of [1, 2]) {
      for (let j = 0; j < set.dimension; j++) {
        const differences = rows
          .slice(0, N / 2)
          .map((row, i) => (row[j] ?? 0) ** power - (rows[i + N / 2]?.[j] ?? 0) ** power);
        expectMean(differences, 0, `column ${j} to the power ${power}`);
      }
    }
  });

  test.each([0, -1, 2.5, Number.NaN])("refuses %d points", (n) => {
    expect(() => set.sample(key, n)).toThrow(`${set.name}.sample: n is ${n}; it is a whole number from 1`);
  });
});

describe("the generators", () => {
  test("8gaussians: eight equal modes on a circle of radius 4/1.414, standard deviation 0.5/1.414", () => {
    const centres = Array.from({ length: 8 }, (_, k) => [
      2.8289 * Math.cos((k * Math.PI) / 4),
      2.8289 * Math.sin((k * Math.PI) / 4),
    ]);
    const x = data.eightGaussians.sample(key, N);
    expectEqualCounts(modeWeights(x, tensor(centres)).map(({ count }) => count));
    // E‖x‖² = radius² + 2·deviation²
    const squares = rowsOf(x).map(([a = 0, b = 0]) => a * a + b * b);
    expectMean(squares, 2.8289 ** 2 + 2 * 0.3536 ** 2);
    // Within a mode: the mode at angle 0, where x₂ is pure noise but for its neighbours, far in x₂.
    const first = rowsOf(x).filter(([a = 0, b = 0]) => a > 0 && Math.abs(b) < 1.08);
    expectMean(
      first.map(([a = 0]) => a),
      2.8289,
    );
    expectVariance(
      first.map(([, b = 0]) => b),
      0.125 * 0.9767,
      "across",
    ); // a normal cut at ±1.08
  });

  test("two-modes: 0.8 at (5, 5), 0.2 at (−5, −5), unit covariance", () => {
    const x = data.twoModes.sample(key, N);
    const [right, left] = modeWeights(
      x,
      tensor([
        [5, 5],
        [-5, -5],
      ]),
      { confidence: 0.9999 },
    );
    expect(right?.low).toBeLessThan(0.8);
    expect(right?.high).toBeGreaterThan(0.8);
    expect(left?.weight).toBeCloseTo(1 - (right?.weight ?? 0), 12);
    const upper = rowsOf(x).filter(([a = 0]) => a > 0);
    for (const j of [0, 1]) {
      expectMean(
        upper.map((row) => row[j] ?? 0),
        5,
      );
      expectVariance(
        upper.map((row) => row[j] ?? 0),
        1,
      );
    }
    expectMean(
      upper.map(([a = 0, b = 0]) => (a - 5) * (b - 5)),
      0,
      "covariance",
    );
  });

  test("checkerboard: uniform on eight squares of one colour, none of it outside", () => {
    const rows = rowsOf(data.checkerboard.sample(key, N));
    const counts = new Map<string, number>();
    const outside = rows.filter(([a = 0, b = 0]) => {
      const cell = `${Math.floor(a)},${Math.floor(b)}`;
      counts.set(cell, (counts.get(cell) ?? 0) + 1);
      // Squares [2i, 2i + 2) × [2j, 2j + 2) with i + j even; x₂ can be rounded up to the upper edge.
      const isOff = (Math.floor(a / 2) + Math.floor(b / 2)) % 2 !== 0 && !Number.isInteger(b / 2);
      return isOff || Math.abs(a) > 4 || Math.abs(b) > 4;
    });
    expect(outside).toEqual([]);
    expect(counts.size).toBe(32);
    expectEqualCounts([...counts.values()]);
  });

  test("rings: radii 3, 2.25, 1.5, 0.75 with a quarter of the points each, at all angles, noise 0.08", () => {
    const rows = rowsOf(data.rings.sample(key, N));
    const radii = [3, 2.25, 1.5, 0.75];
    const nearest = rows.map(([a = 0, b = 0]) => {
      const radius = Math.hypot(a, b);
      const ring = radii.findIndex((value) => Math.abs(radius - value) < 0.375);
      return { ring, radius, angle: Math.atan2(b, a) };
    });
    expect(nearest.filter(({ ring }) => ring < 0)).toEqual([]);
    for (const [i, radius] of radii.entries()) {
      const own = nearest.filter(({ ring }) => ring === i);
      expect(own.length).toBeGreaterThan(N / 4 - 5);
      expect(own.length).toBeLessThan(N / 4 + 5);
      // The radius of a point at distance r with noise s across is r + s²/2r + ..., with variance s².
      expectMean(
        own.map((point) => point.radius),
        radius + 0.08 ** 2 / (2 * radius),
        `ring ${radius}`,
      );
      expectVariance(
        own.map((point) => point.radius),
        0.08 ** 2,
        `ring ${radius}`,
      );
      const octants = new Array<number>(8).fill(0);
      for (const { angle } of own) {
        const octant = Math.floor((4 * angle) / Math.PI) + 4;
        octants[octant] = (octants[octant] ?? 0) + 1;
      }
      expectEqualCounts(octants);
    }
  });

  test("moons: two half circles of radius 2, one turned over, noise 0.2", () => {
    const rows = rowsOf(data.moons.sample(key, N));
    // Back to the unit half circles: centre (0, 0) above, centre (1, ½) below.
    const unscaled = rows.map(([a = 0, b = 0]) => [(a + 1) / 2, (b + 0.2) / 2] as const);
    const distance = ([a, b]: readonly [number, number], lower: boolean): number => {
      const [u, v] = lower ? [a - 1, 0.5 - b] : [a, b];
      return v >= 0 ? Math.abs(Math.hypot(u, v) - 1) : Math.min(Math.hypot(u - 1, v), Math.hypot(u + 1, v));
    };
    const isLower = unscaled.map((point) => distance(point, true) < distance(point, false));
    expect(Math.abs(isLower.filter(Boolean).length / N - 0.5)).toBeLessThan(0.01);
    const isFar = (point: readonly [number, number]): boolean =>
      Math.min(distance(point, true), distance(point, false)) > 0.1 * 6;
    expect(unscaled.filter(isFar)).toEqual([]);
    // Averages over θ: E cos θ = 0, E sin θ = 2/π, E cos²θ = E sin²θ = ½; noise 0.1² on the squares.
    expectMean(
      unscaled.map(([a]) => a),
      0.5,
    );
    expectMean(
      unscaled.map(([, b]) => b),
      0.25,
    );
    expectMean(
      unscaled.map(([a]) => a * a),
      0.5 * (0.5 + 1.5) + 0.01,
    );
    expectMean(
      unscaled.map(([, b]) => b * b),
      0.5 * (0.5 + 0.75 - 2 / Math.PI) + 0.01,
    );
    expectMean(
      unscaled.map(([a, b]) => a * b),
      0.5 * (0.5 - 2 / Math.PI),
      "x₁x₂", // upper 0; lower E(1 − cos θ)(½ − sin θ) = ½ − 2/π
    );
  });

  test("2spirals: the moments of (−r cos r + u₁/2, r sin r + u₂/2)/3 + 0.1 z, half of it negated", () => {
    const x = data.twoSpirals.sample(key, N);
    const rows = rowsOf(x);
    const r = (u: number): number => 3 * Math.PI * Math.sqrt(u);
    const [meanA, meanB] = [average((u) => -r(u) * Math.cos(r(u))), average((u) => r(u) * Math.sin(r(u)))];
    const squareA = average((u) => (r(u) * Math.cos(r(u))) ** 2);
    const squareB = average((u) => (r(u) * Math.sin(r(u))) ** 2);
    const product = average((u) => -(r(u) ** 2) * Math.cos(r(u)) * Math.sin(r(u)));
    // E u = ½ and E u² = ⅓, halved and squared.
    expectMean(columnOf(x, 0), 0);
    expectMean(columnOf(x, 1), 0);
    expectMean(
      rows.map(([a = 0]) => a * a),
      (squareA + 0.5 * meanA + 1 / 12) / 9 + 0.01,
    );
    expectMean(
      rows.map(([, b = 0]) => b * b),
      (squareB + 0.5 * meanB + 1 / 12) / 9 + 0.01,
    );
    expectMean(
      rows.map(([a = 0, b = 0]) => a * b),
      (product + 0.25 * meanA + 0.25 * meanB + 1 / 16) / 9,
      "x₁x₂",
    );
  });

  test("2spirals: every point is near one of two arms, that mirror each other", () => {
    const x = data.twoSpirals.sample(key, 4000);
    const arm = Array.from({ length: 500 }, (_, i) => {
      const r = (3 * Math.PI * i) / 499;
      return [(-r * Math.cos(r) + 0.25) / 3, (r * Math.sin(r) + 0.25) / 3] as const;
    });
    const distance = (a: number, b: number): number =>
      Math.sqrt(arm.reduce((least, [p, q]) => Math.min(least, (a - p) ** 2 + (b - q) ** 2), 100));
    const distances = rowsOf(x).map(([a = 0, b = 0]) => [distance(a, b), distance(-a, -b)] as const);
    // Half the diagonal of the square of side ½/3 that u₁ and u₂ fill, and five standard deviations.
    expect(distances.filter((both) => Math.min(...both) > 0.12 + 0.5)).toEqual([]);
    const onFirst = distances.filter(([first, second]) => first < second).length;
    expect(Math.abs(onFirst / 4000 - 0.5)).toBeLessThan(0.03);
    const other = data.twoSpirals.sample(random.key(77), 4000);
    const distanceTo = (y: Tensor): number => slicedWasserstein(x, y, { key });
    expect(distanceTo(neg(other))).toBeLessThan(0.15);
  });
});

describe("the generators of later sets", () => {
  const coordinate = (x: Tensor, j: number, power = 1): number[] => columnOf(x, j).map((v) => v ** power);

  test("circles: radii 3 and 1.5 with half of the points each, noise 0.24", () => {
    const rows = rowsOf(data.circles.sample(key, N));
    // E‖x‖² = (9 + 2.25)/2 + 2·0.24², E‖x‖⁴ = E(R⁴ + 8R²v + 8v²), v = 0.24².
    const squares = rows.map(([a = 0, b = 0]) => a * a + b * b);
    expectMean(squares, 5.625 + 2 * 0.0576);
    expectMean(
      squares.map((square) => square ** 2),
      (81 + 5.0625) / 2 + 8 * 5.625 * 0.0576 + 8 * 0.0576 ** 2,
    );
  });

  test("swissroll: the moments of (t cos t, t sin t)/5 + 0.2 z, t = 1.5π(1 + 2u)", () => {
    const x = data.swissRoll.sample(key, N);
    const t = (u: number): number => 1.5 * Math.PI * (1 + 2 * u);
    for (const [j, side] of [Math.cos, Math.sin].entries()) {
      const part = (u: number): number => (t(u) * side(t(u))) / 5;
      expectMean(coordinate(x, j), average(part));
      expectMean(coordinate(x, j, 2), average((u) => part(u) ** 2) + 0.04);
    }
  });

  test("pinwheel: turned back arm by arm, f₁ ~ N(1, 0.3²) and f₂ ~ N(0, 0.1²)", () => {
    const rows = rowsOf(data.pinwheel.sample(key, N));
    // ‖f‖ is nearly f₁, and decides the angle by which to turn back, up to multiples of 2π/5.
    const arms = new Array<number>(5).fill(0);
    const across = rows.map(([a = 0, b = 0]) => {
      let best = { arm: 0, f2: Number.POSITIVE_INFINITY };
      for (let arm = 0; arm < 5; arm++) {
        let f1 = Math.hypot(a, b) / 2;
        let f2 = 0;
        for (let i = 0; i < 30; i++) {
          const angle = (2 * Math.PI * arm) / 5 + 0.25 * Math.exp(f1);
          f1 = 0.5 * f1 + 0.25 * (a * Math.cos(angle) - b * Math.sin(angle));
          f2 = (a * Math.sin(angle) + b * Math.cos(angle)) / 2;
        }
        if (f1 > 0 && Math.abs(f2) < Math.abs(best.f2)) best = { arm, f2 };
      }
      arms[best.arm] = (arms[best.arm] ?? 0) + 1;
      return best.f2;
    });
    expectEqualCounts(arms);
    // Near the middle the arms overlap, which trims the few widest.
    expect(across.reduce((total, f2) => total + f2 ** 2, 0) / N).toBeGreaterThan(0.94 * 0.01);
    expectMean(
      rows.map(([a = 0, b = 0]) => (a * a + b * b) / 4),
      1 + 0.09 + 0.01,
    );
  });

  test("cosine: on the curve x₂ = 2.5 sin x₁, x₁ uniform", () => {
    const x = data.cosine.sample(key, N);
    expect(rowsOf(x).filter(([a = 0, b = 0]) => Math.abs(b - 2.5 * Math.sin(a)) > 1e-5)).toEqual([]);
    expectMean(coordinate(x, 0), 0);
    expectVariance(columnOf(x, 0), 25 / 12);
  });

  test("25gaussians: 25 equal modes on a grid of step 2, standard deviation 0.05", () => {
    const x = data.twentyFiveGaussians.sample(key, N);
    const centres = Array.from({ length: 25 }, (_, k) => [2 * (k % 5) - 4, 2 * Math.floor(k / 5) - 4]);
    expectEqualCounts(modeWeights(x, tensor(centres)).map(({ count }) => count));
    expectVariance(
      columnOf(x, 0).map((v) => v - 2 * Math.round(v / 2)),
      0.05 ** 2,
    );
  });

  test("line: x₂ = x₁, uniform on [−2.5, 2.5]; line10d: a line of unit variance in ten dimensions", () => {
    const rows = rowsOf(data.diagonal.sample(key, N));
    expect(rows.filter(([a, b]) => Math.abs((a ?? 0) - (b ?? 0)) > 1e-6)).toEqual([]);
    expect(Math.max(...rows.map(([a = 0]) => Math.abs(a)))).toBeCloseTo(2.5, 2);
    expectVariance(
      rows.map(([a = 0]) => a),
      25 / 12,
    );
    const { direction } = data.line10d;
    const x = rowsOf(data.line10d.sample(key, N));
    const along = x.map((row) => row.reduce((total, value, j) => total + value * (direction[j] ?? 0), 0));
    expectVariance(along, 1);
    const off = x.map((row, i) =>
      Math.hypot(...row.map((value, j) => value - (along[i] ?? 0) * (direction[j] ?? 0))),
    );
    expect(Math.max(...off)).toBeLessThan(1e-6);
  });

  test("line: what it refuses", () => {
    expect(() => data.line({ direction: [1] })).toThrow(
      "line: the direction has 1 coordinates; a line needs two",
    );
    expect(() => data.line({ direction: [0, 0] })).toThrow("line: the direction has length 0");
    expect(() => data.line({ direction: [1, Number.NaN] })).toThrow("line: the direction has length NaN");
    expect(() => data.line({ direction: [1, 1], deviation: 0 })).toThrow("line: deviation is 0");
  });
});

describe("the registry", () => {
  test("knows the sets, however their names are spelled", () => {
    for (const name of data.names()) expect(data.byName(name).name).toBe(name);
    expect(data.byName("oldFaithful")).toBe(data.oldFaithful);
    expect(data.byName("twoModes")).toBe(data.twoModes);
    expect(data.byName("8Gaussians")).toBe(data.eightGaussians);
  });

  test("an unknown name is answered with the known ones", () => {
    expect(() => data.byName("torus")).toThrow(
      `byName: no data set is called "torus"; there are ${data.names().join(", ")}`,
    );
  });
});
