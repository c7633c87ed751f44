import { expect, test } from "vitest";
import { caseOf, drawing } from "../src/agreement/cases.ts";
import { type AgreementRecord, compared, passes } from "../src/agreement/compare.ts";
import { type Engine, enginesIn } from "../src/agreement/engines.ts";
import { differing, relativeError } from "../src/agreement/errors.ts";
import { agreementTable, misses } from "../src/agreement/report.ts";
import { speedTable } from "../src/agreement/speed.ts";
import { doneHere, type Steps } from "../src/agreement/steps.ts";
import { UsageError } from "../src/command/usageError.ts";
import { runScript, usualPython } from "../src/python/run.ts";
import type { ResultRecord } from "../src/report/record.ts";
import { tiny } from "./support/work.ts";

const annealing = { levels: 3, stepsPerLevel: 2, stepSize: 1e-3 };
const small = ["W1", "W3-d2", "W5", "W6", "W9"].map((id) => caseOf(tiny(id), annealing));

const isRequired =
  process.env.SCORETAPE_REQUIRE_XLA !== undefined &&
  !["node", undefined].includes(process.env.SCORETAPE_REQUIRE_ORT);
const engines = enginesIn(usualPython, isRequired ? fail : console.log);

function fail(line: string): never {
  throw new Error(line);
}

test.skipIf(engines.length === 0)(
  "engines draw the same bits, and err in the small forms of workloads no more than this package does twice",
  async () => {
    const records = await compared([drawing, ...small], engines, () => {});
    expect(new Set(records.map(({ engine }) => engine)).size).toBe(engines.length);
    expect(misses(records)).toEqual([]);
  },
  180_000,
);

/** An engine that is this package, but for what is done to each result. */
const changed = (f: (value: number, i: number) => number): Engine => ({
  name: "changed",
  run: async (all: readonly Steps[]) =>
    all.map((steps) => {
      const { every, first, state } = doneHere(steps, "wasm");
      const through = (lists: readonly ArrayLike<number>[]) => lists.map((values) => Array.from(values, f));
      return { every: every.map(through), first: through(first), state: through(state) };
    }),
});

test("what is the same agrees; what is off by more than the limit, in any quantity, does not", async () => {
  const [one] = small;
  if (one === undefined) throw new Error("there are cases");
  const verdicts = async (f: (value: number, i: number) => number): Promise<boolean[]> =>
    (await compared([one], [changed(f)], () => {})).map(passes);
  expect(await verdicts((value) => value)).not.toContain(false);
  expect(await verdicts((value) => value * (1 + 1e-5))).not.toContain(true);
  expect(await verdicts((value, i) => (i === 0 ? Number.NaN : value))).not.toContain(true);
  const bits = await compared([drawing], [changed((value, i) => (i === 1 ? value + 1 : value))], () => {});
  expect(bits.filter(passes)).toEqual([]);
});

test("an engine that ends without an answer is one line", async () => {
  // Node is no Python.
  const error: unknown = await runScript(process.execPath, "exported.py", "").catch((error) => error);
  expect(error).toBeInstanceOf(UsageError);
  expect(String(error)).toMatch(/ exported\.py failed: \S.*; --python PATH names another Python$/);
  expect(String(error)).not.toContain("\n");
});

test("errors are parts of the reference's norm, and bits those of numbers", () => {
  expect(relativeError([3, 4.5], [3, 4])).toBeCloseTo(0.1);
  expect(relativeError([0.5], [0])).toBe(0.5);
  expect(relativeError([1], [1, 2])).toBeNaN();
  expect(differing([0, Number.NaN, 1], [-0, Number.NaN, 1])).toBe(1);
  expect(differing([], [1, 2])).toBe(2);
});

test("the table names the worst of each group and what goes beyond its limit", () => {
  const record = (quantity: string, value: number, own: number): AgreementRecord => ({
    ...{ kind: "agreement", case: "W1", engine: "XLA", compares: "errors" },
    ...{ quantity, value, own, limit: 2 * own + 1e-7 },
  });
  const records = [
    record("loss", 1e-8, 2e-8),
    record("gradient a", 9e-7, 5e-7),
    record("gradient b", 9e-7, 2e-7),
  ];
  expect(agreementTable(records)).toContain("| W1, XLA | 1.0e−8 (2.0e−8) | 9.0e−7 (2.0e−7) |");
  expect(agreementTable(records)).toContain("1 beyond the limit");
  expect(misses(records)).toEqual(["W1, XLA: gradient b 9.0e−7, limit 5.0e−7 (WebAssembly 2.0e−7)"]);
});

test("times are compared round by round, and what was not measured says why", () => {
  const about = { type: "result", workload: "W1", repetitions: 1, settled: true } as const;
  const measured = (candidate: string, title: string, seconds: number[], rounds: number[]): ResultRecord => ({
    ...{ ...about, status: "measured", family: "XLA", warmUpSeconds: 1, processors: 1, notes: [] },
    ...{ candidate, title, seconds, rounds },
  });
  const table = speedTable([
    measured("scoretape/wasm-1", "own", [4e-3, 8e-3, 2e-3], [0, 1, 2]),
    measured("exported/xla", "XLA", [4e-3, 1e-3], [1, 2]),
    {
      ...about,
      status: "failed",
      family: "XLA",
      candidate: "exported/onnx",
      title: "ONNX",
      reason: "other losses",
    },
  ]);
  expect(table).toContain("| W1, XLA | 2.5 ms (1.75 ms – 3.25 ms) | 0.5 | 0.5 – 0.5 |");
  expect(table).toContain("| W1, ONNX | failed: other losses |");
});
