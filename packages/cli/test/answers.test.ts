import { tensor } from "@scoretape/autograd";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { featuresOf } from "../src/comparing/features.ts";
import { normals } from "./pictures.ts";
import { scoretape } from "./support/cli.ts";
import { makeWorkplace, type Workplace } from "./support/files.ts";

// What models answer of tables whose laws are known, where the answers have closed forms.

/** So little is learned that the model is the normal distribution of the coordinates. */
const little = ["--steps", "1", "--learning-rate", "1e-12", "--hidden", "8", "--samples", "20"];

let place: Workplace;
beforeAll(async () => {
  place = makeWorkplace();
  const normal = normals(5);
  const signs = Array.from({ length: 600 }, () => {
    const x = normal();
    return `${x > 0 ? "plus" : "minus"},${x.toFixed(3)}`;
  });
  const labels = Array.from({ length: 600 }, (_, i) => `${i % 2 === 0 ? "a" : "b"},${"ppqqqr"[i % 6]}`);
  const files = [
    ["signs", ["sign,x", ...signs, ""]],
    ["labels", ["one,other", ...labels.map((line, i) => (i < 12 ? labels[11 - i] : line)), ""]],
  ] as const;
  for (const [name, lines] of files) {
    const file = place.write(`${name}.csv`, lines.join("\n"));
    const { code, stderr } = await scoretape(["train", file, "--out", place.path(name), ...little]);
    if (code !== 0) throw new Error(stderr);
  }
});
afterAll(() => place.remove());

/** What a verb of a model says of a table, row by row. */
async function rowsOf(verb: string, model: string, csv: string, ...flags: string[]): Promise<string[][]> {
  const file = place.write("asked.csv", csv);
  const { code, stdout, stderr } = await scoretape([verb, place.path(model), file, ...flags]);
  if (code !== 0) throw new Error(stderr);
  const [, ...lines] = stdout.trimEnd().split("\n");
  return lines.map((line) => line.split(","));
}

describe("rank", () => {
  test("gives labels their probabilities, which add up to 1", async () => {
    const all = ["a", "b"].flatMap((one) => ["p", "q", "r"].map((other) => `${one},${other}`));
    const rows = await rowsOf("rank", "labels", `one,other\n${all.join("\n")}\n`, "--blame", "0");
    const sum = rows.reduce((total, [, log]) => total + Math.exp(Number(log)), 0);
    // Of eight places in each label, and with covariances of 600 rows.
    expect(Math.abs(sum - 1)).toBeLessThan(0.05);
  });
});

describe("rank of rows with gaps", () => {
  test.each([
    ["one", "a,\nb,\n"],
    ["other", ",p\n,q\n,r\n"],
  ])("gives the labels of %s their probabilities, which add up to 1", async (_, rows) => {
    const ranked = await rowsOf("rank", "labels", `one,other\n${rows}`, "--blame", "0");
    const sum = ranked.reduce((total, [, log]) => total + Math.exp(Number(log)), 0);
    const error = Math.hypot(...ranked.map(([, log, error]) => Number(error) * Math.exp(Number(log))));
    expect(error).toBeLessThan(0.1);
    expect(Math.abs(sum - 1)).toBeLessThan(4 * error);
  });
});

describe("impute", () => {
  test("a label's share is that of the draws that have it", async () => {
    const gaps = "sign,x\n,0.05\n,-0.1\n,0.4\nplus,\n";
    const summary = await rowsOf("impute", "signs", gaps, "--summary", "--draws", "40");
    const draws = await rowsOf("impute", "signs", gaps, "--draws", "40");
    for (const row of [0, 1, 2]) {
      const [label, , share] = summary[row] ?? [];
      const same = draws.filter(([, sign], at) => at % 4 === row && sign === label);
      expect(Number(share)).toBe(same.length / 40);
      expect(same.length).toBeGreaterThanOrEqual(20);
    }
    expect(summary[3]?.[2]).toBe("");
  });

  test("a label that is known is anywhere in its interval", async () => {
    const n = 100;
    const gaps = `sign,x\n${"plus,\n".repeat(n)}`;
    const draws = await rowsOf("impute", "signs", gaps, "--draws", "60");
    // z is ±m + s·t with m = Φ⁻¹(¾) and s = m/3, t normal and cut at −3: E[z²] = 0.506, and E[zx] = 0.676·√(2/π) = 0.539. So
    // x = bz + e with b = 1.065 and Var e = 0.426, and in five places of a label the variance of a row's draws is on average
    // 0.426 + ⅘b²·0.0498 = 0.471. The standard error of the mean over 100 rows is 0.01.
    const variances = Array.from({ length: n }, (_, row) => {
      const own = draws.flatMap(([, , x], at) => (at % n === row ? [Number(x)] : []));
      const mean = own.reduce((sum, x) => sum + x, 0) / own.length;
      return own.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (own.length - 1);
    });
    const mean = variances.reduce((sum, x) => sum + x, 0) / n;
    expect(Math.abs(mean - 0.471)).toBeLessThan(0.03);
  });
});

describe("sample --given", () => {
  test("no batch of draws is that of another", async () => {
    const { code, stdout } = await scoretape([
      ...["sample", place.path("signs"), "--given", "sign=plus,x>-0.5,x<0.2", "--count", "400"],
    ]);
    const rows = stdout.trimEnd().split("\n").slice(1);
    expect([code, rows.length]).toEqual([0, 400]);
    // Numbers of three decimals recur, but rows of one batch would all come twice.
    expect(new Set(rows).size).toBeGreaterThan(250);
  });
});

describe("compare", () => {
  test("all columns side by side have their mean in the place of gaps", () => {
    const a = tensor(
      [
        [1, Number.NaN],
        [3, 4],
      ],
      { dtype: "float64" },
    );
    const b = tensor(
      [
        [5, 8],
        [7, Number.NaN],
      ],
      { dtype: "float64" },
    );
    const { together, alone } = featuresOf(["x", "y"], [a, b]);
    expect(alone.map(({ name }) => name)).toEqual(["x", "y", "y, gaps"]);
    expect(together.map(({ data }) => Array.from(data, (value) => Number(value.toFixed(3))))).toEqual([
      [-1.342, 0, 1, -0.447, -1, -1],
      [0.447, 1, -1, 1.342, 0, 1],
    ]);
  });

  test("takes labels and numbers by name, whatever the order", async () => {
    const lines = Array.from({ length: 80 }, (_, i) => [
      `${i % 3 === 0 ? "red" : "blue"}`,
      `${(i * i) % 37}.5`,
    ]);
    const [a, b] = [
      place.write("a.csv", ["colour,x", ...lines.map((line) => line.join(",")), ""].join("\n")),
      place.write("b.csv", ["x,colour", ...lines.map((line) => line.toReversed().join(",")), ""].join("\n")),
    ];
    const inOrder = await scoretape(["compare", a, a]);
    const moved = await scoretape(["compare", a, b]);
    expect([moved.code, moved.stdout.replaceAll("b.csv", "a.csv")]).toEqual([0, inOrder.stdout]);
  });
});
