import { add, cast, mul, random, type Tensor, tensor } from "@scoretape/autograd";
import {
  type BitsPerDimensionOptions,
  bitsPerDimension,
  type DiffusionProcess,
  data,
  dormandPrince,
  heun,
  timeConditional,
  varianceExploding,
} from "@scoretape/score";
import { describe, expect, test } from "vitest";
import { inverse, trace } from "./support/moments.ts";
import { momentsOf } from "./support/statistics.ts";

const float64 = { dtype: "float64" } as const;
const key = random.key(4);
const [sigmaMin, sigmaMax] = [0.1, 2];
const covariance = [
  [0.6, 0.4],
  [0.4, 0.5],
];
const set = data.gaussian({ mean: [0.2, -0.1], covariance });
/** The process, for data in units of 1/scale, whose prior is their law at its end: no error is left but the solver's. */
function processOf(scale: number): DiffusionProcess {
  const angle = 0.5 * Math.atan2(2 * 0.4, 0.6 - 0.5);
  const [middle, half, cos, sin] = [0.55, Math.hypot(0.05, 0.4), Math.cos(angle), Math.sin(angle)];
  return varianceExploding({
    sigmaMin: scale * sigmaMin,
    sigmaMax: scale * sigmaMax,
    moments: {
      mean: tensor([0.2 * scale, -0.1 * scale], float64),
      axes: tensor(
        [
          [cos, -sin],
          [sin, cos],
        ],
        float64,
      ),
      deviation: tensor([scale * Math.sqrt(middle + half), scale * Math.sqrt(middle - half)], float64),
    },
  });
}
const process = processOf(1);
const score = timeConditional((x, sigma) => set.score(x, sigma), process);
const [levels, range] = [13, [-3, 3]] as const;
const gap = 0.5;
const solver = heun({ steps: 100 });
const measured = (x: Tensor, options: Partial<BitsPerDimensionOptions> = {}) =>
  bitsPerDimension(score, x, process, { solver, key, levels, range, ...options });

const blurred = add(
  tensor(covariance, float64),
  mul(
    sigmaMin ** 2,
    tensor(
      [
        [1, 0],
        [0, 1],
      ],
      float64,
    ),
  ),
);
/** The mean over u of −log₂ N(x + δ(u − ½))/d − log₂ δ: E‖Σ^(−½)δ(u − ½)‖² is δ²·tr Σ⁻¹/12. */
function exactBits(x: Tensor): number[] {
  const spread = (gap ** 2 / 24) * trace(inverse(blurred));
  return Array.from(
    set.logDensity(cast(x, "float64"), sigmaMin).data,
    (nats) => (spread - nats) / (2 * Math.LN2) - Math.log2(gap),
  );
}

/** Rows of the set, rounded to the levels. */
function rounded(seed: number, n: number): Tensor {
  const points = set.sample(random.key(seed), n);
  const onLevels = points.data.map((value) => Math.min(3, Math.max(-3, gap * Math.round(value / gap))));
  return tensor(Float32Array.from(onLevels), { shape: points.shape });
}

describe("bitsPerDimension of a normal distribution, with its exact score", () => {
  test.each(["exact", 1, 3] as const)(
    "is the closed form to within four standard errors: %s probes",
    (probes) => {
      for (const point of [
        [0, 0],
        [1.5, -0.5],
        [-2, -2],
      ]) {
        // Many times the same point, so that chance is that of u and of the probes alone.
        const x = add(tensor([point]), tensor(new Float32Array(6000), { shape: [3000, 2] }));
        const { value, standardError } = measured(x, { probes });
        const [exact = Number.NaN] = exactBits(x);
        expect(Math.abs(value - exact) / standardError).toBeLessThan(4);
        expect(standardError).toBeLessThan(0.02);
      }
    },
  );

  test("gives the bits of each row, the mean of them, and its standard error", () => {
    const { value, standardError, bits, evaluations } = measured(rounded(1, 50));
    const { mean, variance } = momentsOf(bits.data);
    expect(value).toBeCloseTo(mean, 10);
    expect(standardError).toBeCloseTo(Math.sqrt(variance / 49), 10);
    expect(evaluations).toBe(200);
  });

  test("is within two standard errors of the truth as often as it should be", () => {
    // The mean over all rows that there can be is that over very many.
    const truth = momentsOf(exactBits(rounded(2, 400_000))).mean;
    const repetitions = 200;
    const covered = Array.from({ length: repetitions }, (_, i) => {
      const options = { key: random.key(100 + i), backend: "eager", solver: heun({ steps: 25 }) } as const;
      const { value, standardError } = measured(rounded(1000 + i, 40), options);
      return Math.abs(value - truth) < 2 * standardError;
    }).filter(Boolean).length;
    // P(|t₃₉| < 2) = 0.948: 189.6 ± 3.1 of 200.
    expect(covered).toBeGreaterThan(189.6 - 4 * 3.1);
  });

  test("has other noise and other probes for another key, and the same for the same", () => {
    const x = rounded(1, 20);
    expect(measured(x).bits.data).toEqual(measured(x).bits.data);
    expect(measured(x, { key: random.key(5) }).bits.data).not.toEqual(measured(x).bits.data);
  });

  test("of whatever units loses nothing: twice the range of twice the points has the same bits", () => {
    // With u alone: the same key has the same u.
    const x = rounded(1, 20);
    const doubled = data.gaussian({
      mean: [0.4, -0.2],
      covariance: covariance.map((row) => row.map((c) => 4 * c)),
    });
    const wide = processOf(2);
    const own = bitsPerDimension(
      timeConditional((y, sigma) => doubled.score(y, sigma), wide),
      mul(2, x),
      wide,
      { solver: dormandPrince(), key, levels, range: [-6, 6], probes: "exact" },
    );
    expect(own.value).toBeCloseTo(measured(x, { probes: "exact", solver: dormandPrince() }).value, 3);
  });
});

test("bitsPerDimension refuses points between the levels or beyond them, and a single row", () => {
  const at =
    (x: number[][], options = {}) =>
    () =>
      measured(tensor(x), options);
  expect(
    at([
      [0, 0.25],
      [0, 0],
    ]),
  ).toThrow(
    "bitsPerDimension: x is 0.25 in coordinate 1 of row 0, none of the 13 levels from -3 to 3; say how many levels " +
      "there are, and their range",
  );
  expect(
    at([
      [0, 0],
      [3.5, 0],
    ]),
  ).toThrow("bitsPerDimension: x is 3.5 in coordinate 0 of row 1, none of the 13 levels");
  expect(at([[0, 0]])).toThrow("bitsPerDimension: x has one row; a standard error needs two or more");
  expect(
    at(
      [
        [0, 0],
        [1, 1],
      ],
      { levels: 1 },
    ),
  ).toThrow("bitsPerDimension: levels is 1; a coordinate has two values");
  expect(
    at(
      [
        [0, 0],
        [1, 1],
      ],
      { range: [1, -1] },
    ),
  ).toThrow("bitsPerDimension: range is [1, -1]; give a finite low end and a higher one");
  expect(
    at(
      [
        [0, 0],
        [1, 1],
      ],
      { probes: 0 },
    ),
  ).toThrow("bitsPerDimension: probes is 0");
});
