import { random, type Tensor, tensor } from "@scoretape/autograd";
import { data } from "@scoretape/score";
import type { Model } from "@scoretape/score/model";
import type { MixedTable } from "@scoretape/score/tables";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openModel } from "../src/model/store.ts";
import { standingOf } from "../src/ranking/heldOutSeen.ts";
import { schemaOf } from "../src/ranking/modelRows.ts";
import { seenDensities } from "../src/ranking/seenDensities.ts";
import { normals } from "./pictures.ts";
import { type Outcome, scoretape } from "./support/cli.ts";
import { makeWorkplace, type Workplace } from "./support/files.ts";

const columns = ["height", "mass", "foot", "age"] as const;

/** Rows of four related columns. */
function people(count: number, seed: number): number[][] {
  const normal = normals(seed);
  return Array.from({ length: count }, () => {
    const [a, b, c, e] = [normal(), normal(), normal(), normal()];
    return [170 + 10 * a, 70 + 9 * a + 3 * b, 40 + 4 * a + 2 * c, 30 + 5 * b + 8 * e].map((x) =>
      Number(x.toFixed(2)),
    );
  });
}

const csv = (rows: readonly (readonly number[])[]): string =>
  [columns.join(","), ...rows.map((row) => row.map((x) => (Number.isNaN(x) ? "NA" : x)).join(",")), ""].join(
    "\n",
  );

/** Rows of which each cell is a gap with a chance, but never all. */
function withGaps(rows: readonly (readonly number[])[], chance: number, seed: number): number[][] {
  const uniforms = random.uniform(random.key(seed), [rows.length, columns.length]).data;
  return rows.map((row, i) => {
    const own = row.map((x, j) => ((uniforms[i * columns.length + j] ?? 1) < chance ? Number.NaN : x));
    return own.every(Number.isNaN) ? own.with(0, row[0] ?? 0) : own;
  });
}

let place: Workplace;
beforeAll(async () => {
  place = makeWorkplace();
  // So little is learned that the model is the normal distribution of the rows.
  const little = ["--steps", "1", "--learning-rate", "1e-12", "--hidden", "8", "--samples", "20"];
  const file = place.write("people.csv", csv(people(600, 1)));
  const { code, stderr } = await scoretape(["train", file, "--out", place.path("model"), ...little]);
  if (code !== 0) throw new Error(stderr);
}, 60_000);
afterAll(() => place.remove());

const rank = (text: string, ...flags: string[]): Promise<Outcome> =>
  scoretape(["rank", place.path("model"), place.write("rows.csv", text), ...flags]);

function tableOf({ stdout }: Outcome): readonly Readonly<Record<string, string>>[] {
  const [header = "", ...lines] = stdout.trimEnd().split("\n");
  const names = header.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, j) => [names[j] ?? "", cell])));
}

/** log p of the cells that a row has, of the model, which is a normal distribution. */
function exact(
  { description: { moments, standardization: units }, sigmas }: Model,
  row: readonly number[],
): number {
  if (moments === undefined) throw new Error("no moments");
  const seen = columns.flatMap((_, j) => (Number.isNaN(row[j]) ? [] : [j]));
  const entry = (of: Tensor, at: number): number => of.data[at] ?? Number.NaN;
  const covariance = (i: number, j: number): number =>
    columns.reduce(
      (sum, _, k) =>
        sum +
        entry(moments.axes, 4 * i + k) * entry(moments.deviation, k) ** 2 * entry(moments.axes, 4 * j + k),
      i === j ? (sigmas.at(-1) ?? 0) ** 2 : 0,
    );
  const set = data.gaussian({
    mean: seen.map((j) => entry(moments.mean, j)),
    covariance: seen.map((i) => seen.map((j) => covariance(i, j))),
  });
  const z = seen.map((j) => ((row[j] ?? 0) - (units.mean[j] ?? 0)) / (units.deviation[j] ?? 1));
  const scale = seen.reduce((sum, j) => sum + Math.log(units.deviation[j] ?? 1), 0);
  return set.logDensity(tensor([z], { dtype: "float64" })).item() - scale;
}

