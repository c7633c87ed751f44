import { describe, expect, test } from "vitest";
import { blurredSample, gridAround, knownSets } from "./support/exactSets.ts";
import { expectMean, rowsOf } from "./support/samples.ts";

const planes = knownSets.filter(({ set }) => set.dimension === 2);
/** Frequencies k of E cos(kᵀx) and E sin(kᵀx). */
const frequencies = [
  [0, 0.5],
  [1.1, 0],
  [0.9, -1.6],
  [2.1, 1.3],
  [-0.4, 3],
  [2.9, 0.2],
] as const;

describe.each(planes)("$name in the plane", (known) => {
  const { name, set, width, isDegenerate } = known;
  // The equispaced sum of cos(kᵀx) times a density with features of width w has the error e^(−w²(2π/step − ‖k‖)²/2),
  // here e^(−12.5) or less. Where the pinwheel's arms meet, they have finer features.
  const stepOf = (sigma: number): number => {
    const finest = Math.hypot(name === "pinwheel" && sigma === 0 ? 0.12 : width, sigma);
    return (2 * Math.PI) / (3.2 + 5 / finest);
  };
  const blurs = name === "old-faithful" ? [0.4, 1] : [isDegenerate || width === 0 ? 0.1 : 0, 0.5];

  test.each(blurs)("blurred by %d: the density integrates to 1, and is that of the samples", (sigma) => {
    const { points, area } = gridAround(known, sigma, stepOf(sigma));
    const masses = [...set.logDensity(points, sigma).data].map((log) => area * Math.exp(log));
    const total = masses.reduce((before, mass) => before + mass, 0);
    expect(Math.abs(total - 1)).toBeLessThan(1e-4);

    const sample = rowsOf(blurredSample(set, 15, 8000, sigma));
    const rows = rowsOf(points);
    for (const [k1, k2] of frequencies) {
      for (const wave of [Math.cos, Math.sin]) {
        const at = ([a = 0, b = 0]: readonly number[]): number => wave(k1 * a + k2 * b);
        const expected = rows.reduce((before, row, i) => before + (masses[i] ?? 0) * at(row), 0);
        expectMean(sample.map(at), expected, `${wave.name} of (${k1}, ${k2})`);
      }
    }
  });
});
