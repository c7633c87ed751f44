import { random, tensor, zerosLike } from "@scoretape/autograd";
import { data } from "@scoretape/score";
import { noiseLevels } from "@scoretape/score/model";
import { expect, test } from "vitest";
import { namesIn, numbersIn } from "../src/command/values.ts";
import { areaBelow, measureAnomalies } from "../src/learning/anomalies.ts";
import { anomaliesReport } from "../src/learning/anomaliesReport.ts";
import { factorRows } from "../src/learning/factors.ts";
import { type GapsRecord, measureGaps } from "../src/learning/gaps.ts";
import { gapsReport } from "../src/learning/gapsReport.ts";
import { generatedTables } from "../src/learning/generatedTables.ts";
import { type ImputationRecord, imputationsReport, measureImputations } from "../src/learning/imputations.ts";
import { type Forest, isolationForest } from "../src/learning/isolationForest.ts";
import { measurePosteriors, posteriorSamplers, posteriorsReport } from "../src/learning/posteriors.ts";
import { ofCsv, ofRecords } from "../src/learning/realTables.ts";
import { measureSets, type SetRecord, setsReport, weightedError } from "../src/learning/sets.ts";
import { dequantized, rowsIn } from "../src/learning/table.ts";
import { measureTables, type TableRecord } from "../src/learning/tables.ts";
import { tablesReport } from "../src/learning/tablesReport.ts";
import { measureWide, type WideRecord } from "../src/learning/wide.ts";
import { wideReport } from "../src/learning/wideReport.ts";
import { usualPython } from "../src/python/run.ts";
import { meanInterval } from "../src/statistics/meanInterval.ts";

const wishes = { steps: 20, hidden: [8] };
const output = { record: () => {}, log: () => {} };

test("the small form of sets measures each configuration, the same at the same seed", async () => {
  const plan = {
    sets: ["moons"],
    configurations: ["default", "plain"],
    seeds: [3],
    rows: 300,
    points: 100,
    wishes,
  };
  const kept: SetRecord[] = [];
  const records = await measureSets(plan, { ...output, record: (one) => kept.push(one) });
  expect(kept).toEqual(records);
  expect(records.map(({ configuration }) => configuration)).toEqual(plan.configurations);
  const [ofDefault = Number.NaN, ofPlain = Number.NaN] = records.map(({ error }) => error);
  // The default starts from the normal distribution of the rows, the plain network from nothing.
  expect(ofDefault).toBeGreaterThan(0);
  expect(ofDefault).toBeLessThan(ofPlain);
  const again = await measureSets({ ...plan, configurations: ["default"] }, output);
  expect(again[0]?.error).toBe(ofDefault);
});

test("the error of the score 0 on a standard normal set is the mean of σ²/(1 + σ²)", () => {
  // s* = −x/(1 + σ²) with E‖x‖² = 2(1 + σ²) in the plane.
  const levels = noiseLevels({ levels: 10, sigmaMax: 3, sigmaMin: 0.1 });
  const expected = levels.reduce((sum, sigma) => sum + (sigma * sigma) / (1 + sigma * sigma), 0) / 10;
  const found = weightedError((x) => zerosLike(x), data.gaussian({ mean: [0, 0] }), random.key(0), 4000);
  expect(Math.abs(found / expected - 1)).toBeLessThan(0.03);
});

test("sets are judged by medians over seeds and a geometric mean over sets", () => {
  const record = (configuration: string, set: string, error: number, seed: number): SetRecord => ({
    ...{
      kind: "set",
      set,
      configuration,
      seed,
      error,
      step: 10,
      seconds: configuration === "plain" ? 2 : 2.2,
    },
  });
  const records = [0, 1, 2].flatMap((seed) => [
    record("default", "moons", seed === 0 ? 9 : 0.1, seed),
    record("default", "2spirals", 0.4, seed),
    record("plain", "moons", 1, seed),
    record("plain", "2spirals", 1, seed),
  ]);
  const { judged, text } = setsReport(records);
  expect(judged).toEqual([
    { passes: false, text: "default: 0.2 of plain's error, geometric mean (limit 0.18)" },
    { passes: true, text: "default: 0.4 on 2spirals, its worst set (limit 0.45)" },
    { passes: true, text: "default: 1.1 of its time (limit 1.15)" },
  ]);
  expect(text).toContain("| default | 0.1 | 0.4 | 0.2 | 0.2 | 2.2 s |");
});

