import { type Key, random } from "@scoretape/autograd";
import { associationGap, classifierTest, gaussianCopula, usefulness } from "@scoretape/score/synthetic";
import { inferSchema, type MixedTable, type Schema } from "@scoretape/score/tables";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { areaUnderCurve } from "../src/synthetic/areaUnderCurve.ts";
import { runs } from "./support/runs.ts";
import { expectMean } from "./support/samples.ts";

type Columns = Readonly<Record<string, Float64Array | readonly string[]>>;

/** A table of columns of numbers and labels. */
function tableOf(columns: Columns): MixedTable {
  const cells = Object.values(columns).map((column): MixedTable["cells"][number] => {
    if (column instanceof Float64Array) return { kind: "number", values: column };
    const texts = [...new Set(column)].sort();
    return { kind: "text", texts, codes: Int32Array.from(column, (text) => texts.indexOf(text)) };
  });
  const first = Object.values(columns)[0];
  return { columns: Object.keys(columns), rows: first?.length ?? 0, cells };
}

const schemaOf = (table: MixedTable): Schema => inferSchema(table, { marginals: "normal-score" }).schema;
const draw = (key: Key, i: number, rows: number): Float64Array =>
  Float64Array.from(random.normal(random.foldIn(key, i), [rows], { dtype: "float64" }).data);

/** A noisy ring of radius 2: its coordinates are uncorrelated, and depend on each other all the same. */
function ring(seed: number, rows: number): MixedTable {
  const key = random.key(seed);
  const [a, b] = [draw(key, 0, rows), draw(key, 1, rows)];
  const noise = draw(key, 2, rows);
  const radius = a.map((x, i) => (2 + 0.2 * (noise[i] ?? 0)) / Math.hypot(x, b[i] ?? 0));
  return tableOf({
    x: a.map((x, i) => x * (radius[i] ?? 0)),
    y: b.map((y, i) => y * (radius[i] ?? 0)),
  });
}

const copulaOf = (rows: MixedTable) => gaussianCopula(schemaOf(rows), rows, { key: random.key(1) });

function distancesFromRing({ cells: [x, y] }: MixedTable): Float64Array {
  if (x?.kind !== "number" || y?.kind !== "number") throw new Error("no points");
  return x.values.map((value, i) => Math.abs(Math.hypot(value, y.values[i] ?? 0) - 2));
}

/** Two related normal columns, and a label that follows the second: a copula has it all. */
function normals(seed: number, rows: number): MixedTable {
  const key = random.key(1000 + seed);
  const [a, own, other] = [draw(key, 0, rows), draw(key, 1, rows), draw(key, 2, rows)];
  const b = a.map((x, i) => 0.6 * x + 0.8 * (own[i] ?? 0));
  const kind = Array.from(b, (y, i) => (y + 0.7 * (other[i] ?? 0) > 0.3 ? "high" : "low"));
  return tableOf({ a, b, kind });
}

describe("the area under the curve of rates", () => {
  test("is the share of pairs in order, ties counted half, and its error is DeLong's", () => {
    const scores = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 2, maxLength: 8 });
    fc.assert(
      fc.property(scores, scores, (above, below) => {
        const wins = (x: number, y: number): number => (x > y ? 1 : x === y ? 0.5 : 0);
        const mean = (values: number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
        const expected = mean(above.flatMap((x) => below.map((y) => wins(x, y))));
        const { value, standardError } = areaUnderCurve(Float64Array.from(above), Float64Array.from(below));
        expect(value).toBeCloseTo(expected, 12);
        const spread = (shares: number[]): number =>
          shares.reduce((sum, share) => sum + (share - expected) ** 2, 0) /
          (shares.length - 1) /
          shares.length;
        const variance =
          spread(above.map((x) => mean(below.map((y) => wins(x, y))))) +
          spread(below.map((y) => mean(above.map((x) => wins(x, y)))));
        expect(standardError).toBeCloseTo(Math.sqrt(variance), 12);
      }),
      runs(200),
    );
  });
});

