import {
  add,
  capture,
  jacobian,
  mul,
  neg,
  nn,
  random,
  square,
  sum,
  type Tensor,
  tensor,
} from "@scoretape/autograd";
import { exactScoreMatching, scoreOf } from "@scoretape/score";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectAllClose, expectClose } from "./support/close.ts";
import { normal } from "./support/normal.ts";
import { runs } from "./support/runs.ts";
import { cases, dataIn, example, scoreIn } from "./support/scores.ts";

/** tr ∂sᵣ/∂xᵣ of each row r, read off the whole Jacobian of the batch, by rows. */
function tracesOf(score: (x: Tensor) => Tensor, x: Tensor): Tensor {
  const [n = 0, d = 0] = x.shape;
  const J = jacobian(score, { mode: "reverse" })(x);
  const at = (r: number, i: number): number => J.data[((r * d + i) * n + r) * d + i] ?? Number.NaN;
  return tensor(
    Array.from({ length: n }, (_, r) =>
      Array.from({ length: d }, (_, i) => at(r, i)).reduce((total, value) => total + value, 0),
    ),
    { dtype: "float64" },
  );
}

describe("exactScoreMatching", () => {
  test("is ½‖s‖² plus the trace of the Jacobian, row by row", () => {
    fc.assert(
      fc.property(cases(), (c) => {
        const { score } = scoreIn(c);
        const x = dataIn(c);
        const expected = add(mul(0.5, sum(square(score(x)), { axis: 1 })), tracesOf(score, x));
        expectClose(exactScoreMatching(score, x, { reduction: "none" }), expected, 1e-12);
      }),
      runs(50),
    );
  });

  test("does not depend on the chunk, nor do its gradients", () => {
    fc.assert(
      fc.property(cases(), fc.integer({ min: 1, max: 9 }), (c, chunk) => {
        const { valueAndGradients } = scoreIn(c);
        const x = dataIn(c);
        const whole = valueAndGradients((score) => exactScoreMatching(score, x, { chunk: c.d }));
        const parts = valueAndGradients((score) => exactScoreMatching(score, x, { chunk }));
        expectAllClose(parts, whole, 1e-12);
      }),
      runs(50),
    );
  });

  test("has gradients through chunks that are those of a quadratic energy in closed form", () => {
    // E = ½k‖x‖²: the loss is ½k²‖x‖² − kd, its derivative by k is k‖x‖² − d.
    const x = normal(1, [3, 5]);
    const { valueAndGradients } = example(tensor(0.7, { dtype: "float64" }), (k) =>
      scoreOf((y) => mul(mul(0.5, k), sum(square(y), { axis: 1 }))),
    );
    const [value, gradient] = valueAndGradients((score) => exactScoreMatching(score, x, { chunk: 2 }));
    const squared = sum(square(x)).item() / 3;
    expect(value?.item()).toBeCloseTo(0.5 * 0.49 * squared - 0.7 * 5, 12);
    expect(gradient?.item()).toBeCloseTo(0.7 * squared - 5, 12);
  });

  test("takes a divergence at its word: the score is evaluated once, along no direction", () => {
    const x = normal(2, [4, 3]);
    const words = tensor([7, -1, 0, 2], { dtype: "float64" });
    const energies = mul(0.5, sum(square(x), { axis: 1 }));
    const told = exactScoreMatching((y) => [neg(y), words], x, { reduction: "none" });
    expectClose(told, add(energies, words), 1e-14);
    expect(exactScoreMatching((y) => [neg(y), words], x).item()).not.toBeCloseTo(
      exactScoreMatching(neg, x).item(),
      3,
    );
    const products = (d: number): number => {
      const net = nn.mlp([d, 8, d]);
      const parameters = net.init(random.key(d));
      const loss = capture((y: Tensor) =>
        exactScoreMatching((z) => net.applyWithDivergence(parameters, z), y),
      );
      return loss(random.normal(random.key(1), [4, d])).equations.filter(({ op }) => op === "matmul").length;
    };
    expect([products(3), products(30)]).toEqual([products(2), products(2)]);
  });
});
