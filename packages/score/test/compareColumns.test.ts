import { add, matmul, mul, random, type Tensor, tensor } from "@scoretape/autograd";
import { compareColumns, data } from "@scoretape/score";
import { describe, expect, test } from "vitest";
import { normal } from "./support/normal.ts";

const key = random.key(3);

describe("compareColumns", () => {
  test("quantiles, range and deviations of numbers that can be counted", () => {
    const rows = tensor(
      Float64Array.from({ length: 101 }, (_, i) => (37 * i) % 101),
      { shape: [101, 1] },
    );
    const { columns, correlations } = compareColumns(add(10, mul(2, rows)), rows, { key });
    const [column] = columns;
    expect(column?.quantiles.data).toEqual([1, 5, 25, 50, 75, 95, 99]);
    expect(column?.quantiles.samples).toEqual([12, 20, 60, 110, 160, 200, 208]);
    // 10 + 2x > 100 for x from 46.
    expect(column?.outside).toBe(55 / 101);
    expect(column?.deviation.ratio).toBeCloseTo(2, 12);
    expect(correlations).toBeNull();
  });

  test("fresh rows leave the range with probability 2/(n + 1)", () => {
    const n = 19;
    const shares = Array.from({ length: 200 }, (_, i) => {
      const [column] = compareColumns(normal(2 * i, [50, 1]), normal(2 * i + 1, [n, 1]), { key }).columns;
      return column?.outside ?? 99;
    });
    const mean = shares.reduce((sum, share) => sum + share, 0) / 200;
    expect(Math.abs(mean - 2 / (n + 1))).toBeLessThan(0.02);
  });

  test.each([
    ["normal", (x: Tensor) => x],
    ["uniform", (x: Tensor) => tensor(x.data.map(Math.tanh), { shape: x.shape })],
    [
      "two modes",
      (x: Tensor) =>
        tensor(
          x.data.map((v) => v + 3 * Math.sign(v)),
          { shape: x.shape },
        ),
    ],
  ])("the standard error of the deviations' ratio is right: %s", (_, law) => {
    const squares = Array.from({ length: 150 }, (_, i) => {
      const rows = law(normal(1000 + 2 * i, [80, 1]));
      const [column] = compareColumns(law(normal(1001 + 2 * i, [120, 1])), rows, { key }).columns;
      const { ratio, standardError } = column?.deviation ?? { ratio: null, standardError: 1 };
      return (Math.log(ratio ?? 99) / standardError) ** 2;
    });
    const variance = squares.reduce((sum, value) => sum + value, 0) / 150;
    expect(variance).toBeGreaterThan(0.7);
    expect(variance).toBeLessThan(1.4);
  });

  test("a lost correlation is named, and chance passes its bound one time in twenty", () => {
    const mixing = tensor(
      [
        [1, 0, 0.9],
        [0, 1, 0],
        [0, 0, 0.44],
      ],
      { dtype: "float64" },
    );
    const related = (seed: number, n: number): Tensor => matmul(normal(seed, [n, 3]), mixing);
    const lost = compareColumns(normal(1, [300, 3]), related(2, 300), { key }).correlations;
    expect(lost?.columns).toEqual([0, 2]);
    expect(lost?.difference).toBeGreaterThan(3 * (lost?.byChance ?? 1));
    expect(lost?.data).toBeGreaterThan(0.8);
    const passed = Array.from({ length: 100 }, (_, i) => {
      const found = compareColumns(related(200 + i, 60), related(400 + i, 40), { key: random.key(i) });
      return (found.correlations?.difference ?? 9) > (found.correlations?.byChance ?? 0);
    }).filter(Boolean).length;
    // Binomial with mean 5: 13 or more once in a thousand.
    expect(passed).toBeLessThan(13);
    expect(passed).toBeGreaterThan(0);
  });

  test("columns that do not vary have no ratio, and no correlation", () => {
    const still = mul(0, normal(1, [10, 2]));
    const found = compareColumns(normal(2, [10, 2]), still, { key });
    expect(found.columns.map(({ deviation }) => deviation.ratio)).toEqual([null, null]);
    expect(found.correlations?.data).toBe(0);
  });

  test("of very many columns fifty are compared, by their own numbers", () => {
    const rows = data.gaussian({ mean: new Array(60).fill(0) }).sample(random.key(0), 40);
    const [i, j] = compareColumns(rows, rows, { key }).correlations?.columns ?? [99, 0];
    expect(i).toBeLessThan(j);
    expect(j).toBeLessThan(60);
  });
});