describe("the classifier test", () => {
  test("tells fresh rows from rows no better than a coin, and knows its error", () => {
    const schema = schemaOf(normals(0, 400));
    const tests = Array.from({ length: 16 }, (_, i) =>
      classifierTest(schema, normals(2 * i, 150), normals(2 * i + 1, 150), { key: random.key(i), folds: 3 }),
    );
    const areas = tests.map(({ area }) => area.value);
    expectMean(areas, 0.5, "areas");
    expectMean(
      tests.map(({ accuracy }) => accuracy.value),
      0.5,
      "accuracies",
    );
    const squares = areas.map((value) => (value - 0.5) ** 2).reduce((sum, square) => sum + square, 0) / 16;
    const claimed = tests.reduce((sum, { area }) => sum + area.standardError ** 2, 0) / 16;
    // χ² with 16 degrees of freedom over 16 is between these in 998 of 1000 cases.
    expect(squares / claimed).toBeGreaterThan(0.24);
    expect(squares / claimed).toBeLessThan(2.46);
  });

  test("tells a Gaussian copula from a ring, which has none, and not from related normals, which do", () => {
    const of = (rows: MixedTable, fresh: MixedTable) => {
      const schema = schemaOf(rows);
      const samples = copulaOf(rows).sample(random.key(2), fresh.rows);
      return classifierTest(schema, samples, fresh, { key: random.key(3) });
    };
    const ofRing = of(ring(1, 400), ring(2, 400));
    // Who knows the ring tells rows by how far they are from it: the area of that is the most there can be but for a hundredth.
    const best = areaUnderCurve(
      distancesFromRing(copulaOf(ring(1, 400)).sample(random.key(2), 4000)),
      distancesFromRing(ring(2, 4000)),
    );
    expect(best.value).toBeGreaterThan(0.75);
    expect(ofRing.area.value).toBeGreaterThan(best.value - 0.08);
    expect(ofRing.area.value).toBeLessThan(best.value + 0.01 + 3.5 * ofRing.area.standardError);
    expect(ofRing.accuracy.value).toBeGreaterThan(0.65);
    const { area } = of(normals(1, 400), normals(2, 400));
    expect(Math.abs(area.value - 0.5)).toBeLessThan(3.5 * area.standardError);
  });

  test("sees gaps, and labels", () => {
    const rows = normals(1, 200);
    const [a, b, kind] = rows.cells;
    if (a?.kind !== "number" || b === undefined || kind?.kind !== "text") throw new Error("not such a table");
    const gappy = {
      ...rows,
      cells: [{ ...a, values: a.values.map((x, i) => (i % 2 ? x : Number.NaN)) }, b, kind],
    };
    const turned = { ...rows, cells: [a, b, { ...kind, codes: kind.codes.map((code) => 1 - code) }] };
    const schema = schemaOf(rows);
    for (const other of [gappy, turned]) {
      const { area } = classifierTest(schema, other, normals(2, 200), { key: random.key(0) });
      expect(area.value).toBeGreaterThan(0.65);
    }
  });
});

