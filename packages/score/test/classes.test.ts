import { random, type Tensor, tensor, tree } from "@scoretape/autograd";
import { logNormalObjective, noiseConditionalUnet, selected, train } from "@scoretape/score";
import { describe, expect, test } from "vitest";

describe("a training with classes", () => {
  // One class is bright, the other dark.
  const data = tensor(
    Array.from({ length: 64 }, (_, i) => (i % 2 === 0 ? 1 : -1)).flatMap((value) =>
      new Array<number>(16).fill(value),
    ),
    { shape: [64, 16] },
  );
  const classes = {
    labels: tensor(
      Array.from({ length: 64 }, (_, i) => i % 2),
      { dtype: "uint32" },
    ),
    none: 2,
  };
  const model = noiseConditionalUnet({ image: [4, 4, 1], classes: 2, channels: [8, 8], features: 8 });
  const training = {
    model,
    objective: logNormalObjective("denoising", { mean: 0, dataDeviation: 1 }),
    data,
    classes,
    key: random.key(1),
    steps: 150,
    batchSize: 32,
    beta2: 0.99,
    validateEvery: 150,
  };

  test("learns the score of each class, and that of none", async () => {
    const state = await train(training);
    const parameters = selected(state);
    const sigma = 3;
    const x = tensor(new Array<number>(16).fill(0), { shape: [1, 16] });
    const denoised = (...condition: Tensor[]): number => {
      const score = model.apply(parameters, x, sigma, ...condition);
      return [...score.data].reduce((total, value) => total + sigma * sigma * value, 0) / 16;
    };
    const of = (label: number): number => denoised(tensor([label], { dtype: "uint32" }));
    expect(of(0)).toBeGreaterThan(0.7);
    expect(of(1)).toBeLessThan(-0.7);
    expect(Math.abs(denoised())).toBeLessThan(0.4);
  });

  test("goes on to the same bits", async () => {
    const short = { ...training, steps: 6, validateEvery: 3, learningRate: 0.01 };
    const whole = await train(short);
    const half = await train({ ...short, steps: 3 });
    const resumed = await train({ ...short, resume: half });
    expect(tree.leaves(resumed.parameters).map(({ data: values }) => [...values])).toEqual(
      tree.leaves(whole.parameters).map(({ data: values }) => [...values]),
    );
  });

  test.each([
    ["classes.labels is float32 [64]", { ...classes, labels: tensor(new Array<number>(64).fill(0)) }],
    ["classes.labels is uint32 [2]", { ...classes, labels: tensor([0, 1], { dtype: "uint32" }) }],
    ["classes.none is 0", { ...classes, none: 0 }],
    [
      "classes.labels[0] is 7; classes run from 0 to 2",
      { ...classes, labels: tensor(new Array<number>(64).fill(7), { dtype: "uint32" }) },
    ],
    ["classes.none is 0.5", { ...classes, none: 0.5 }],
    ["classes.dropout is 2", { ...classes, dropout: 2 }],
  ])("%s is refused", async (message, wrong) => {
    await expect(train({ ...training, classes: wrong })).rejects.toThrow(`train: ${message}`);
  });
});
