import { add, eye, matmul, mul, random, sub, sum, type Tensor, tensor } from "@scoretape/autograd";
import { frechetDistance } from "@scoretape/score";
import fc from "fast-check";
import { expect, test } from "vitest";
import { inverse, pointsWithKnownMoments, trace, whitePoints } from "./support/moments.ts";
import { normal } from "./support/normal.ts";

const float64 = { dtype: "float64" } as const;
const cases = fc.record({ d: fc.integer({ min: 1, max: 6 }), seed: fc.nat(1e6) });

/** An orthogonal matrix: the Cayley transform of an antisymmetric one. */
function rotation(seed: number, d: number): Tensor {
  const A = normal(seed, [d, d]);
  const S = sub(A, matmul(eye(d, float64), A, { transposeY: true }));
  return matmul(sub(eye(d, float64), S), inverse(add(eye(d, float64), S)));
}

/** Points with the mean μ and the deviations s along the columns of Q. */
function pointsAlong(Q: Tensor, s: Tensor, mean: Tensor): Tensor {
  return add(matmul(mul(whitePoints(s.size), s), Q, { transposeY: true }), mean);
}

const deviations = (seed: number, d: number): Tensor => random.uniform(random.key(seed), [d], float64);

/** 2d points have the covariance that they were made with, times 2d/(2d − 1). */
const unbiased = (d: number): number => (2 * d) / (2 * d - 1);

test("of commuting covariances it is ‖μ_x − μ_y‖² + ‖s_x − s_y‖², s the deviations along the common axes", () => {
  fc.assert(
    fc.property(cases, ({ d, seed }) => {
      const Q = rotation(seed, d);
      const [s, t] = [deviations(seed + 1, d), deviations(seed + 2, d)];
      const [mean, other] = [normal(seed + 3, [d]), normal(seed + 4, [d])];
      const gap = sub(s, t);
      const expected =
        sum(mul(sub(mean, other), sub(mean, other))).item() + unbiased(d) * sum(mul(gap, gap)).item();
      expect(frechetDistance(pointsAlong(Q, s, mean), pointsAlong(Q, t, other))).toBeCloseTo(expected, 8);
    }),
  );
});

test("of any covariances it has tr (AB)^½, by Denman and Beavers' iteration", () => {
  fc.assert(
    fc.property(cases, ({ d, seed }) => {
      const [x, y] = [pointsWithKnownMoments(seed, d), pointsWithKnownMoments(seed + 10, d)];
      const shift = sub(x.mean, y.mean);
      const traces = trace(x.covariance) + trace(y.covariance);
      const common = trace(squareRoot(matmul(x.covariance, y.covariance)));
      const expected = sum(mul(shift, shift)).item() + unbiased(d) * (traces - 2 * common);
      expect(frechetDistance(x.x, y.x)).toBeCloseTo(expected, 7);
    }),
  );
});

function squareRoot(A: Tensor): Tensor {
  let [Y, Z] = [A, eye(A.shape[0] ?? 0, float64)];
  for (let i = 0; i < 30; i++) {
    [Y, Z] = [mul(0.5, add(Y, inverse(Z))), mul(0.5, add(Z, inverse(Y)))];
  }
  return Y;
}

test("is symmetric, 0 of a set and itself, and blind to what moves or turns both sets", () => {
  fc.assert(
    fc.property(cases, ({ d, seed }) => {
      const [x, y] = [normal(seed, [7, d]), normal(seed + 1, [9, d], 2)];
      const distance = frechetDistance(x, y);
      expect(distance).toBeGreaterThan(0);
      expect(frechetDistance(y, x)).toBeCloseTo(distance, 7);
      expect(frechetDistance(x, x)).toBeCloseTo(0, 7);
      const [Q, t] = [rotation(seed + 2, d), normal(seed + 3, [d], 10)];
      const moved = (points: Tensor): Tensor => add(matmul(points, Q), t);
      expect(frechetDistance(moved(x), moved(y))).toBeCloseTo(distance, 7);
      expect(frechetDistance(mul(3, x), mul(3, y)) / 9).toBeCloseTo(distance, 7);
    }),
  );
});

test("is at home with fewer points than columns, and with columns that do not vary", () => {
  const flat = tensor([
    [1, 2, 0],
    [3, 2, 0],
  ]);
  const moved = tensor([
    [1, 5, 0],
    [3, 5, 0],
  ]);
  expect(frechetDistance(flat, moved)).toBeCloseTo(9, 6);
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    const few = normal(seed, [3, 6]);
    const itself = frechetDistance(few, few);
    expect(itself).toBeCloseTo(0, 6);
    expect(itself).toBeGreaterThanOrEqual(0);
    expect(frechetDistance(few, add(few, 2))).toBeCloseTo(6 * 2 ** 2, 6);
  }
});

test("refuses a single row, and points of other widths", () => {
  const [one, two] = [
    tensor([[1, 2]]),
    tensor([
      [1, 2],
      [3, 4],
    ]),
  ];
  expect(() => frechetDistance(two, one)).toThrow(
    "frechetDistance: y has shape [1, 2]; one row has no spread, give two or more",
  );
  expect(() => frechetDistance(two, tensor([[1], [2]]))).toThrow("frechetDistance: x [2, 2] and y [2, 1]");
});
