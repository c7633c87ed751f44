import { readFileSync } from "node:fs";
import { mean, random, tensor, zeros } from "@scoretape/autograd";
import { data, heldOutLogLikelihood } from "@scoretape/score";
import { loadModel, restored } from "@scoretape/score/model";
import { describe, expect, test } from "vitest";
import { errorsByLevel } from "../src/model/byLevel.ts";
import { split } from "../src/train/batches.ts";

describe("of large tables", () => {
  test("the kernel density leaves out only what is lost", () => {
    const set = data.eightGaussians;
    const [training, rows] = [set.sample(random.key(0), 6000), set.sample(random.key(1), 50)];
    const levels = { sigmaMin: 0.02, sigmaMax: 3, key: random.key(2) };
    const found = heldOutLogLikelihood((z, sigma) => set.score(z, sigma), training, rows, levels);
    const kernels = data.fromRows(training, ["x", "y"]).logDensity(rows, found.bandwidth);
    expect(found.logLikelihood.kde.value).toBeCloseTo(mean(kernels).item(), 6);
  });

  test("at most 16,384 of the rows held out are validated on, and none of them is learned from", () => {
    const { training, validation } = split(zeros([100_000, 1]), 0.5, random.key(0));
    const held = new Set(validation);
    expect([training.length, validation?.length, held.size]).toEqual([50_000, 16_384, 16_384]);
    expect(training.some((row) => held.has(row))).toBe(false);
    expect(split(zeros([1000, 1]), 0.6, random.key(0)).validation).toHaveLength(600);
  });

  test.each([
    ["more rows than points", 3000],
    ["few rows, which are repeated", 30],
  ])("the denoising loss of a level is within its standard error of another draw's: %s", (_, count) => {
    const model = loadModel(readFileSync(new URL("./fixtures/version2/model.safetensors", import.meta.url)));
    const { columns, standardization } = model.description;
    const losses = Array.from({ length: 24 }, (_, seed) => {
      const key = random.key(seed);
      const values = restored(standardization, random.normal(random.foldIn(key, 0), [count, columns.length]));
      return errorsByLevel(model, { columns, set: null, values }, random.foldIn(key, 1)).at(-1);
    });
    const values = tensor(losses.map((level) => level?.denoisingLoss ?? Number.NaN));
    const center = mean(values).item();
    const deviation = Math.sqrt(
      losses.reduce((sum, level) => sum + ((level?.denoisingLoss ?? 99) - center) ** 2, 0) / 23,
    );
    const told = losses.reduce((sum, level) => sum + (level?.standardError ?? 99), 0) / 24;
    // A deviation of 24 values is within a third of itself by two standard errors.
    expect(deviation / told).toBeGreaterThan(0.6);
    expect(deviation / told).toBeLessThan(1.5);
  });
});
