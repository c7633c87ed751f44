import {
  add,
  broadcastTo,
  exp,
  expandDims,
  mul,
  onesLike,
  reshape,
  sin,
  square,
  sum,
  type Tensor,
  tensor,
} from "@scoretape/autograd";
import {
  denoisingScoreMatching,
  exactScoreMatching,
  fisherDivergence,
  probes,
  type Score,
  slicedScoreMatching,
  slicedScoreMatchingVR,
} from "@scoretape/score";
import { describe, expect, test } from "vitest";
import { Mixture } from "./support/mixture.ts";
import { normal } from "./support/normal.ts";
import { allPairs } from "./support/pairs.ts";
import { grid, integrate, standardNormalDensity } from "./support/quadrature.ts";
import { linearScore, perceptron } from "./support/scores.ts";

// Expectations as integrals over a grid, in float64: identities hold to rounding, not to a sampling error.

const rows = { reduction: "none" } as const;

const mixtures = {
  "d = 1": new Mixture([0.3, 0.7], [[-2], [1.5]], [0.6, 1]),
  "d = 2": new Mixture(
    [0.2, 0.5, 0.3],
    [
      [-2, 0],
      [1.5, 1],
      [0, -1.5],
    ],
    [0.8, 1, 0.7],
  ),
};

/** Smooth at the scale of the grids below. */
const other = (d: number): Mixture =>
  new Mixture([0.6, 0.4], [new Array(d).fill(-0.7), new Array(d).fill(0.9)], [1.2, 1.5]);

const scores = (d: number): [string, Score][] => [
  ["linear", linearScore(normal(1, [d, d]), normal(2, [d])).score],
  ["perceptron", perceptron(3, d, sin).score],
  ["mixture", (x) => other(d).score(x)],
];

describe.each(Object.entries(mixtures))("a mixture of normals, %s", (_, p) => {
  const d = p.dimension;
  const over = grid(d, 8, d === 1 ? 0.05 : 0.2);
  const x = over.points;
  const density = exp(p.logDensity(x));
  const expectation = (values: Tensor): number => integrate(values, density, over);
  const target: Score = (y) => p.score(y);

  test("the grid carries the whole mass", () => {
    expect(integrate(onesLike(density), density, over)).toBeCloseTo(1, 10);
  });

  const half = expectation(mul(0.5, sum(square(p.score(x)), { axis: 1 })));
  const losses = {
    exactScoreMatching: (score: Score) => exactScoreMatching(score, x, rows),
    slicedScoreMatching: (score: Score) => slicedScoreMatching(score, x, basisOf(x), rows),
    slicedScoreMatchingVR: (score: Score) => slicedScoreMatchingVR(score, x, basisOf(x), rows),
  };

  test.each(
    Object.entries(losses).flatMap(([name, loss]) =>
      scores(d).map(([kind, s]) => [name, kind, loss, s] as const),
    ),
  )(
    "integration by parts: E[%s] + ½E‖∇log p‖² is the Fisher divergence of a %s score",
    (_name, _kind, loss, s) => {
      const divergence = expectation(fisherDivergence(s, target, x, rows));
      expect(expectation(loss(s)) + half).toBeCloseTo(divergence, 8);
    },
  );

  test("the minimum is −½E‖∇log p‖², at s = ∇log p", () => {
    expect(expectation(exactScoreMatching(target, x, rows))).toBeCloseTo(-half, 8);
  });
});

describe.each([
  ["d = 1", new Mixture([0.3, 0.7], [[-1.5], [1]], [0, 0])],
  [
    "d = 2",
    new Mixture(
      [0.25, 0.25, 0.5],
      [
        [-1, 0],
        [1.5, 1],
        [0, -1],
      ],
      [0, 0, 0],
    ),
  ],
])("denoising of weighted points, whose blurred density is a mixture of normals, %s", (_, p) => {
  const d = p.dimension;
  const noise = grid(d, 7, d === 1 ? 0.05 : 0.15);
  const { x, z } = allPairs(tensor(p.means, { dtype: "float64" }), noise.points);
  const weights = expandDims(tensor(p.weights, { dtype: "float64" }), 1);
  const density = mul(
    reshape(broadcastTo(weights, [weights.size, noise.points.shape[0] ?? 0]), [-1]),
    standardNormalDensity(z),
  );
  const expectation = (values: Tensor): number => integrate(values, density, noise);

  describe.each([0.4, 1, 1.5])("σ = %d", (sigma) => {
    const blurredScore: Score = (y) => p.score(y, sigma);
    const noisy = add(x, mul(sigma, z));
    // ½(d/σ² − E‖∇log q_σ‖²), whatever the score.
    const constant = 0.5 * (d / sigma ** 2 - expectation(sum(square(p.score(noisy, sigma)), { axis: 1 })));

    test.each(scores(d))("E[denoising] is the Fisher divergence to q_σ plus the constant: %s", (_kind, s) => {
      const divergence = expectation(fisherDivergence(s, blurredScore, noisy, rows));
      const plain = expectation(denoisingScoreMatching(s, x, z, sigma, rows));
      const reduced = expectation(denoisingScoreMatching(s, x, z, sigma, { ...rows, controlVariate: true }));
      expect(plain).toBeCloseTo(divergence + constant, 8);
      expect(reduced).toBeCloseTo(divergence + constant, 8);
    });

    test("its minimum is the constant, at s = ∇log q_σ", () => {
      expect(expectation(denoisingScoreMatching(blurredScore, x, z, sigma, rows))).toBeCloseTo(constant, 8);
    });
  });
});

function basisOf(x: Tensor): Tensor {
  return probes.basis(x.shape, { dtype: "float64" });
}
