import { cast, nn, random, type Tensor, tensor, tree, valueAndGrad } from "@scoretape/autograd";
import {
  type Divergence,
  exactScoreMatching,
  type NoiseConditionalDivergence,
  type NoiseConditionalScore,
  noiseConditionalMlp,
  noiseLevelObjective,
  objectiveNames,
  type Score,
  train,
} from "@scoretape/score";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectAllClose, expectClose } from "./support/close.ts";
import { normal } from "./support/normal.ts";
import { runs } from "./support/runs.ts";

const rows = { reduction: "none" } as const;

describe("exactScoreMatching with the divergence of a perceptron", () => {
  test("is the loss by Jacobian-vector products, and so are its gradients", () => {
    fc.assert(
      fc.property(
        fc.nat(1_000_000),
        fc.integer({ min: 1, max: 8 }),
        fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }),
        (seed, d, hidden) => {
          const net = nn.mlp([d, ...hidden, d], { activation: "tanh", dtype: "float64" });
          type Parameters = ReturnType<typeof net.init>;
          const params = net.init(random.key(seed));
          const x = normal(seed, [3, d]);
          const byProducts = (p: Parameters): Tensor => exactScoreMatching((y) => net.apply(p, y), x);
          const byDivergence = (p: Parameters): Tensor =>
            exactScoreMatching((y) => net.apply(p, y), x, { divergence: (y) => net.divergence(p, y) });
          const derivatives = (loss: typeof byProducts): Tensor[] => tree.leaves(valueAndGrad(loss)(params));
          expectAllClose(derivatives(byDivergence), derivatives(byProducts), 1e-11);
        },
      ),
      runs(50),
    );
  });

  test("refuses a divergence that is not one number for each row", () => {
    const score: Score = (x) => x;
    const x = normal(1, [3, 2]);
    expect(() => exactScoreMatching(score, x, { divergence: (y) => y })).toThrow(
      "exactScoreMatching: the divergence maps [3, 2] to [3, 2], not to [3], one number per row",
    );
    expect(() => exactScoreMatching(score, x, { divergence: () => tensor([1, 2, 3]) })).toThrow(
      "exactScoreMatching: the divergence maps float64 to float32",
    );
  });
});

describe("the divergence of noiseConditionalMlp", () => {
  const model = noiseConditionalMlp({ dimension: 3, hidden: [5, 4], frequencies: 2 });
  const params = tree.map((leaf) => cast(leaf, "float64"), model.init(random.key(1)));
  const x = normal(2, [4, 3]);

  test.each([
    ["a number", 0.7],
    ["one for each row", tensor([0.1, 0.5, 2, 30], { dtype: "float64" })],
  ])("is the trace of the Jacobian in x alone: σ is %s", (_, sigma) => {
    const score: Score = (y) => model.apply(params, y, sigma);
    const divergence: Divergence = (y) => model.divergence(params, y, sigma);
    expectClose(
      exactScoreMatching(score, x, { ...rows, divergence }),
      exactScoreMatching(score, x, rows),
      1e-12,
    );
  });

  test("serves the exact objective over noise levels, and no other", () => {
    const single = model.init(random.key(1));
    const score: NoiseConditionalScore = (y, sigma) => model.apply(single, y, sigma);
    const data = random.normal(random.key(3), [9, 3]);
    for (const name of objectiveNames) {
      let calls = 0;
      const divergence: NoiseConditionalDivergence = (y, sigma) => {
        calls += 1;
        return model.divergence(single, y, sigma);
      };
      const objective = noiseLevelObjective(name, [2, 0.5]);
      const value = objective(score, data, random.key(4), divergence).item();
      expect(value).toBeCloseTo(objective(score, data, random.key(4)).item(), 5);
      expect(calls).toBe(name === "exact" ? 1 : 0);
    }
  });

  test("is what a training minimises with, where the model has one", async () => {
    const { init, apply } = model;
    const options = {
      objective: noiseLevelObjective("exact", [2, 0.5]),
      data: random.normal(random.key(5), [40, 3]),
      key: random.key(6),
      steps: 5,
      batchSize: 8,
    };
    let calls = 0;
    const divergence: typeof model.divergence = (...input) => {
      calls += 1;
      return model.divergence(...input);
    };
    const cheap = await train({ ...options, model: { init, apply, divergence } });
    const plain = await train({ ...options, model: { init, apply } });
    expect(calls).toBeGreaterThan(0);
    plain.history.losses.forEach((loss, step) => {
      expect(cheap.history.losses[step]).toBeCloseTo(loss, 4);
    });
  });
});
