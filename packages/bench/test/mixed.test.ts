import { random } from "@scoretape/autograd";
import { expect, test } from "vitest";
import { generatedMixedTables } from "../src/learning/mixed/generated.ts";
import { type MixedRecord, measureMixed, type Worth } from "../src/learning/mixed/mixed.ts";
import { mixedReport } from "../src/learning/mixed/report.ts";
import { judgeSchema, knownRows, learnerSchema } from "../src/learning/mixed/schemas.ts";
import { cellsOf, joined, type MixedSubject, someOf } from "../src/learning/mixed/subject.ts";

const table = (name: string): MixedSubject => {
  const found = generatedMixedTables().find((one) => one.name === name);
  if (found === undefined) throw new Error(`no table ${name}`);
  return found;
};

/** The first rows of a table. */
const short = (subject: MixedSubject, rows: number): MixedSubject => ({
  ...subject,
  split(key) {
    const { training, test: unseen } = subject.split(key);
    const first = Array.from({ length: rows }, (_, row) => row);
    return { training: someOf(training, first), test: someOf(unseen, first) };
  },
});

test("the small form of mixed tables measures a model beside a copula, the same at the same seed", async () => {
  const plan = {
    tables: [short(table("orders"), 80)],
    seeds: [0],
    wishes: { steps: 20, hidden: [8] },
    marginals: "normal-score",
  } as const;
  const kept: MixedRecord[] = [];
  const records = await measureMixed(plan, { record: (one) => kept.push(one), log: () => {} });
  expect(kept).toEqual(records);
  const [record] = records;
  expect(record).toMatchObject({ table: "orders", rows: 80, columns: 5, copies: false });
  // Twenty steps leave the model about where it starts, which is the normal distribution that the copula is too.
  expect(record?.model.columns).toBeLessThan(0.6);
  expect(record?.copula.columns).toBeLessThan(0.6);
  expect(record?.training.columns).toBeLessThan(0.4);
  const [again] = await measureMixed(plan, { record: () => {}, log: () => {} });
  expect(again?.model).toEqual(record?.model);
});

test("what is learned from knows nothing of the test rows but kinds", () => {
  const { training, test: held } = table("days").split(random.key(0));
  const cells = held.cells.map((own) =>
    own.kind === "number" ? { ...own, values: own.values.map((value) => 0.5 * value) } : own,
  );
  const other = { ...held, cells };
  const learned = learnerSchema(training, held, "normal-score");
  expect(learnerSchema(training, other, "normal-score")).toEqual(learned);
  expect(judgeSchema(training, other)).not.toEqual(judgeSchema(training, held));
});

test("rows with a label that no training row has are no part of the question", () => {
  const kinds = cellsOf(["a", "b", "c", "a"]);
  const all = { columns: ["kind"], rows: 4, cells: [kinds] };
  const schema = learnerSchema(someOf(all, [0, 1, 3]), all, "auto");
  expect(knownRows(schema, all)).toEqual(someOf(all, [0, 1, 3]));
});

test("a model is judged by two standard errors over the splits, measure by measure", () => {
  const worth: Worth = { columns: 0.1, associations: 0.1, told: 0.1, lost: 0.1, nearer: 0 };
  const of = (told: readonly number[], copies = 0): MixedRecord[] =>
    told.map((value, split) => ({
      ...{ kind: "mixed", table: "t", rows: 100, columns: 2, split, step: 1, seconds: 1 },
      model: { ...worth, told: value, columns: 0.05, lost: 0.05, associations: 0.05 },
      copula: worth,
      training: worth,
      copies: split < copies,
    }));
  const passes = (records: readonly MixedRecord[]) => mixedReport(records).judged.map((one) => one.passes);
  expect(passes(of([0, 0.1, 0.05]))).toEqual([true, true, true, true, true, true]);
  // Differences 0.01, 0.11 and 0.06 have the mean 0.06 and the standard error 0.05/√3.
  expect(passes(of([0.11, 0.21, 0.16]))).toEqual([true, true, false, true, true, true]);
  expect(passes(of([0.06, 0.22, 0.11]))).toEqual([true, true, true, true, true, true]);
  expect(passes(of([0, 0, 0], 2)).slice(4)).toEqual([false, true]);
});

test("generated tables have their columns, kinds and laws", () => {
  const { training } = table("days").split(random.key(0));
  expect(training.columns).toEqual(["date", "temperature", "rain", "sky"]);
  const [date, , rain, sky] = training.cells;
  expect([date?.kind, rain?.kind, sky?.kind]).toEqual(["text", "number", "text"]);
  if (rain?.kind !== "number" || sky?.kind !== "text") throw new Error("not such columns");
  const isDry = (row: number): boolean => ["clear", "clouds"].includes(sky.texts[sky.codes[row] ?? -1] ?? "");
  rain.values.forEach((value, row) => {
    if (isDry(row)) expect(value).toBe(0);
  });
  const other = table("days").split(random.key(1)).training;
  expect(other.cells).not.toEqual(training.cells);
});

test("tables are joined with all their labels, and gaps stay", () => {
  const of = (texts: readonly (string | null)[], numbers: readonly (number | null)[]) => ({
    columns: ["kind", "x"],
    rows: texts.length,
    cells: [cellsOf(texts), cellsOf(numbers)],
  });
  expect(joined(of(["b", null], [1, 2]), of(["a"], [null]))).toEqual(of(["b", null, "a"], [1, 2, null]));
});