describe("associations", () => {
  const gap = (rows: Columns, samples: Columns = rows) =>
    associationGap(schemaOf(tableOf(rows)), tableOf(samples), tableOf(rows));
  const key = random.key(8);

  test("of rows with themselves differ by nothing, and of one column there are none", () => {
    const { mean, pairs } = gap({ x: draw(key, 0, 50), y: draw(key, 1, 50), z: draw(key, 2, 50) });
    expect([mean, pairs.length]).toEqual([0, 3]);
    expect(gap({ x: draw(key, 0, 50) })).toEqual({ mean: null, pairs: [] });
  });

  test("of numbers are Spearman's: 1 for what rises together, whatever its form", () => {
    const x = draw(key, 0, 50);
    const { pairs } = gap({ x, up: x.map((v) => v ** 3), down: x.map((v) => -Math.exp(v)) });
    const by = Object.fromEntries(pairs.map(({ columns, rows }) => [columns.join(" "), rows]));
    expect(by["x up"]).toBeCloseTo(1, 12);
    expect(by["x down"]).toBeCloseTo(-1, 12);
  });

  test("of a label that says all are 1: with a number of as many values, and with the same label by another name", () => {
    const label = Array.from({ length: 60 }, (_, i) => "abc"[i % 3] ?? "");
    const rows = {
      label,
      number: Float64Array.from(label, (text) => text.charCodeAt(0) + 0.5),
      other: label.map((text) => text.toUpperCase()),
    };
    for (const { rows: value } of gap(rows).pairs) expect(value).toBeCloseTo(1, 12);
  });

  test("of what is independent are small, however many labels there are", () => {
    const at = (i: number): number => random.uniform(random.foldIn(key, i), []).item();
    const sizes = [3, 12];
    const values = Array.from({ length: 40 }, (_, repeat) => {
      const labels = sizes.map((size, k) =>
        Array.from({ length: 150 }, (_, i) => `l${Math.floor(size * at(1000 * repeat + 300 * k + i))}`),
      );
      const rows = { a: labels[0] ?? [], b: labels[1] ?? [], x: draw(key, 100_000 + repeat, 150) };
      return gap(rows).pairs.map(({ rows: value }) => value * value);
    });
    // Without the corrections the square of V is (k − 1)(l − 1)/n/2 = 0.073 on average, and η² is 0.074 of twelve labels.
    const means = [0, 1, 2].map((pair) => values.reduce((sum, all) => sum + (all[pair] ?? 0), 0) / 40);
    for (const mean of means) expect(mean).toBeLessThan(0.03);
  });

  test("differ by as much as they do: a relation turned round, the largest first", () => {
    const [x, y] = [draw(key, 0, 400), draw(key, 1, 400)];
    const related = (sign: number) => ({
      x,
      y: x.map((v, i) => sign * v + (y[i] ?? 0)),
      z: draw(key, 2, 400),
    });
    const { pairs } = gap(related(1), related(-1));
    expect(pairs[0]?.columns).toEqual(["x", "y"]);
    // Spearman's of a normal pair with the correlation 1/√2: (6/π)·asin(r/2).
    const rho = (6 / Math.PI) * Math.asin(Math.SQRT1_2 / 2);
    expect(Math.abs((pairs[0]?.rows ?? 0) - rho)).toBeLessThan(4 / Math.sqrt(400));
    expect(Math.abs((pairs[0]?.difference ?? 0) - 2 * rho)).toBeLessThan(8 / Math.sqrt(400));
  });
});

describe("a Gaussian copula", () => {
  test("keeps the columns' kinds and distributions, and how normal ones are related", () => {
    const rows = normals(1, 800);
    const copula = gaussianCopula(schemaOf(rows), rows, { key: random.key(0) });
    const samples = copula.sample(random.key(1), 800);
    expect(samples.columns).toEqual(["a", "b", "kind"]);
    const [kind] = samples.cells.slice(2);
    if (kind?.kind !== "text") throw new Error("no labels");
    expect([...kind.texts].sort()).toEqual(["high", "low"]);
    const { pairs } = associationGap(schemaOf(rows), samples, rows);
    const numbers = pairs.find(({ columns }) => columns.join() === "a,b");
    expect(numbers?.difference).toBeLessThan(4 * Math.sqrt(2 / 800));
  });

  test("of a table with gaps has none in its samples", () => {
    const rows = tableOf({
      x: draw(random.key(0), 0, 60).map((v, i) => (i % 5 === 0 ? Number.NaN : v)),
      y: draw(random.key(0), 1, 60),
    });
    const { cells } = gaussianCopula(schemaOf(rows), rows, { key: random.key(0) }).sample(random.key(1), 20);
    for (const column of cells)
      if (column.kind === "number") expect(column.values.every(Number.isFinite)).toBe(true);
  });
});

test("a Gaussian copula of plain numbers has their means and deviations", () => {
  const rows = tableOf({ x: draw(random.key(3), 0, 500).map((x) => 40 + 3 * x) });
  const { schema } = inferSchema(rows, { marginals: "plain" });
  const { cells } = gaussianCopula(schema, rows, { key: random.key(0) }).sample(random.key(1), 2000);
  const values = cells[0]?.kind === "number" ? cells[0].values : new Float64Array();
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  // Standard errors of 3/√500 and 3/√2000.
  expect(Math.abs(mean - 40)).toBeLessThan(4 * Math.hypot(3 / Math.sqrt(500), 3 / Math.sqrt(2000)));
});

