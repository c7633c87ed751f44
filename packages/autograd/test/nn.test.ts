import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  add,
  capture,
  checkGradients,
  cos,
  matmul,
  mean,
  nn,
  random,
  reshape,
  type Tensor,
  tanh,
  tensor,
  tree,
  variance,
} from "../src/index.ts";

const runs = Number(process.env.SCORETAPE_RUNS ?? 50);
const float64 = { dtype: "float64" } as const;

describe("nn.dense", () => {
  test("is x·W + b for any number of leading axes", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 4 }),
        (leading, inputs, outputs) => {
          const layer = nn.dense(inputs, outputs, { dtype: "float64" });
          const params = {
            weight: layer.init(random.key(1)).weight,
            bias: random.normal(random.key(2), [outputs], float64),
          };
          const x = random.normal(random.key(3), [...leading, inputs], float64);
          const y = layer.apply(params, x);
          expect(y.shape).toEqual([...leading, outputs]);
          const rows = add(matmul(reshape(x, [x.size / inputs, inputs]), params.weight), params.bias);
          expect(y.data).toEqual(rows.data);
        },
      ),
      { seed: 1, numRuns: runs },
    );
  });

  test("init depends on the key alone", () => {
    const layer = nn.dense(3, 4);
    const [one, two] = [layer.init(random.key(1)), layer.init(random.key(2))];
    expect(one.weight.shape).toEqual([3, 4]);
    expect(one.weight.dtype).toBe("float32");
    expect(layer.init(random.key(1)).weight.data).toEqual(one.weight.data);
    expect(two.weight.data).not.toEqual(one.weight.data);
    expect([...one.bias.data]).toEqual([0, 0, 0, 0]);
  });

  test("errors name the layer and both shapes", () => {
    const layer = nn.dense(3, 4);
    const params = layer.init(random.key(0));
    expect(() => layer.apply(params, tensor([[1, 2]]))).toThrow(
      "nn.dense: x [1, 2] does not fit weight [3, 4]: its last axis is 2; give [..., 3]",
    );
    expect(() => layer.apply(params, tensor(1))).toThrow(/a scalar has no last axis/);
    expect(() => layer.apply({ ...params, bias: tensor([1]) }, tensor([1, 2, 3]))).toThrow(
      "nn.dense: bias is [1], not [4]",
    );
    expect(() => nn.dense(0, 4)).toThrow("nn.dense: width 0; widths are whole numbers from 1");
    expect(() => nn.dense(2, 1.5)).toThrow(/width 1\.5/);
  });
});

