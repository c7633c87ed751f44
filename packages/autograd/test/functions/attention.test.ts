import { describe, expect, test } from "vitest";
import { attention, flip, nn, random, type Tensor } from "../../src/index.ts";
import { expectTensorsNear } from "../support/closeness.ts";
import { indexed } from "../support/definitions.ts";

const normal = (seed: number, shape: readonly number[]): Tensor =>
  random.normal(random.key(seed), shape, { dtype: "float64" });

describe("attention", () => {
  test("is the mean of the values, weighted by the exponentials of q·k/√d", () => {
    const [q, k, v] = [normal(0, [2, 3, 4]), normal(1, [2, 5, 4]), normal(2, [2, 5, 6])];
    const read = attention(q, k, v);
    expect(read.shape).toEqual([2, 3, 6]);
    for (const [n, i, j] of [
      [0, 0, 0],
      [0, 2, 5],
      [1, 1, 3],
    ] as const) {
      const weights = [0, 1, 2, 3, 4].map((key) => {
        const product = [0, 1, 2, 3].reduce(
          (total, d) => total + indexed(q).at([n, i, d]) * indexed(k).at([n, key, d]),
          0,
        );
        return Math.exp(product / 2);
      });
      const total = weights.reduce((a, b) => a + b, 0);
      const expected = weights.reduce(
        (mean, weight, key) => mean + (weight / total) * indexed(v).at([n, key, j]),
        0,
      );
      expect(indexed(read).at([n, i, j])).toBeCloseTo(expected, 12);
    }
  });

  test("names shapes that do not fit", () => {
    const x = normal(0, [3, 4]);
    expect(() => attention(x, normal(0, [3, 5]), x)).toThrow(
      /^attention: q \[3, 4\], k \[3, 5\], v \[3, 4\]: the last axes of q and k are 4 and 5/,
    );
    expect(() => attention(x, x, normal(0, [2, 4]))).toThrow(/3 keys for 2 values/);
    expect(() => attention(normal(0, [4]), x, x)).toThrow(/give \[\.\.\., queries, d\]/);
  });
});

describe("nn.attention", () => {
  const layer = nn.attention(6, { heads: 3, dtype: "float64" });
  const parameters = layer.init(random.key(1));

  test("moves with its tokens", () => {
    const x = normal(0, [2, 5, 6]);
    expectTensorsNear(
      layer.apply(parameters, flip(x, 1)),
      flip(layer.apply(parameters, x), 1),
      1e-12,
      "flipped",
    );
  });

  test("has heads that are attentions of their own", () => {
    const single = nn.attention(6, { dtype: "float64" });
    const x = normal(0, [2, 5, 6]);
    expect(single.apply(parameters, x).toArray()).not.toEqual(layer.apply(parameters, x).toArray());
    expect(() => nn.attention(6, { heads: 4 })).toThrow(
      /^nn.attention: 6 features do not divide into 4 heads/,
    );
    expect(() => layer.apply(parameters, normal(0, [5, 6]))).toThrow(
      /^nn.attention: x \[5, 6\]; give \[n, tokens, 6\]/,
    );
  });
});