describe("usefulness", () => {
  test("is the same in other units of the target", () => {
    const tables = (unit: number) => {
      const part = (seed: number): MixedTable => {
        const key = random.key(seed);
        const [x, noise] = [draw(key, 0, 120), draw(key, 1, 120)];
        return tableOf({ x, y: x.map((value, i) => unit * (value + 0.5 * (noise[i] ?? 0))) });
      };
      return { samples: part(1), training: part(2), test: part(3) };
    };
    const [one, many] = [1, 16].map((unit) => {
      const own = tables(unit);
      const { schema } = inferSchema(own.training, { types: { y: "real" }, marginals: "plain" });
      return usefulness(schema, own, { target: "y" });
    });
    expect(many?.training.value).toBeCloseTo(one?.training.value ?? 0, 6);
    expect(one?.training.value).toBeGreaterThan(0.5);
  });

  test("of fresh rows is that of rows, and of rows whose target was shuffled is less", () => {
    const tables = { samples: normals(1, 300), training: normals(2, 300), test: normals(3, 300) };
    const schema = schemaOf(tables.training);
    const [a, b, kind] = tables.samples.cells;
    if (a === undefined || b?.kind !== "number" || kind?.kind !== "text") throw new Error("not such a table");
    const shuffled = {
      ...tables.samples,
      cells: [a, { ...b, values: b.values.toReversed() }, { ...kind, codes: kind.codes.toReversed() }],
    };
    for (const [target, measure] of [
      ["kind", "accuracy"],
      ["a", "skill"],
    ] as const) {
      const fresh = usefulness(schema, tables, { target });
      expect(fresh.measure).toBe(measure);
      expect(Math.abs(fresh.difference.value)).toBeLessThan(3.5 * fresh.difference.standardError);
      expect(fresh.difference.value).toBeCloseTo(fresh.samples.value - fresh.training.value, 12);
      const poor = usefulness(schema, { ...tables, samples: shuffled }, { target });
      if (target === "a") expect(poor.difference.value).toBeLessThan(-3 * poor.difference.standardError);
    }
  });

  test("of numbers that follow from the others nearly all of the variance is explained", () => {
    const of = (seed: number): MixedTable => {
      const x = draw(random.key(seed), 0, 400);
      return tableOf({ x, y: x.map((v) => v * v) });
    };
    const found = usefulness(
      schemaOf(of(1)),
      { samples: of(1), training: of(2), test: of(3) },
      { target: "y" },
    );
    expect(found.samples.value).toBeGreaterThan(0.9);
  });

  test("three labels are told apart", () => {
    const of = (seed: number): MixedTable => {
      const x = draw(random.key(seed), 0, 300);
      return tableOf({ x, kind: Array.from(x, (v) => (v < -0.5 ? "low" : v > 0.5 ? "high" : "middle")) });
    };
    const { samples } = usefulness(
      schemaOf(of(1)),
      { samples: of(1), training: of(2), test: of(3) },
      { target: "kind" },
    );
    expect(samples.value).toBeGreaterThan(0.95);
  });
});

describe("mistakes", () => {
  const rows = normals(0, 40);
  const schema = schemaOf(rows);
  const key = random.key(0);
  const tiny = normals(0, 1);
  test.each<[string, () => unknown]>([
    ["associationGap: samples has 1 rows; give 2 or more", () => associationGap(schema, tiny, rows)],
    [
      "associationGap: rows: there is no column kind; the columns are a, b, c",
      () => associationGap(schema, rows, { ...rows, columns: ["a", "b", "c"] }),
    ],
    ["classifierTest: folds is 1", () => classifierTest(schema, rows, rows, { key, folds: 1 })],
    ["classifierTest: samples has 40 rows", () => classifierTest(schema, rows, rows, { key, folds: 21 })],
    [
      'usefulness: target is "c", to be predicted from other columns; the columns are a, b, kind',
      () => usefulness(schema, { samples: rows, training: rows, test: rows }, { target: "c" }),
    ],
    ["gaussianCopula: the schema is no list", () => gaussianCopula([], rows, { key })],
  ])("%s", (message, attempt) => {
    expect(attempt).toThrow(message);
  });
});
