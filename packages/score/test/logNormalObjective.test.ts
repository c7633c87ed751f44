import { add, div, expandDims, mul, neg, random, square, sub, type Tensor } from "@scoretape/autograd";
import { logNormalObjective, type NoiseConditionalScore, objectiveNames } from "@scoretape/score";
import { describe, expect, test } from "vitest";

const x = mul(2, random.normal(random.key(0), [4000, 3]));

describe("logNormalObjective", () => {
  test("is the square error of D over c_out², a coordinate", () => {
    const objective = logNormalObjective("denoising", { mean: 0.3, deviation: 0.5, dataDeviation: 2 });
    const seen: { y: Tensor; sigma: Tensor }[] = [];
    const score: NoiseConditionalScore = (y, sigma) => {
      if (typeof sigma === "number") throw new Error("one level for each row");
      seen.push({ y, sigma });
      return mul(y, 0.25);
    };
    const value = objective(score, x, random.key(1)).item();
    const [{ y, sigma } = { y: x, sigma: x }] = seen;
    let total = 0;
    let [mean, meanSquare] = [0, 0];
    sigma.data.forEach((level, row) => {
      mean += Math.log(level) / 4000;
      meanSquare += Math.log(level) ** 2 / 4000;
      const [variance, data] = [level ** 2, 4];
      for (let j = 0; j < 3; j++) {
        const noisy = y.data[3 * row + j] ?? Number.NaN;
        const error = noisy + variance * 0.25 * noisy - (x.data[3 * row + j] ?? Number.NaN);
        total += (error ** 2 * (variance + data)) / (variance * data) / 3 / 4000;
      }
    });
    expect(value / total).toBeCloseTo(1, 4);
    expect(Math.abs(mean - 0.3)).toBeLessThan(4 * (0.5 / Math.sqrt(4000)));
    expect(Math.abs(Math.sqrt(meanSquare - mean ** 2) - 0.5)).toBeLessThan(4 * (0.5 / Math.sqrt(8000)));
  });

  // E ‖s‖² and E tr J are known for a linear score of normal data: the objectives differ by what no score changes.
  test("every objective prefers the score of the noisy data", () => {
    const optimum: NoiseConditionalScore = (y, sigma) => div(neg(y), expandDims(add(4, square(sigma)), 1));
    const narrower: NoiseConditionalScore = (y, sigma) => div(neg(y), expandDims(add(2, square(sigma)), 1));
    for (const name of objectiveNames) {
      const objective = logNormalObjective(name, { dataDeviation: 2, mean: 0 });
      const gap = sub(objective(narrower, x, random.key(2)), objective(optimum, x, random.key(2))).item();
      expect(gap).toBeGreaterThan(0);
    }
  });

  test.each([
    ["mean is NaN", { mean: Number.NaN }],
    ["deviation is 0", { deviation: 0 }],
    ["dataDeviation is -1", { dataDeviation: -1 }],
  ])("%s is refused", (message, options) => {
    expect(() => logNormalObjective("denoising", options)).toThrow(`logNormalObjective: ${message}`);
  });
});
