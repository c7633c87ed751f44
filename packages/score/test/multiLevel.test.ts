import { add, cos, expandDims, mul, sin, slice, type Tensor, tensor } from "@scoretape/autograd";
import {
  denoisingScoreMatching,
  multiLevelDenoisingScoreMatching,
  multiLevelSlicedScoreMatching,
  type NoiseConditionalScore,
  slicedScoreMatchingVR,
} from "@scoretape/score";
import { describe, expect, test } from "vitest";
import { expectClose } from "./support/close.ts";
import { normal } from "./support/normal.ts";
import { perceptron } from "./support/scores.ts";

const float64 = { dtype: "float64" } as const;
const rows = { reduction: "none" } as const;
const [n, d] = [3, 2];
const [x, z, v] = [normal(1, [n, d]), normal(2, [n, d]), normal(3, [n, d])];
const sigmas = [0.2, 0.7, 3];
const levels = tensor(sigmas, float64);
const field = perceptron(4, d, sin).score;
const score: NoiseConditionalScore = (y, sigma) => mul(field(y), expandDims(cos(sigma), 1));

const row = (y: Tensor, r: number): Tensor => slice(y, [r, 0], [r + 1, d]);
const atLevel = (sigma: number) => (y: Tensor) => score(y, tensor([sigma], float64));

describe("each row has its own level, and σ² is its weight", () => {
  test.each([false, true])("multiLevelDenoisingScoreMatching; control variate: %s", (controlVariate) => {
    const separate = sigmas.map((sigma, r) => {
      const loss = denoisingScoreMatching(atLevel(sigma), row(x, r), row(z, r), sigma, { controlVariate });
      return sigma ** 2 * loss.item();
    });
    const together = multiLevelDenoisingScoreMatching(score, x, z, levels, { controlVariate, ...rows });
    expectClose(together, tensor(separate, float64), 1e-12);
  });

  test("multiLevelSlicedScoreMatching", () => {
    const separate = sigmas.map((sigma, r) => {
      const noisy = add(row(x, r), mul(sigma, row(z, r)));
      return sigma ** 2 * slicedScoreMatchingVR(atLevel(sigma), noisy, row(v, r)).item();
    });
    const together = multiLevelSlicedScoreMatching(score, x, z, levels, v, rows);
    expectClose(together, tensor(separate, float64), 1e-12);
  });
});

describe("a number is the level of all rows, and the score receives it for each", () => {
  const objectives = {
    multiLevelDenoisingScoreMatching: (s: NoiseConditionalScore, sigma: Tensor | number) =>
      multiLevelDenoisingScoreMatching(s, x, z, sigma),
    multiLevelSlicedScoreMatching: (s: NoiseConditionalScore, sigma: Tensor | number) =>
      multiLevelSlicedScoreMatching(s, x, z, sigma, v),
  };
  test.each(Object.entries(objectives))("%s", (_, loss) => {
    const told: (readonly number[])[] = [];
    const spy: NoiseConditionalScore = (y, sigma) => {
      told.push(typeof sigma === "number" ? [] : sigma.shape);
      return score(y, sigma);
    };
    expectClose(loss(spy, 0.7), loss(score, tensor([0.7, 0.7, 0.7], float64)), 1e-14);
    expect(told).toEqual([[n]]);
  });
});
