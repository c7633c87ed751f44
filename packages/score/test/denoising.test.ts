import { sin, slice, type Tensor, tensor } from "@scoretape/autograd";
import { denoisingScoreMatching } from "@scoretape/score";
import { describe, expect, test } from "vitest";
import { expectClose } from "./support/close.ts";
import { normal } from "./support/normal.ts";
import { perceptron } from "./support/scores.ts";
import { momentsOf } from "./support/statistics.ts";

const float64 = { dtype: "float64" } as const;
const rows = { reduction: "none" } as const;

describe("the control variate", () => {
  const d = 3;
  const [x, z] = [normal(1, [2000, d]), normal(2, [2000, d])];
  const { score, valueAndGradients } = perceptron(3, d, sin);

  test.each([0.3, 0.1, 0.01])("leaves the expectation and cuts the variance: σ = %d", (sigma) => {
    const plain = momentsOf(denoisingScoreMatching(score, x, z, sigma, rows).data);
    const reduced = momentsOf(
      denoisingScoreMatching(score, x, z, sigma, { ...rows, controlVariate: true }).data,
    );
    const standardError = Math.hypot(plain.meanError, reduced.meanError);
    expect(Math.abs(plain.mean - reduced.mean)).toBeLessThan(4.5 * standardError);
    // Plain, it grows as d/(2σ⁴) when σ → 0; with the variate it does not grow.
    expect(plain.variance).toBeGreaterThan(0.5 * (d / (2 * sigma ** 4)));
    expect(reduced.variance).toBeLessThan(4);
  });

  test("cuts the variance of the gradient too", () => {
    const sigma = 0.01;
    const gradientsOf = (controlVariate: boolean): number[] =>
      Array.from({ length: 200 }, (_, r) => {
        const row = (y: Tensor): Tensor => slice(y, [r, 0], [r + 1, d]);
        const [, gradient] = valueAndGradients((s) =>
          denoisingScoreMatching(s, row(x), row(z), sigma, { controlVariate }),
        );
        return gradient?.data[0] ?? Number.NaN;
      });
    const [plain, reduced] = [momentsOf(gradientsOf(false)), momentsOf(gradientsOf(true))];
    expect(reduced.variance).toBeLessThan(plain.variance / 100);
  });
});

describe("sigma and the weight", () => {
  const d = 2;
  const [x, z] = [normal(11, [3, d]), normal(12, [3, d])];
  const { score } = perceptron(13, d, sin);
  const row = (y: Tensor, r: number): Tensor => slice(y, [r, 0], [r + 1, d]);
  const sigmas = [0.2, 0.7, 3];

  test.each([false, true])("each row has its own; control variate: %s", (controlVariate) => {
    const weights = [2, 0, 0.5];
    const together = denoisingScoreMatching(score, x, z, tensor(sigmas, float64), {
      controlVariate,
      weight: tensor(weights, float64),
      ...rows,
    });
    const separate = sigmas.map((sigma, r) =>
      denoisingScoreMatching(score, row(x, r), row(z, r), sigma, {
        controlVariate,
        weight: weights[r] ?? 0,
      }).item(),
    );
    expectClose(together, tensor(separate, float64), 1e-12);
  });
});
