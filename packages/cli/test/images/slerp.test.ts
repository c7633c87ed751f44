import { js, random, slice, tensor } from "@scoretape/autograd";
import { data } from "@scoretape/score";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { alongFlow } from "../../src/sampling/flow.ts";
import { slerp } from "../../src/sampling/slerp.ts";
import { runs } from "../runs.ts";

const norm = (x: ArrayLike<number>): number => Math.hypot(...Array.from(x));

describe("points between two on a great circle", () => {
  test("begin and end with them, have lengths between theirs, and go by equal angles", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 20 }),
        fc.integer({ min: 2, max: 9 }),
        fc.nat(999),
        (d, count, seed) => {
          const z = random.normal(random.key(seed), [2, d], { dtype: "float64" });
          const [a, b] = [0, 1].map((i) => {
            const row = slice(z, [i, 0], [i + 1, d]);
            return tensor(
              row.data.map((value) => value / norm(row.data)),
              { shape: [1, d], dtype: "float64" },
            );
          });
          if (a === undefined || b === undefined) return;
          const points = slerp(a, b, count);
          const row = (i: number): number[] => Array.from(points.data.subarray(i * d, (i + 1) * d));
          row(0).forEach((value, j) => {
            expect(value).toBeCloseTo(a.data[j] ?? 0, 9);
          });
          row(count - 1).forEach((value, j) => {
            expect(value).toBeCloseTo(b.data[j] ?? 0, 9);
          });
          const angle = (i: number): number =>
            Math.acos(
              Math.min(
                1,
                row(i).reduce((sum, value, j) => sum + value * (row(i + 1)[j] ?? 0), 0),
              ),
            );
          for (let i = 0; i + 1 < count; i++) {
            expect(norm(row(i))).toBeCloseTo(1, 9);
            expect(angle(i)).toBeCloseTo(angle(0), 5);
          }
        },
      ),
      runs(50),
    );
  });

  test("on one ray are on the straight way", () => {
    const [a, b] = [tensor([[1, 2]]), tensor([[3, 6]])];
    expect(slerp(a, b, 3).toArray()).toEqual([
      [1, 2],
      [2, 4],
      [3, 6],
    ]);
  });
});

test("the flow of a normal distribution is its exact scaling, up and down", () => {
  const set = data.gaussian({ mean: [1], covariance: [[4]] });
  const x = tensor([[3], [-2]]);
  const options = { steps: 60, backend: js };
  const score = (y: typeof x, sigma: Parameters<typeof set.score>[1]) => set.score(y, sigma);
  const up = alongFlow(score, x, { from: 0.1, to: 20 }, options);
  const ratio = Math.sqrt((4 + 400) / (4 + 0.01));
  up.data.forEach((value, i) => {
    expect(value / (1 + ratio * ((x.data[i] ?? 0) - 1))).toBeCloseTo(1, 2);
  });
  const down = alongFlow(score, up, { from: 20, to: 0.1 }, options);
  down.data.forEach((value, i) => {
    expect(value).toBeCloseTo(x.data[i] ?? 0, 2);
  });
});