test("the small form of wide tables measures samples and likelihood", async () => {
  const plan = { columns: [2, 6], factors: 1, seeds: [0], rows: 120, samples: 100, wishes };
  const records = await measureWide(plan, output);
  expect(records.map(({ columns }) => columns)).toEqual([2, 6]);
  for (const { deviation, distance, advantage } of records) {
    // The normal distribution of the rows is where training starts, and 20 steps leave it about there.
    expect(deviation.largest).toBeLessThan(1.5);
    expect(deviation.smallest).toBeGreaterThan(0.6);
    expect(distance).toBeLessThan(3);
    expect(Math.abs(advantage ?? Number.NaN)).toBeLessThan(0.5);
  }
});

test("wide tables are judged by each limit", () => {
  const good: WideRecord = {
    ...{ kind: "wide", columns: 100, factors: 1, seed: 0, copies: "no copies found", step: 10 },
    ...{ deviation: { largest: 1.09, smallest: 0.91 }, distance: 1.3, advantage: -2 },
    ...{ trainingSeconds: 1, samplingSeconds: 1 },
  };
  const failing = (change: Partial<WideRecord>): number[] =>
    wideReport([{ ...good, ...change }]).judged.flatMap(({ passes }, i) => (passes ? [] : [i]));
  expect(failing({})).toEqual([]);
  expect(failing({ deviation: { largest: 1.11, smallest: 1 } })).toEqual([0]);
  expect(failing({ deviation: { largest: 1, smallest: 0.89 } })).toEqual([0]);
  expect(failing({ distance: 1.31 })).toEqual([1]);
  expect(failing({ copies: "copies" })).toEqual([2]);
  expect(failing({ advantage: -2.01 })).toEqual([3]);
  expect(failing({ advantage: null })).toEqual([3]);
  expect(failing({ columns: 10, advantage: -0.31 })).toEqual([3]);
});

test("the small form of gaps measures samples against what is seen, and scores with gaps and without", async () => {
  const plan = {
    ...{ sets: ["normal", "moons"], seeds: [0], rows: 300, samples: 1000, points: 50, replicas: 5, wishes },
  };
  const records = await measureGaps(plan, output);
  expect(records.map(({ set, way }) => `${set} ${way}`)).toEqual([
    "normal learned",
    "moons whole",
    "moons learned",
    "moons dropped",
  ]);
  // A model that starts at the likeliest normal distribution is there, but for the samples' own error.
  expect(records[0]?.error).toBeLessThan(6);
  for (const { error } of records.slice(1)) expect(error).toBeLessThan(1);
});

test("gaps are judged by standard errors, and by what leaving rows out is worth", () => {
  const record = (set: string, way: GapsRecord["way"], error: number): GapsRecord => ({
    ...{ kind: "gaps", set, way, seed: 0, error },
  });
  const passes = (learned: number, dropped: number): boolean[] =>
    gapsReport([
      record("normal", "learned", 3 * learned),
      record("moons", "learned", learned),
      record("moons", "dropped", dropped),
    ]).judged.map((one) => one.passes);
  expect(passes(1, 1.1)).toEqual([true, true]);
  expect(passes(1.1, 1.1)).toEqual([false, false]);
});

test("the small form of anomalies tells rows far out, and judges by the kernel density estimate", async () => {
  const z = random.normal(random.key(0), [80, 2], { dtype: "float64" });
  const values = tensor(
    z.data.map((value, i) => (i % 2 === 1 ? 0.3 * value + (z.data[i - 1] ?? 0) : value)),
    { shape: [80, 2] },
  );
  // The nearer to the middle, the more usual.
  const forest: Forest = async (_training, lists) =>
    lists.map((rows) => rowsIn(rows).map(([a = 0, b = 0]) => -Math.hypot(a, b)));
  const plan = { tables: [{ name: "small", columns: ["a", "b"], values }], splits: 2, forest, wishes };
  const records = await measureAnomalies(plan, output);
  for (const { swapped, far } of records) {
    expect(far.forest).toBeGreaterThan(0.75);
    expect(Math.min(swapped.model, swapped.gaussian)).toBeGreaterThan(0.55);
    expect(Math.min(far.model, far.gaussian)).toBeGreaterThan(0.75);
  }
  const [record] = records;
  if (record === undefined) throw new Error("nothing was measured");
  const areas = (model: number, kde: number) => ({ model, kde, gaussian: 0.5 });
  const { judged } = anomaliesReport([
    { ...record, swapped: areas(0.7, 0.7), far: areas(0.9, 0.95) },
    { ...record, swapped: areas(0.8, 0.7), far: areas(0.9, 0.96) },
  ]);
  expect(judged.map(({ passes }) => passes)).toEqual([true, false]);
  expect(anomaliesReport(records).text).not.toContain("–");
  const [{ forest: unasked, ...without } = record.far] = [record.far];
  expect(unasked).toBeDefined();
  expect(anomaliesReport([record, { ...record, far: without }]).text).toContain("| – |");
  expect(areaBelow([1, 2], [2, 3])).toBe(0.875);
});

