import { cast, nn, random, sum, type Tensor, tensor, tree, valueAndGrad } from "@scoretape/autograd";
import {
  exactScoreMatching,
  type NoiseConditionalScore,
  type NoiseConditionalScoreWithDivergence,
  noiseConditionalMlp,
  noiseLevelObjective,
  objectiveNames,
  type Score,
  type ScoreWithDivergence,
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
            exactScoreMatching((y) => net.applyWithDivergence(p, y), x);
          const derivatives = (loss: typeof byProducts): Tensor[] => tree.leaves(valueAndGrad(loss)(params));
          expectAllClose(derivatives(byDivergence), derivatives(byProducts), 1e-11);
        },
      ),
      runs(50),
    );
  });

  test("refuses a score or a divergence that does not fit the data", () => {
    const x = normal(1, [3, 2]);
    const loss = (score: ScoreWithDivergence) => () => exactScoreMatching(score, x);
    expect(loss((y) => [y, y])).toThrow(
      "exactScoreMatching: the divergence maps [3, 2] to [3, 2], not to [3], one number per row",
    );
    expect(loss((y) => [y, tensor([1, 2, 3])])).toThrow(
      "exactScoreMatching: the divergence maps float64 to float32",
    );
    expect(loss((y) => [sum(y), y])).toThrow("exactScoreMatching: the score maps [3, 2] to []");
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
    const withDivergence: ScoreWithDivergence = (y) => model.applyWithDivergence(params, y, sigma);
    expectClose(withDivergence(x)[0], score(x), 0);
    expectClose(exactScoreMatching(withDivergence, x, rows), exactScoreMatching(score, x, rows), 1e-12);
  });

  test("serves the exact objective over noise levels, and no other", () => {
    const single = model.init(random.key(1));
    const score: NoiseConditionalScore = (y, sigma) => model.apply(single, y, sigma);
    const data = random.normal(random.key(3), [9, 3]);
    for (const name of objectiveNames) {
      let calls = 0;
      const withDivergence: NoiseConditionalScoreWithDivergence = (y, sigma) => {
        calls += 1;
        return model.applyWithDivergence(single, y, sigma);
      };
      const objective = noiseLevelObjective(name, [2, 0.5]);
      const value = objective(score, data, random.key(4), withDivergence).item();
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
    const applyWithDivergence: typeof model.applyWithDivergence = (...input) => {
      calls += 1;
      return model.applyWithDivergence(...input);
    };
    const cheap = await train({ ...options, model: { init, apply, applyWithDivergence } });
    const plain = await train({ ...options, model: { init, apply } });
    expect(calls).toBeGreaterThan(0);
    plain.history.losses.forEach((loss, step) => {
      expect(cheap.history.losses[step]).toBeCloseTo(loss, 4);
    });
  });
});
