import { concat, mean, mul, random, slice, type Tensor, tensor } from "@scoretape/autograd";
import { data, kernelBandwidth } from "@scoretape/score";
import { describe, expect, test } from "vitest";
import { normal } from "./support/normal.ts";

/** The mean log likelihood of each row under the others blurred by h. */
function leftOut(x: Tensor, h: number): number {
  const [n = 0, d = 0] = x.shape;
  const columns = Array.from({ length: d }, (_, i) => `x${i}`);
  const of = (i: number): number => {
    const others = concat([slice(x, [0, 0], [i, d]), slice(x, [i + 1, 0], [n, d])], 0);
    return data
      .fromRows(others, columns)
      .logDensity(slice(x, [i, 0], [i + 1, d]), h)
      .item();
  };
  return Array.from({ length: n }, (_, i) => of(i)).reduce((sum, value) => sum + value, 0) / n;
}

describe("kernelBandwidth", () => {
  test.each([1, 2, 5])("no other bandwidth makes the rows that are left out more likely, d = %i", (d) => {
    const x = normal(d, [30, d]);
    const h = kernelBandwidth(x);
    const best = leftOut(x, h);
    for (const factor of [0.3, 0.7, 0.95, 1.05, 1.4, 3]) expect(leftOut(x, h * factor)).toBeLessThan(best);
    expect(best - leftOut(x, h * 1.001)).toBeLessThan(1e-4);
  });

  test("it has the unit of the rows", () => {
    const x = normal(7, [40, 2]);
    expect(kernelBandwidth(mul(1000, x)) / kernelBandwidth(x)).toBeCloseTo(1000, 0);
  });

  test("rows that repeat make it the least that may be", () => {
    const x = normal(8, [20, 2]);
    expect(kernelBandwidth(concat([x, x], 0), { least: 0.05 })).toBeCloseTo(0.05, 10);
  });

  test("fresh rows are about as likely as under the truth, of a normal distribution", () => {
    const set = data.gaussian({ mean: [0, 0] });
    const x = set.sample(random.key(0), 800);
    const fresh = set.sample(random.key(1), 400);
    const estimate = mean(data.fromRows(x, ["a", "b"]).logDensity(fresh, kernelBandwidth(x))).item();
    expect(Math.abs(estimate - mean(set.logDensity(fresh)).item())).toBeLessThan(0.06);
  });

  test.each([
    ["one row has no others", () => kernelBandwidth(tensor([[1, 2]]))],
    ["all rows of x are equal", () => kernelBandwidth(tensor([[1], [1]]))],
    ["least is 0", () => kernelBandwidth(tensor([[1], [2]]), { least: 0 })],
  ])("kernelBandwidth: %s", (message, mistake) => {
    expect(mistake).toThrow(message);
    expect(mistake).toThrow(/^kernelBandwidth: /);
  });
});
