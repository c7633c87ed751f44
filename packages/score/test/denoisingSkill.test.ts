import { mul, neg, random, type Tensor, type TensorLike, zerosLike } from "@scoretape/autograd";
import { data, denoisingSkill, type LevelSkill, type NoiseConditionalScore } from "@scoretape/score";
import { describe, expect, test } from "vitest";
import { normal } from "./support/normal.ts";

const sigmas = [3, 1, 0.3];
const [training, rows] = [normal(0, [4000, 3]), normal(1, [400, 3])];
const exact: NoiseConditionalScore = (z, sigma) => mul(-1 / (1 + Number(sigma) ** 2), z);

function expectNear({ value, standardError }: LevelSkill, expected: number): void {
  expect(Math.abs(value - expected), `${value} ± ${standardError}, ${expected}`).toBeLessThan(
    4 * standardError + 0.002,
  );
}

describe("denoisingSkill", () => {
  test("on N(0, I) it is that of closed forms: exact, zero and doubled", () => {
    const measured = (score: NoiseConditionalScore) =>
      denoisingSkill(score, sigmas, training, rows, { key: random.key(2) });
    for (const level of measured(exact)) expectNear(level, 1);
    // D(y) = y has the error σ² of a coordinate, the best has σ²/(1 + σ²).
    for (const level of measured((z) => zerosLike(z))) expectNear(level, 1 + level.sigma ** 2);
    for (const level of measured((z, sigma) => mul(2, exact(z, sigma)))) {
      const s = level.sigma ** 2;
      const kept = (1 - s) / (1 + s);
      expectNear(level, ((1 - kept) ** 2 + kept ** 2 * s) * ((1 + s) / s));
    }
  });

  test("exact scores of other sets are better than linear, by more than chance", () => {
    for (const set of [data.eightGaussians, data.moons, data.pinwheel, data.checkerboard]) {
      const own = (seed: number, n: number): Tensor => set.sample(random.key(seed), n);
      const score = (z: Tensor, sigma: TensorLike): Tensor => set.score(z, sigma);
      const [level] = denoisingSkill(score, [0.3], own(0, 1000), own(1, 100), { key: random.key(2) });
      expect((level?.value ?? 1) + 4 * (level?.standardError ?? 1), set.name).toBeLessThan(1);
    }
  });

  test("its standard error is right with few rows that are repeated", () => {
    const trials = Array.from({ length: 60 }, (_, i) => {
      const [level] = denoisingSkill((z) => zerosLike(z), [1], training, normal(100 + i, [20, 3]), {
        key: random.key(i),
        points: 100,
      });
      return level === undefined ? 99 : (level.value - 2) / level.standardError;
    });
    const variance = trials.reduce((sum, z) => sum + z * z, 0) / 60;
    expect(variance).toBeGreaterThan(0.5);
    expect(variance).toBeLessThan(2);
  });

  test.each([
    ["level 1 is 0", () => denoisingSkill(neg, [1, 0], rows, rows, { key: random.key(0) })],
    ["points is 0", () => denoisingSkill(neg, [1], rows, rows, { key: random.key(0), points: 0 })],
  ])("denoisingSkill: %s", (message, mistake) => {
    expect(mistake).toThrow(`denoisingSkill: ${message}`);
  });
});
