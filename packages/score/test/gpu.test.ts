import { random } from "@scoretape/autograd";
import { type GpuProgramBackend, gpu } from "@scoretape/autograd/gpu";
import {
  DivergenceError,
  noiseConditionalMlp,
  noiseLevelObjective,
  objectiveNames,
  train,
} from "@scoretape/score";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { modes } from "../../autograd/test/support/gpu.ts";
import { comparedObjectives, objectiveParity, trainingOf, trainingParity } from "./support/gpuParity.ts";

describe.each(modes)("on $mode", ({ mode }) => {
  let backend: GpuProgramBackend;

  beforeAll(async () => {
    backend = await gpu({ mode, allowSoftware: true });
  });

  afterAll(async () => {
    await backend.dispose();
  });

  test.each(comparedObjectives)(
    "the %s objective has the value and the gradient of the reference",
    async (name) => {
      const { value, gradient, explanation } = await objectiveParity(name, backend);
      expect(value).toBeLessThanOrEqual(1e-5);
      expect(gradient).toBeLessThanOrEqual(1e-5);
      expect(explanation).not.toContain("waits for the device");
    },
  );

  test("a training that diverges says so", async () => {
    const options = {
      model: noiseConditionalMlp({ dimension: 2, hidden: [4] }),
      objective: noiseLevelObjective("denoising", [1]),
      data: random.normal(random.key(1), [30, 2]),
      key: random.key(2),
      steps: 20,
      batchSize: 4,
      validationFraction: 0,
      learningRate: 1e30,
      backend,
    };
    await expect(train(options)).rejects.toThrow(DivergenceError);
  });

  test.each(objectiveNames)(
    "200 steps of training with the %s objective lose as on the reference",
    async (name) => {
      const runs = backend.stats().runs;
      const { steps, losses, validations } = await trainingParity(name, 200, backend);
      expect(backend.stats().runs - runs).toBeGreaterThan(20 * 200);
      expect(steps).toBe(200);
      expect(losses).toBeLessThanOrEqual(1e-4);
      expect(validations).toBeLessThanOrEqual(1e-4);
    },
  );

  test("what a training leaves is here, and trains on", async () => {
    const there = await train({ ...trainingOf("denoising", 3), backend });
    const more = await train({ ...trainingOf("denoising", 5), resume: there });
    expect(more.step).toBe(5);
  });
});
