import { jacobian, mul, reshape, slice, sub, sum, type Tensor, tanh, transpose } from "@scoretape/autograd";
import {
  type Energy,
  exactScoreMatching,
  probes,
  type Score,
  scoreOf,
  slicedScoreMatchingVR,
} from "@scoretape/score";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectAllClose, expectClose } from "./support/close.ts";
import { Mixture } from "./support/mixture.ts";
import { normal } from "./support/normal.ts";
import { runs } from "./support/runs.ts";
import { cases, dataIn, mixtureScore, perceptron, scoreIn } from "./support/scores.ts";

/** ∂s/∂x at a single row x [1, d], as [d, d]. */
function jacobianAt(score: Score, x: Tensor): Tensor {
  return reshape(jacobian(score)(x), [x.size, x.size]);
}

describe("scoreOf", () => {
  test("is −∇E: of a mixture, the score in closed form", () => {
    const p = new Mixture(
      [0.2, 0.5, 0.3],
      [
        [-2, 0],
        [1.5, 1],
        [0, -1.5],
      ],
      [0.8, 1, 0.7],
    );
    const x = normal(1, [6, 2], 2);
    expectClose(scoreOf((y) => mul(-1, p.logDensity(y)))(x), p.score(x), 1e-12);
  });

  test("has a symmetric Jacobian", () => {
    fc.assert(
      fc.property(cases({ maxRows: 1 }), (c) => {
        const { score: field } = scoreIn(c);
        const energy: Energy = (x) => sum(mul(tanh(field(x)), sub(x, 1)), { axis: 1 });
        const J = jacobianAt(scoreOf(energy), dataIn(c));
        expectClose(J, transpose(J), 1e-11);
      }),
      runs(30),
    );
  });

  test("a score that is not a gradient has not: the law can fail", () => {
    const J = jacobianAt(perceptron(7, 3, tanh).score, normal(8, [1, 3]));
    expect(() => expectClose(J, transpose(J), 1e-3)).toThrow();
  });

  test("keeps rows independent", () => {
    const { score } = mixtureScore(5, 3);
    const x = normal(6, [4, 3]);
    const whole = score(x);
    for (let i = 0; i < 4; i++) {
      const row = (y: Tensor): Tensor => slice(y, [i, 0], [i + 1, 3]);
      expectClose(score(row(x)), row(whole), 1e-12);
    }
  });

  test("can be trained: sliced and exact losses of an energy agree in value and gradients", () => {
    const { valueAndGradients } = mixtureScore(11, 4);
    const x = normal(12, [3, 4]);
    expectAllClose(
      valueAndGradients((s) => slicedScoreMatchingVR(s, x, probes.basis(x.shape, { dtype: "float64" }))),
      valueAndGradients((s) => exactScoreMatching(s, x, { chunk: 3 })),
      1e-12,
    );
  });
});

test("scoreOf refuses an energy that is not one number per row", () => {
  const x = normal(1, [3, 2]);
  expect(() => scoreOf((y) => sum(y))(x)).toThrow(
    "scoreOf: the energy maps [3, 2] to [], not to [3], one number per row; reduce over the last axis alone",
  );
  expect(() => scoreOf(() => JSON.parse("3"))(x)).toThrow("scoreOf: the energy returned 3, not a tensor");
});
