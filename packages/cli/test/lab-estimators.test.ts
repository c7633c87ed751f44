import { add, matmul, mul, random, tensor, transpose } from "@scoretape/autograd";
import { probes, slicedScoreMatching, slicedScoreMatchingVR } from "@scoretape/score";
import { describe, expect, test } from "vitest";
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