describe("nn.mlp", () => {
  const widths = [2, 5, 3, 2];

  test("activates the hidden layers and leaves the last one linear", () => {
    const net = nn.mlp(widths, { activation: "tanh", dtype: "float64" });
    const params = net.init(random.key(4));
    expect(params.map(({ weight, bias }) => [weight.shape, bias.shape])).toEqual([
      [[2, 5], [5]],
      [[5, 3], [3]],
      [[3, 2], [2]],
    ]);
    const x = random.normal(random.key(5), [7, 2], float64);
    const [first, second, third] = params;
    if (!first || !second || !third) throw new Error("three layers");
    const affine = ({ weight, bias }: nn.DenseParams, values: Tensor): Tensor =>
      add(matmul(values, weight), bias);
    const expected = affine(third, tanh(affine(second, tanh(affine(first, x)))));
    expect(net.apply(params, x).data).toEqual(expected.data);
  });

  test("layers are drawn from different keys", () => {
    const params = nn.mlp([3, 3, 3]).init(random.key(0));
    expect(params[0]?.weight.data).not.toEqual(params[1]?.weight.data);
  });

  test("every named activation, and a function, has right derivatives to second order", () => {
    const names: nn.ActivationName[] = ["softplus", "tanh", "relu", "silu", "gelu", "sigmoid", "sin"];
    for (const activation of [...names, cos]) {
      const net = nn.mlp([2, 3, 2], { activation, dtype: "float64" });
      const params = net.init(random.key(6));
      const x = random.normal(random.key(7), [3, 2], float64);
      checkGradients(net.apply, [params, x]);
    }
  });

  test("init and apply can be captured", () => {
    const net = nn.mlp(widths);
    const x = random.normal(random.key(8), [4, 2]);
    const program = capture((key: Tensor, y: Tensor) => net.apply(net.init(key), y))(random.key(9), x);
    const [replayed] = program.replay([random.key(10), x]);
    expect(replayed?.data).toEqual(net.apply(net.init(random.key(10)), x).data);
  });

  test("errors name the layer and what to give", () => {
    const net = nn.mlp(widths);
    const params = net.init(random.key(0));
    const x = tensor([[1, 2]]);
    expect(() => net.apply(params, tensor([[1, 2, 3]]))).toThrow(
      "nn.mlp: layer 0: x [1, 3] does not fit weight [2, 5]",
    );
    expect(() => net.apply(params.slice(0, 2), x)).toThrow(
      /widths \[2, 5, 3, 2\] need params of 3 layers, got 2/,
    );
    expect(() => net.apply([...params, ...params], x)).toThrow(/need params of 3 layers, got 6/);
    expect(() => nn.mlp([2, 4, 3, 2]).apply(params, x)).toThrow(
      "nn.mlp: layer 0: weight is [2, 5], not [2, 4]",
    );
    expect(() => nn.mlp([2])).toThrow(/at least an input and an output width/);
    const wrong = JSON.parse('{ "activation": "toString" }');
    expect(() => nn.mlp([2, 2], wrong)).toThrow(/no activation "toString"; choose softplus, tanh/);
  });
});

describe("initializers", () => {
  const shape = [200, 50];
  const [fanIn, fanOut] = [200, 50];
  const table: [string, nn.Initializer, number, "normal" | "uniform"][] = [
    ["glorotUniform", nn.glorotUniform, 2 / (fanIn + fanOut), "uniform"],
    ["glorotNormal", nn.glorotNormal, 2 / (fanIn + fanOut), "normal"],
    ["heUniform", nn.heUniform, 2 / fanIn, "uniform"],
    ["heNormal", nn.heNormal, 2 / fanIn, "normal"],
    ["lecunUniform", nn.lecunUniform, 1 / fanIn, "uniform"],
    ["lecunNormal", nn.lecunNormal, 1 / fanIn, "normal"],
  ];
  test.each(table)("%s has its variance and its distribution", (_, initializer, expected, distribution) => {
    const weight = initializer(random.key(3), shape, float64);
    const n = weight.size;
    // The relative variance of a variance estimate is (kurtosis − 1)/n: 2/n normal, 0.8/n uniform.
    const deviation = Math.sqrt((distribution === "normal" ? 2 : 0.8) / n);
    expect(Math.abs(variance(weight).item() / expected - 1)).toBeLessThan(4.5 * deviation);
    expect(Math.abs(mean(weight).item())).toBeLessThan(4.5 * Math.sqrt(expected / n));
    const largest = Math.max(...weight.data.map(Math.abs)) / Math.sqrt(3 * expected);
    if (distribution === "uniform") {
      expect(largest).toBeLessThanOrEqual(1 + 1e-12);
      expect(largest).toBeGreaterThan(0.99);
    } else {
      expect(largest).toBeGreaterThan(1.5);
    }
  });

  test("zeros makes a net that starts at 0", () => {
    const net = nn.dense(3, 2, { initializer: nn.zeros });
    const params = net.init(random.key(0));
    expect(tree.leaves(params).every(({ data }) => data.every((value) => value === 0))).toBe(true);
  });

  test("a weight needs fans", () => {
    expect(() => nn.heNormal(random.key(0), [3])).toThrow(
      /nn\.heNormal: a weight of shape \[3\] has no fans/,
    );
  });
});
