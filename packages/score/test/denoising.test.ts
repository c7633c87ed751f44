import { readFileSync } from "node:fs";
import { jvp, mul, neg, sin, slice, type Tensor, tensor } from "@scoretape/autograd";
import { denoisingScoreMatching } from "@scoretape/score";
import { describe, expect, test } from "vitest";
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

describe("the control variate for the minimiser on N(0, I)", () => {
  // With s(x) = −a·x a row is, per coordinate, a quadratic form in the independent normals x and z plus a
  // constant, αx² + βxz + γz², and so is its derivative by a. Its variance is 2α² + β² + 2γ².
  type Form = readonly [alpha: number, beta: number, gamma: number];
  const varianceOf = ([alpha, beta, gamma]: Form): number => 2 * alpha ** 2 + beta ** 2 + 2 * gamma ** 2;
  const forms = (a: number, sigma: number) => {
    const slope = 1 / sigma - a * sigma;
    return {
      plain: [a ** 2 / 2, -a * slope, slope ** 2 / 2] as Form,
      reduced: [a ** 2 / 2, a ** 2 * sigma, (slope ** 2 - 1 / sigma ** 2) / 2] as Form,
      plainGradient: [a, 2 * a * sigma - 1 / sigma, a * sigma ** 2 - 1] as Form,
      reducedGradient: [a, 2 * a * sigma, a * sigma ** 2 - 1] as Form,
    };
  };
  const sigmas = [0.01, 0.1, 1];
  const optimum = (sigma: number): number => 1 / (1 + sigma ** 2);
  const d = 3;
  const [x, z] = [normal(21, [20_000, d]), normal(22, [20_000, d])];

  test.each(sigmas)("the measured variances are those of the quadratic forms: σ = %d", (sigma) => {
    const a = tensor(optimum(sigma), float64);
    const { plain, reduced, plainGradient, reducedGradient } = forms(optimum(sigma), sigma);
    for (const [controlVariate, value, gradient] of [
      [false, plain, plainGradient],
      [true, reduced, reducedGradient],
    ] as const) {
      const loss = (factor: Tensor): Tensor =>
        denoisingScoreMatching((y) => mul(neg(factor), y), x, z, sigma, { controlVariate, ...rows });
      const [values, slopes] = jvp(loss, [a], [tensor(1, float64)]);
      for (const [sample, form] of [
        [values, value],
        [slopes, gradient],
      ] as const) {
        const { variance, varianceError } = momentsOf(sample.data);
        expect(Math.abs(variance - d * varianceOf(form))).toBeLessThan(4.5 * varianceError);
      }
    }
  });

  test("the table in the README holds their ratios", () => {
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
    for (const sigma of sigmas) {
      const { plain, reduced, plainGradient, reducedGradient } = forms(optimum(sigma), sigma);
      const ratios = [
        varianceOf(plain) / varianceOf(reduced),
        varianceOf(plainGradient) / varianceOf(reducedGradient),
      ];
      const cells = ratios.map((ratio) => ratio.toLocaleString("en", { maximumSignificantDigits: 2 }));
      expect(readme).toContain(`| ${[sigma, ...cells].join(" | ")} |`);
    }
  });
});
