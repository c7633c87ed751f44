import { data } from "@scoretape/score";
import { describe, expect, test } from "vitest";
import { sineWave } from "../src/data/cosine.ts";
import { alongCurves } from "../src/data/exact/curve.ts";
import { pinwheelDensity } from "../src/data/exact/pinwheel.ts";
import type { PointDensity } from "../src/data/exact/pointwise.ts";
import type { Resolution } from "../src/data/exact/quadrature.ts";
import { crescents, MOONS_NOISE } from "../src/data/moons.ts";
import { roll, SWISS_ROLL_NOISE, twoArms } from "../src/data/spirals.ts";
import { blurredSample, knownSets } from "./support/exactSets.ts";
import { rowsOf } from "./support/samples.ts";

/** A set's clean points as a function of two numbers in [0, 1], and the deviation of the normal noise on them. */
interface Definition {
  readonly name: string;
  readonly noise: number;
  readonly steps: readonly [number, number];
  /** A point, or its parts of equal weight. */
  point(u: number, v: number): readonly (readonly [number, number])[];
  /** The density of u and v; 1 unless said. */
  weight?(u: number, v: number): number;
}

const onCircle = (radius: number, u: number): readonly [number, number] => [
  radius * Math.cos(2 * Math.PI * u),
  radius * Math.sin(2 * Math.PI * u),
];

/** t from −6 to 6 for u from 0 to 1, and the density that a standard normal t gives u. */
const standard = (u: number): number => 12 * u - 6;
const normalWeight = (u: number): number => (12 * Math.exp(-0.5 * standard(u) ** 2)) / Math.sqrt(2 * Math.PI);

const definitions: readonly Definition[] = [
  {
    name: "rings",
    noise: 0.08,
    steps: [400, 1],
    point: (u) => [3, 2.25, 1.5, 0.75].map((radius) => onCircle(radius, u)),
  },
  {
    name: "circles",
    noise: 0.24,
    steps: [400, 1],
    point: (u) => [3, 1.5].map((radius) => onCircle(radius, u)),
  },
  {
    name: "moons",
    noise: 0.2,
    steps: [20_000, 1],
    point: (u) => {
      const [c, s] = [Math.cos(Math.PI * u), Math.sin(Math.PI * u)];
      return [
        [2 * c - 1, 2 * s - 0.2],
        [2 * (1 - c) - 1, 2 * (0.5 - s) - 0.2],
      ];
    },
  },
  {
    name: "swissroll",
    noise: 0.2,
    steps: [40_000, 1],
    point: (u) => {
      const t = 1.5 * Math.PI * (1 + 2 * u);
      return [[(t * Math.cos(t)) / 5, (t * Math.sin(t)) / 5]];
    },
  },
  {
    name: "cosine",
    noise: 0,
    steps: [40_000, 1],
    point: (u) => [[5 * u - 2.5, 2.5 * Math.sin(5 * u - 2.5)]],
  },
  {
    name: "line",
    noise: 0,
    steps: [40_000, 1],
    point: (u) => [[5 * u - 2.5, 5 * u - 2.5]],
  },
  {
    name: "2spirals",
    noise: 0.1,
    steps: [1500, 16],
    // u is n/3π, v is u₁; u₂ runs over its own 16 places.
    weight: (u) => 2 * u,
    point: (u, v) => {
      const n = u * 3 * Math.PI;
      return Array.from({ length: 16 }, (_, k) => {
        const a = (-n * Math.cos(n) + 0.5 * v) / 3;
        const b = (n * Math.sin(n) + (0.5 * (k + 0.5)) / 16) / 3;
        return [
          [a, b],
          [-a, -b],
        ] as const;
      }).flat();
    },
  },
  {
    name: "pinwheel",
    noise: 0,
    steps: [1200, 60],
    weight: (u, v) => normalWeight(u) * normalWeight(v),
    point: (u, v) => {
      const [f, g] = [1 + 0.3 * standard(u), 0.1 * standard(v)];
      return Array.from({ length: 5 }, (_, k) => {
        const a = (2 * Math.PI * k) / 5 + 0.25 * Math.exp(f);
        return [2 * (f * Math.cos(a) + g * Math.sin(a)), 2 * (-f * Math.sin(a) + g * Math.cos(a))] as const;
      });
    },
  },
];

