import {
  add,
  expandDims,
  eye,
  mul,
  neg,
  sum,
  type Tensor,
  type TensorLike,
  tensor,
  zeros,
} from "@scoretape/autograd";
import { type Score, scoreOf, tweedie, tweedieCovariance } from "@scoretape/score";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectClose } from "./support/close.ts";
import { Mixture } from "./support/mixture.ts";
import { normal } from "./support/normal.ts";
import { runs } from "./support/runs.ts";
import { linearScore } from "./support/scores.ts";

const problems = fc
  .record({
    seed: fc.nat(1_000_000),
    n: fc.integer({ min: 1, max: 4 }),
    d: fc.integer({ min: 1, max: 8 }),
    sigma: fc.double({ min: 0.2, max: 3, noNaN: true }),
  })
  .map(({ seed, n, d, sigma }) => {
    const means = normal(seed, [3, d], 1.5);
    const p = new Mixture(
      [0.2, 0.5, 0.3],
      [0, 1, 2].map((k) => [...means.data.subarray(k * d, (k + 1) * d)]),
      [0.5, 1, 0],
    );
    return { p, sigma, x: normal(seed + 1, [n, d], 2) };
  });

/** By differentiation, so that the covariance is one derivative further. */
const scoreAt = (p: Mixture, sigma: number): Score => scoreOf((y) => mul(-1, p.logDensity(y, sigma)));

describe("of a mixture of normals", () => {
  test("tweedie is the posterior mean", () => {
    fc.assert(
      fc.property(problems, ({ p, sigma, x }) => {
        expectClose(tweedie(scoreAt(p, sigma), x, sigma), p.posteriorMean(x, sigma), 1e-10);
      }),
      runs(50),
    );
  });

  test("tweedieCovariance is the posterior covariance", () => {
    fc.assert(
      fc.property(problems, ({ p, sigma, x }) => {
        expectClose(tweedieCovariance(scoreAt(p, sigma), x, sigma), p.posteriorCovariance(x, sigma), 1e-10);
      }),
      runs(50),
    );
  });
});

test("each row may have its own sigma", () => {
  const p = new Mixture(
    [0.4, 0.6],
    [
      [0, 1],
      [2, -1],
    ],
    [0.5, 1],
  );
  const x = normal(3, [2, 2]);
  const [first, second] = [0.4, 1.3];
  const score: Score = (y) => p.score(y, first);
  const sigma = tensor([first, second], { dtype: "float64" });
  for (const f of [tweedie, tweedieCovariance] as ((
    s: Score,
    x: Tensor,
    sigma: Tensor | number,
  ) => Tensor)[]) {
    const [both, one, two] = [f(score, x, sigma), f(score, x, first), f(score, x, second)];
    const half = both.size / 2;
    expectClose(tensor(both.data.subarray(0, half)), tensor(one.data.subarray(0, half)), 1e-14);
    expectClose(tensor(both.data.subarray(half)), tensor(two.data.subarray(half)), 1e-14);
  }
});

test("tweedieCovariance has J's rows as rows: of s = Ax it is σ²(I + σ²A)", () => {
  const A = normal(1, [3, 3]);
  const { score } = linearScore(A, normal(2, [3]));
  const expected = mul(4, add(eye(3, { dtype: "float64" }), mul(4, A)));
  expectClose(tweedieCovariance(score, normal(3, [1, 3]), 2), expandDims(expected, 0), 1e-12);
});

describe.each(Object.entries({ tweedie, tweedieCovariance }))("%s refuses", (name, f) => {
  const x = normal(1, [3, 2]);
  const call =
    (points: Tensor, sigma: TensorLike = 1, score: Score = neg): (() => Tensor) =>
    () =>
      f(score, points, sigma);

  test("data that are not [n, d], or not finite, and a score that is none", () => {
    expect(call(tensor([1, 2, 3]))).toThrow(`${name}: x has shape [3], not [n, d]`);
    expect(call(zeros([0, 2]))).toThrow(`${name}: x has shape [0, 2]: an empty batch`);
    expect(call(mul(x, Number.NaN))).toThrow(`${name}: x is NaN at [0, 0]`);
    expect(call(x, 1, (y) => sum(y, { axis: 1 }))).toThrow(`${name}: the score maps [3, 2] to [3]`);
  });

  test("noise levels that are not above 0, not finite, or of another shape", () => {
    expect(call(x, 0)).toThrow(`${name}: sigma is 0; a noise level is above 0`);
    expect(call(x, Number.NaN)).toThrow(`${name}: sigma is NaN; it must be finite`);
    expect(call(x, tensor([1, -1, 1], { dtype: "float64" }))).toThrow(`${name}: sigma of row 1 is -1`);
    expect(call(x, tensor([1, 1], { dtype: "float64" }))).toThrow(
      `${name}: sigma has shape [2], x has [3, 2]`,
    );
  });
});