describe("rank of rows with gaps", () => {
  test("tells log p of what they show, to within its error, and what is odd in them", async () => {
    const none = Number.NaN;
    const rows = [
      ...withGaps(people(12, 2), 0.4, 3),
      [170, 110, none, 30],
      [none, none, none, none],
      [none, 71, 65, none],
      [170, 70, 40, 30],
    ];
    const outcome = await rank(csv(rows), "--blame", "6");
    expect(outcome.code).toBe(0);
    expect(outcome.stderr).toMatch(
      /^scoretape: \S+rows\.csv: \d+ rows have gaps, of which log_density is that of the cells they show, by 64 draws of the others, and its percentile is among 60 rows kept aside with the same gaps\n$/,
    );
    const ranked = tableOf(outcome);
    const { model } = openModel(place.path("model"));
    for (const line of ranked) {
      const row = rows[Number(line.row) - 1] ?? [];
      expect(columns.map((name) => line[name])).toEqual(row.map((x) => (Number.isNaN(x) ? "" : String(x))));
      if (row.every(Number.isNaN)) continue;
      const error = Math.abs(Number(line.log_density) - exact(model, row));
      expect(error).toBeLessThan(0.05 + 4 * Number(line.standard_error));
      expect(line.standard_error === "").toBe(!row.some(Number.isNaN));
    }
    const of = (row: number) => ranked.find((line) => line.row === String(row));
    expect(of(13)).toMatchObject({ percentile: "0" });
    expect(of(13)?.blame?.split("; ")[0]).toBe("mass");
    expect(Math.abs(Number(of(13)?.best?.split("; ")[0]) - 70)).toBeLessThan(5);
    expect(of(15)?.blame?.split("; ").sort()).toEqual(["foot", "mass"]);
    expect(ranked.at(-1)).toMatchObject({
      row: "14",
      log_density: "",
      standard_error: "",
      percentile: "",
      blame: "",
    });
  });

  test("leaves whole rows beside them as they are", async () => {
    const rows = people(20, 4).map((row, i) => (i % 3 === 0 ? row.with(1, Number.NaN) : row));
    const [all, dropped] = [
      await rank(csv(rows), "--blame", "0"),
      await rank(csv(rows), "--gaps", "drop", "--blame", "0"),
    ];
    const whole = tableOf(all).filter(({ standard_error }) => standard_error === "");
    expect(whole.map(({ standard_error: _, ...line }) => line)).toEqual(tableOf(dropped));
    expect(dropped.stderr).toBe("");
  });

  test("percentiles are uniform for rows of the model's own distribution with gaps by chance", async () => {
    const { model } = openModel(place.path("model"));
    const own = (count: number, seed: number): number[][] => {
      const { data: values } = model.sample(random.key(seed), count);
      return Array.from({ length: count }, (_, i) => [...values.subarray(4 * i, 4 * i + 4)]);
    };
    const tableOfRows = (rows: readonly (readonly number[])[]): MixedTable => ({
      columns,
      rows: rows.length,
      cells: columns.map((_, j) => ({
        kind: "number",
        values: Float64Array.from(rows, (row) => row[j] ?? Number.NaN),
      })),
    });
    const count = 250;
    const schema = schemaOf(model.description);
    const rows = tableOfRows(withGaps(own(count, 5), 0.4, 6).map((row, i) => row.with(i % 4, Number.NaN)));
    const seen = seenDensities(model, schema, rows, { key: random.key(7) });
    for (const enough of [700, 0]) {
      const heldOut = tableOfRows(own(250, 8));
      const how = { key: random.key(9), enough };
      const { percentiles, isSame, count: others } = standingOf(model, schema, rows, seen, heldOut, how);
      expect(isSame).toBe(enough > 0);
      const sorted = percentiles.toSorted();
      const distance = Math.max(...sorted.map((p, i) => Math.abs(p / 100 - (i + 0.5) / count)));
      // Kolmogorov's 0.999-quantile of two samples.
      expect(distance).toBeLessThan(1.95 * Math.sqrt(1 / count + 1 / others));
      // Of rows that show one cell as of those that show three: means of 100/√12/√count, and of the same rows kept aside.
      for (const shown of [1, 3]) {
        const own = [...percentiles].filter((_p, row) => {
          const values = rows.cells.map((cells) => (cells.kind === "number" ? cells.values[row] : 0));
          return values.filter((value) => !Number.isNaN(value)).length === shown;
        });
        const mean = own.reduce((sum, p) => sum + p, 0) / own.length;
        const error = (100 / Math.sqrt(12)) * Math.sqrt(1 / own.length + 1 / Math.min(others, 250));
        expect(Math.abs(mean - 50)).toBeLessThan(4 * error);
      }
    }
  });

  test("a column may be missing in all rows, and a row alone", async () => {
    const rows = people(1, 9).map((row) => row.with(2, Number.NaN));
    const outcome = await rank(csv(rows), "--blame", "0");
    expect(outcome.code).toBe(0);
    expect(tableOf(outcome)).toMatchObject([{ row: "1", foot: "" }]);
  });
});
