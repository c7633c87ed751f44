import { random, type Tensor } from "@scoretape/autograd";
import { probes } from "@scoretape/score";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runs } from "./support/runs.ts";
import { momentsOf } from "./support/statistics.ts";

const draws = { rademacher: probes.rademacher, gaussian: probes.gaussian, sphere: probes.sphere } as const;
const dimensions = fc.integer({ min: 1, max: 8 });

/** The vectors of probes [..., d]. */
function vectorsOf(v: Tensor): Float32Array[] {
  const d = v.shape.at(-1) ?? 0;
  return Array.from({ length: v.size / d }, (_, i) => Float32Array.from(v.data.subarray(i * d, (i + 1) * d)));
}

describe.each(Object.entries(draws))("probes.%s", (_, draw) => {
  test("has E[vvᵀ] = I", () => {
    const d = 3;
    const vectors = vectorsOf(draw(random.key(7), [20_000, d]));
    for (let i = 0; i < d; i++) {
      for (let j = 0; j <= i; j++) {
        const { mean, meanError } = momentsOf(vectors.map((v) => (v[i] ?? 0) * (v[j] ?? 0)));
        expect(Math.abs(mean - (i === j ? 1 : 0))).toBeLessThanOrEqual(4.5 * meanError);
      }
    }
  });

  test("has the shape and the dtype that are asked for, and the same numbers for the same key", () => {
    const key = random.key(1);
    expect(draw(key, [4, 2]).shape).toEqual([4, 2]);
    expect(draw(key, [3, 4, 2]).shape).toEqual([3, 4, 2]);
    expect(draw(key, [4, 2]).dtype).toBe("float32");
    expect(draw(key, [4, 2], { dtype: "float64" }).dtype).toBe("float64");
    expect(draw(key, [4, 2]).data).toEqual(draw(key, [4, 2]).data);
    expect(draw(key, [4, 2]).data).not.toEqual(draw(random.key(2), [4, 2]).data);
  });

  test.each([[[]], [[3]], [[2, 0]], [[2, 3, 4, 5]]])("refuses the shape %j", (shape) => {
    expect(() => draw(random.key(1), shape)).toThrow(/^probes\.\w+: shape \[.*\] is neither/);
  });
});

test("probes.sphere lies on the sphere of radius √d", () => {
  fc.assert(
    fc.property(dimensions, fc.nat(), (d, seed) => {
      for (const v of vectorsOf(probes.sphere(random.key(seed), [5, d]))) {
        expect(Math.hypot(...v)).toBeCloseTo(Math.sqrt(d), 5);
      }
    }),
    runs(20),
  );
});

test("probes.rademacher consists of signs", () => {
  expect(new Set(probes.rademacher(random.key(3), [50, 4]).data)).toEqual(new Set([1, -1]));
});

describe("probes.basis", () => {
  test("has the mean of vvᵀ equal to I, in every row", () => {
    fc.assert(
      fc.property(dimensions, fc.integer({ min: 1, max: 4 }), (d, n) => {
        const v = probes.basis([n, d], { dtype: "float64" });
        expect(v.shape).toEqual([d, n, d]);
        const at = (k: number, r: number, i: number): number => v.data[(k * n + r) * d + i] ?? Number.NaN;
        for (let r = 0; r < n; r++) {
          for (let i = 0; i < d; i++) {
            for (let j = 0; j < d; j++) {
              let total = 0;
              for (let k = 0; k < d; k++) total += at(k, r, i) * at(k, r, j);
              expect(total / d).toBeCloseTo(i === j ? 1 : 0, 12);
            }
          }
        }
      }),
      runs(20),
    );
  });

  test("refuses a shape that is not that of data", () => {
    expect(() => probes.basis([2, 3, 4])).toThrow(
      "probes.basis: shape [2, 3, 4] is not that of data, [n, d]",
    );
  });
});
