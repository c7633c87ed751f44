import {
  compile,
  nn as networks,
  type nn,
  random,
  read,
  type Tensor,
  tree,
  valueAndGrad,
} from "@scoretape/autograd";
import { type GpuProgramBackend, gpu } from "@scoretape/autograd/gpu";
import {
  DivergenceError,
  denoisingScoreMatching,
  exactScoreMatching,
  geometricSchedule,
  noiseConditionalMlp,
  noiseLevelObjective,
  objectiveNames,
  probes,
  type Score,
  slicedScoreMatching,
  slicedScoreMatchingVR,
  train,
} from "@scoretape/score";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { modes } from "../../autograd/test/support/gpu.ts";

type Parameters = readonly nn.DenseParams[];

const key = random.key(3);
const net = networks.mlp([2, 12, 2], { activation: "softplus" });
const parameters = net.init(random.foldIn(key, 0));
const x = random.normal(random.foldIn(key, 1), [24, 2]);

const objectives: Readonly<Record<string, (score: Score, x: Tensor, k: Tensor) => Tensor>> = {
  exact: (score, y) => exactScoreMatching(score, y),
  sliced: (score, y, k) => slicedScoreMatching(score, y, probes.gaussian(k, y.shape)),
  "variance-reduced sliced": (score, y, k) => slicedScoreMatchingVR(score, y, probes.rademacher(k, y.shape)),
  denoising: (score, y, k) => denoisingScoreMatching(score, y, random.normal(k, y.shape), 0.3),
};

/** The largest relative difference of two lists. */
function difference(actual: readonly number[], expected: readonly number[]): number {
  expect(actual.length).toBe(expected.length);
  return Math.max(...expected.map((value, i) => Math.abs((actual[i] ?? Number.NaN) / value - 1)));
}

describe.each(modes)("on $mode", ({ mode }) => {
  let backend: GpuProgramBackend;

  beforeAll(async () => {
    backend = await gpu({ mode, allowSoftware: true });
  });

  afterAll(async () => {
    await backend.dispose();
  });

  test.each(Object.entries(objectives))(
    "the %s objective has the value and the gradient of eager ops",
    async (_, f) => {
      const loss = (p: Parameters, y: Tensor, k: Tensor): Tensor => f((z) => net.apply(p, z), y, k);
      const both = valueAndGrad(loss);
      const compiled = compile((p: Parameters, y: Tensor, k: Tensor) => both(p, y, k), { backend });
      const [value, gradient] = await read(await compiled(parameters, x, key));
      const [expected, slope] = both(parameters, x, key);
      expect(Math.abs(value.item() - expected.item())).toBeLessThanOrEqual(1e-5 * Math.abs(expected.item()));
      const expectedSlopes = tree.leaves(slope).flatMap(({ data }) => [...data]);
      const scale = Math.max(...expectedSlopes.map(Math.abs));
      tree
        .leaves(gradient)
        .flatMap(({ data }) => [...data])
        .forEach((actual, i) => {
          expect(Math.abs(actual - (expectedSlopes[i] ?? Number.NaN))).toBeLessThanOrEqual(1e-5 * scale);
        });
      expect(compiled.explain(parameters, x, key)).not.toContain("waits for the device");
      compiled.dispose();
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
    "200 steps of training with the %s objective lose as in WebAssembly",
    async (name) => {
      // One objective goes the whole way in software.
      const steps = mode === "webasm" || name === "sliced-vr" ? 200 : 20;
      const options = {
        model: noiseConditionalMlp({ dimension: 2, hidden: [8] }),
        objective: noiseLevelObjective(name, geometricSchedule(2, 0.5, 3)),
        data: random.normal(random.key(1), [60, 2]),
        key: random.key(2),
        batchSize: 16,
        validateEvery: 50,
        checkpointEvery: 1000,
        steps,
      };
      const runs = backend.stats().runs;
      const there = await train({ ...options, backend });
      const here = await train(options);
      expect(backend.stats().runs - runs).toBeGreaterThan(20 * steps);
      expect(difference(there.history.losses, here.history.losses)).toBeLessThanOrEqual(1e-4);
      const validations = ({ history }: typeof here): number[] => history.validation.map(({ loss }) => loss);
      expect(difference(validations(there), validations(here))).toBeLessThanOrEqual(1e-4);
      // What comes back is here, and trains on.
      const more = await train({ ...options, steps: steps + 2, resume: there });
      expect(more.step).toBe(steps + 2);
    },
  );
});