const forestOfPython = isolationForest(usualPython, console.log);

test.skipIf(forestOfPython === null)(
  "scikit-learn's isolation forest finds rows far out unusual",
  async () => {
    const z = random.normal(random.key(0), [200, 2], { dtype: "float64" });
    const far = tensor([
      [9, 9],
      [-9, 9],
    ]);
    const near = tensor([
      [0, 0],
      [0.1, -0.2],
      [0.3, 0],
    ]);
    const [farUsual = [], nearUsual = []] = (await forestOfPython?.(z, [far, near], 1)) ?? [];
    expect([farUsual.length, nearUsual.length]).toEqual([2, 3]);
    expect(areaBelow(farUsual, nearUsual)).toBe(1);
  },
);

test("rows of a factor model have its covariance", () => {
  const x = factorRows({ columns: 7, factors: 2 }, random.key(0), 20_000);
  const covariance = (i: number, j: number): number => {
    let total = 0;
    for (let at = 0; at < x.size; at += 7) total += Number(x.data[at + i]) * Number(x.data[at + j]);
    return total / 20_000;
  };
  // Columns 2, 4, 6 follow the first factor by 1/5, 2/5, 3/5; column 3 the second one.
  expect(covariance(6, 6)).toBeCloseTo(1.36, 1);
  expect(covariance(4, 6)).toBeCloseTo(0.24, 1);
  expect(covariance(3, 6)).toBeCloseTo(0, 1);
});

test("the small form of tables measures three densities on each split", async () => {
  const values = random.normal(random.key(0), [60, 2], { dtype: "float64" });
  const plan = { tables: [{ name: "small", columns: ["a", "b"], values }], splits: 3, wishes };
  const records = await measureTables(plan, output);
  expect(records.map(({ split }) => split)).toEqual([0, 1, 2]);
  // −½·d·log(2πe) is the most that any density can expect.
  for (const { model, gaussian, kde } of records) {
    for (const value of [model ?? Number.NaN, gaussian, kde]) {
      expect(value).toBeGreaterThan(-5);
      expect(value).toBeLessThan(-1.5);
    }
  }
  expect(new Set(records.map(({ gaussian }) => gaussian)).size).toBe(3);
});

test("tables are judged by the upper end of the deficit against the better baseline", () => {
  const split = (i: number, model: number | null): TableRecord => ({
    ...{
      kind: "table",
      table: "t",
      rows: 100,
      columns: 2,
      split: i,
      model,
      sigmaMin: 0.1,
      step: 1,
      seconds: 1,
    },
    gaussian: -3 - i,
    kde: -2.9 - i,
  });
  const judge = (models: readonly (number | null)[]) =>
    tablesReport(models.map((model, i) => split(i, model))).judged;
  expect(judge([-3, -4, -5])).toEqual([
    { passes: true, text: "t (100 × 2): deficit 0.1, at most 0.1 (limit 0.3)" },
  ]);
  // ±t·s/√3 is 0.248 with t = 4.30.
  expect(judge([-3, -4.1, -5.2])[0]?.passes).toBe(false);
  expect(judge([-3, -4, null])[0]?.passes).toBe(false);
});