/** The density of a definition's points with its noise, blurred by σ, by the midpoint rule. */
function densityByDefinition(definition: Definition, x: readonly number[], sigma: number): number {
  const variance = definition.noise ** 2 + sigma ** 2;
  const [x1 = 0, x2 = 0] = x;
  const [steps1, steps2] = definition.steps;
  let total = 0;
  for (let i = 0; i < steps1; i++) {
    for (let j = 0; j < steps2; j++) {
      const [u, v] = [(i + 0.5) / steps1, (j + 0.5) / steps2];
      const points = definition.point(u, v);
      const weight = (definition.weight?.(u, v) ?? 1) / points.length;
      for (const [a, b] of points) {
        total += weight * Math.exp(-0.5 * (((x1 - a) ** 2 + (x2 - b) ** 2) / variance));
      }
    }
  }
  return total / (steps1 * steps2 * 2 * Math.PI * variance);
}

describe.each(definitions)("$name", (definition) => {
  const known = knownSets.find(({ name }) => name === definition.name);

  test.each([0.15, 0.6])("blurred by %d: the density is the mean over the clean points", (sigma) => {
    if (known === undefined) throw new Error(`no set ${definition.name}`);
    const x = blurredSample(known.set, 21, 4, sigma);
    const logs = known.set.logDensity(x, sigma).data;
    rowsOf(x).forEach((point, i) => {
      const expected = densityByDefinition(definition, point, sigma);
      // Over the sides of the squares of 2spirals the midpoint rule has the error (side/16)²/24·|p″/p|.
      const tolerance = definition.name === "2spirals" ? 2e-3 : 1e-6;
      expect(Math.abs(Math.exp(logs[i] ?? 0) / expected - 1), `at ${point}`).toBeLessThan(tolerance);
    });
  });
});

const refinable: readonly (readonly [string, (resolution: Resolution) => PointDensity])[] = [
  ["moons", (resolution) => alongCurves(crescents, MOONS_NOISE, resolution)],
  ["swissroll", (resolution) => alongCurves([roll], SWISS_ROLL_NOISE, resolution)],
  ["cosine", (resolution) => alongCurves([sineWave], 0, resolution)],
  ["2spirals", twoArms],
  ["pinwheel", pinwheelDensity],
];

describe.each(refinable)("%s by quadrature", (name, density) => {
  test("with twice as many nodes the log density changes by less than 1e-10, the score by less than 1e-9 widths", () => {
    const known = knownSets.find((set) => set.name === name);
    if (known === undefined) throw new Error(`no set ${name}`);
    const [usual, finer] = [density({}), density({ extent: 1 })];
    for (const sigma of [0.01, 0.1, 0.5, 2, 20]) {
      const width = Math.hypot(known.width, sigma);
      const near = rowsOf(blurredSample(known.set, 22, 12, sigma));
      for (const point of [...near, [0, 0], [6, -1], [-4.5, 5]]) {
        const [score, score2] = [new Float64Array(2), new Float64Array(2)];
        const log = usual(Float64Array.from(point), sigma, score);
        const log2 = finer(Float64Array.from(point), sigma, score2);
        expect(Math.abs(log - log2), `${point} at ${sigma}`).toBeLessThan(1e-10 * Math.max(1, Math.abs(log)));
        for (const j of [0, 1]) {
          const difference = ((score[j] ?? 0) - (score2[j] ?? 0)) * width;
          expect(Math.abs(difference), `${point} at ${sigma}`).toBeLessThan(
            1e-9 * Math.max(1, Math.abs((score[j] ?? 0) * width)),
          );
        }
      }
    }
  });
});

test("pinwheel: the density without blur is the limit of the blurred one", () => {
  const x = blurredSample(data.pinwheel, 23, 30, 0);
  const [logs, scores] = [data.pinwheel.logDensity(x), data.pinwheel.score(x)];
  const blurred = data.pinwheel.score(x, 1e-5);
  data.pinwheel.logDensity(x, 1e-5).data.forEach((log, i) => {
    expect(Math.abs(log - (logs.data[i] ?? 0))).toBeLessThan(1e-6);
  });
  blurred.data.forEach((value, i) => {
    expect(Math.abs(value - (scores.data[i] ?? 0))).toBeLessThan(1e-4 * (1 + Math.abs(value)));
  });
});
