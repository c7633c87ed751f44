import { add, matmul, mul, random, tanh, tensor, transpose } from "@scoretape/autograd";
import { probes, slicedScoreMatching, slicedScoreMatchingVR } from "@scoretape/score";
import { describe, expect, test } from "vitest";
import { measureDifferences } from "../src/lab/estimators/differences.ts";
import type { Parameters } from "../src/lab/estimators/subject.ts";
import { momentsOf, varianceOfForm } from "../src/lab/estimators/theory.ts";

const d = 4;
const jacobian = random.normal(random.key(0), [d, d], { dtype: "float64" });
const offset = random.normal(random.key(1), [d], { dtype: "float64" });
/** A linear score, whose Jacobian is not symmetric. */
const score = (x: ReturnType<typeof tensor>) => add(matmul(x, transpose(jacobian)), offset);

describe("the variance that a probe adds is that of a quadratic form", () => {
  const x = tensor([[0.3, -1.2, 0.8, 0.5]], { dtype: "float64" });
  const draws = 60_000;
  const repeated = mul(random.normal(random.key(9), [draws, d], { dtype: "float64" }), 0);
  const rows = add(repeated, x);

  test.each(["rademacher", "gaussian", "sphere"] as const)("%s", (law) => {
    const v = probes[law](random.key(2), [draws, d], { dtype: "float64" });
    const { reduced, plain } = momentsOf(score, x);
    for (const [loss, moments] of [
      [slicedScoreMatchingVR, reduced],
      [slicedScoreMatching, plain],
    ] as const) {
      const { data } = loss(score, rows, v, { reduction: "none" });
      let [mean, squares, fourth] = [0, 0, 0];
      for (const value of data) mean += value / draws;
      for (const value of data) squares += (value - mean) ** 2 / draws;
      for (const value of data) fourth += (value - mean) ** 4 / draws;
      const error = Math.sqrt((fourth - squares ** 2) / draws);
      expect(Math.abs(squares - varianceOfForm(law, d, moments))).toBeLessThan(4 * error);
    }
  });

  test("moments are means over the rows", () => {
    const two = add(tensor([[1], [2]], { dtype: "float64" }), x);
    const each = [0, 1].map((row) =>
      momentsOf(score, tensor([[...two.data.slice(row * d, (row + 1) * d)]], { dtype: "float64" })),
    );
    const both = momentsOf(score, two);
    for (const name of ["squares", "diagonalSquares", "squaredTrace"] as const) {
      const mean = ((each[0]?.plain[name] ?? 0) + (each[1]?.plain[name] ?? 0)) / 2;
      expect(both.plain[name]).toBeCloseTo(mean, 10);
    }
  });
});

test("the bias of finite differences grows as the square of the step", () => {
  // s(x) = p·tanh x: central differences of tanh err by ε²/6 times its third derivative.
  const model = {
    parameters: [{ weight: tensor([[1]]), bias: tensor([0.5]) }],
    score: (p: Parameters) => (x: ReturnType<typeof tensor>) => tanh(mul(p[0]?.bias ?? 0, x)),
  };
  const x = random.normal(random.key(3), [120, d]);
  const { at, power, change } = measureDifferences(model, x, { runs: 3, size: 1 }, random.key(4));
  expect(Math.abs(power.value - 2)).toBeLessThan(change);
  expect(change).toBeLessThan(0.01);
  expect((at[2]?.bias.value ?? 0) / (at[0]?.bias.value ?? 1)).toBeCloseTo(16, 0);
});