test("the interval of a mean is Student's", () => {
  // The numbers 1 to 10 have s = 3.02765, and t = 2.262157 at 9 degrees of freedom.
  const { low, high } = meanInterval([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(high - 5.5).toBeCloseTo((2.262157 * 3.0276504) / Math.sqrt(10), 3);
  expect(low + high).toBeCloseTo(11, 12);
  expect(() => meanInterval([1, 2])).toThrow("give three or more");
});

test("columns on a grid are spread over its cells, others stay", () => {
  const values = tensor(
    Array.from({ length: 50 }, (_, i) => [i % 5, (i % 7) / 10, i / 7]),
    { dtype: "float64" },
  );
  const spread = dequantized({ name: "t", columns: ["a", "b", "c"], values }, random.key(0)).values.data;
  const moved = Array.from(spread, (x, at) => x - Number(values.data[at]));
  const largest = (j: number): number => Math.max(...moved.filter((_, at) => at % 3 === j).map(Math.abs));
  expect([largest(0) <= 0.5, largest(0) > 0.4, largest(1) <= 0.05, largest(1) > 0.04, largest(2)]).toEqual([
    ...[true, true, true, true],
    0,
  ]);
});

test("of records the numeric columns and the rows without gaps are taken", () => {
  const records = [
    { name: "a", size: 1, mass: null, day: "1" },
    { name: 2, size: 2, mass: 5, day: "2" },
    { name: "c", size: 3, mass: 6, day: "3" },
  ];
  const { columns, values } = ofRecords("t", records);
  expect(columns).toEqual(["size", "mass"]);
  expect([...values.data]).toEqual([2, 5, 3, 6]);
});

test("of delimited text too, whatever is missing in its first row", () => {
  const { columns, values } = ofCsv("t", "size,day,mass\n1,mon,\n2,tue,5\n3,wed,6\n");
  expect(columns).toEqual(["size", "mass"]);
  expect([...values.data]).toEqual([2, 5, 3, 6]);
});

test("generated tables are what their names say", () => {
  const tables = generatedTables();
  const valuesOf = (name: string) => tables.find((table) => table.name === name)?.values.data ?? [];
  expect(tables.every(({ columns, values }) => values.shape[1] === columns.length)).toBe(true);
  expect(valuesOf("integers").every(Number.isInteger)).toBe(true);
  const collinear = valuesOf("near-collinear-0.001");
  const residuals = Array.from({ length: collinear.length / 4 }, (_, i) => {
    const [first = 0, second = 0, , both = 0] = collinear.slice(4 * i, 4 * i + 4);
    return both - first - second;
  });
  const size = Math.sqrt(residuals.reduce((sum, r) => sum + r * r, 0) / residuals.length);
  expect(size).toBeCloseTo(0.001, 4);
});

test("lists of the command line are read, and others refused", () => {
  expect(numbersIn("--seeds", "0-2,5")).toEqual([0, 1, 2, 5]);
  expect(() => numbersIn("--seeds", "4-2")).toThrow('--seeds: "4-2" is no list such as 0-4 or 0,2,5');
  expect(namesIn("--sets", undefined, ["a", "b"])).toEqual(["a", "b"]);
  expect(() => namesIn("--sets", "a,c", ["a", "b"])).toThrow('--sets: there is no "c"; choose a, b');
});

test("the small form of posteriors has every sampler in its place, and the posterior itself is right", () => {
  const records = measurePosteriors([{ dimension: 2, separation: 2, noise: 0 }], 320);
  const names = [...Object.keys(posteriorSamplers), "the posterior itself"];
  expect(records.map(({ sampler }) => sampler)).toEqual(names);
  // A share of 320 points has a standard error of at most 0.03.
  expect(Math.abs(records.at(-1)?.weightError ?? 1)).toBeLessThan(0.12);
  const noisy = { dimension: 2, separation: 2, noise: 1 };
  const { text } = posteriorsReport([
    { ...noisy, sampler: "ΠGDM, Tweedie", distance: 0.5, weightError: -0.031 },
    { ...noisy, sampler: "DPS, ζ = 0.1", distance: 0.25, weightError: 0.02 },
  ]);
  expect(text.split("\n").slice(2)).toEqual(["| DPS, ζ = 0.1 | 0.25 (+2) |", "| ΠGDM, Tweedie | 0.5 (−3) |"]);
});

test("the small form of imputation fills two gaps of each row, and its goals are its limits", async () => {
  const plan = { sets: ["three modes"], seeds: [3], rows: 200, tested: 20, draws: 5, wishes };
  const [record] = await measureImputations(plan, output);
  expect(record?.cells).toBe(40);
  expect(record?.width).toBeGreaterThan(0);
  const of = (coverage: number, width: number): ImputationRecord => ({
    ...{ kind: "imputation", set: "a", seed: 1, cells: 2000, knownCoverage: 0.9 },
    coverage,
    width,
  });
  const passes = (one: ImputationRecord) => imputationsReport([one]).judged.map((goal) => goal.passes);
  expect(passes(of(0.871, 1.14))).toEqual([true, true]);
  expect(passes(of(0.86, 1.16))).toEqual([false, false]);
});
