import { readFileSync } from "node:fs";
import { random } from "@scoretape/autograd";
import { describe, expect, test } from "vitest";
import {
  type Claim,
  claim,
  control,
  farthest,
  holds,
  type Relation,
  showClaim,
  theory,
} from "../src/lab/claim.ts";
import { changesOf, knownFailureOf, knownFailures, knownOn } from "../src/lab/known-failures.ts";
import { experimentOf } from "../src/lab/registry.ts";
import { average, type Estimate, exactly, meanOf, normalCoverage } from "../src/lab/statistics.ts";
import { surveyTable } from "../src/lab/survey.ts";

const measured: Estimate = { value: 1, low: 0.9, high: 1.1 };
const one = (relation: Relation, limit: number | Estimate, own: Estimate = measured, rival?: number): Claim =>
  claim({
    what: "number",
    measured: own,
    relation,
    limit,
    origin: theory("one"),
    ...(rival === undefined ? {} : { rival }),
  });

describe("claims hold", () => {
  test("of what is above or below, when the whole interval is", () => {
    expect(holds(one("above", 0.85))).toBe(true);
    expect(holds(one("above", 0.95))).toBe(false);
    expect(holds(one("below", 1.15))).toBe(true);
    expect(holds(one("below", 1.05))).toBe(false);
  });

  test("of what is at least or at most, unless the whole interval is on the other side", () => {
    expect([0.95, 1.05, 1.15].map((limit) => holds(one("at least", limit)))).toEqual([true, true, false]);
    expect([0.85, 0.95, 1.05].map((limit) => holds(one("at most", limit)))).toEqual([false, true, true]);
  });

  test("of what is a value, when the interval has it and not its rival's", () => {
    expect([0.85, 0.95, 1.05, 1.15].map((limit) => holds(one("is", limit)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(holds(one("is", 0.95, measured, 1.2))).toBe(true);
    expect(holds(one("is", 0.95, measured, 1.09))).toBe(false);
    expect(holds(one("is", 1, { value: 1, low: -9, high: 11 }, 2))).toBe(false);
  });

  test("with the errors of number and limit together", () => {
    // √(0.1² + 0.075²) = 0.125.
    const limit = (value: number): Estimate => ({ value, low: value - 0.075, high: value + 0.075 });
    expect([0.87, 0.88].map((value) => holds(one("above", limit(value))))).toEqual([true, false]);
    expect([1.12, 1.13].map((value) => holds(one("is", limit(value))))).toEqual([true, false]);
  });

  test("of factors by their logarithms", () => {
    // log 4 is above log 3.5, but not above √(log² 3.5 + log² 2).
    const wide: Estimate = { value: 8, low: 8 / 3.5, high: 8 * 3.5 };
    const limit: Estimate = { value: 2, low: 1, high: 4 };
    const statement = { what: "", measured: wide, relation: "above", origin: theory("") } as const;
    expect(holds(claim({ ...statement, limit, isFactor: true }))).toBe(false);
    expect(holds(claim({ ...statement, limit: 2, isFactor: true }))).toBe(true);
    const [factor, number] = [
      claim({ ...statement, limit: 1, isFactor: true }),
      claim({ ...statement, limit: 1 }),
    ];
    expect([holds(factor), holds(number)]).toEqual([true, true]);
    expect(factor.falseAlarm).toBeLessThan(number.falseAlarm / 2);
    expect(holds(claim({ ...statement, relation: "is", limit: 3, rival: 1, isFactor: true }))).toBe(true);
    expect(holds(claim({ ...statement, relation: "is", limit: 3, rival: 2.5, isFactor: true }))).toBe(false);
  });

  test("never of what is no number, or was measured once and is to be told from something", () => {
    for (const relation of ["is", "above", "below", "at least", "at most"] as const) {
      for (const broken of [
        exactly(Number.NaN),
        { value: 1, low: Number.NaN, high: Number.NaN },
        { value: Number.NaN, low: 1, high: 2 },
      ]) {
        expect(holds(one(relation, 1, broken))).toBe(false);
        expect(holds(one(relation, broken))).toBe(false);
      }
    }
    expect(holds(one("below", 9, meanOf([1])))).toBe(false);
    expect(holds(one("is", 1, meanOf([1]), 2))).toBe(false);
  });
});

describe("the rate of false alarms", () => {
  const SHIFT = 3.2;
  /** Means of 200 numbers whose distance from 0 is that many standard errors. */
  const samples = Array.from({ length: 4000 }, (_, i) => {
    const { data } = random.normal(random.foldIn(random.key(3), i), [200], { dtype: "float64" });
    return meanOf(data.map((z) => z + SHIFT / Math.sqrt(200)));
  });

  test.each([
    ["is", SHIFT / Math.sqrt(200), 0.01],
    ["at least", SHIFT / Math.sqrt(200), 0.005],
    ["at most", SHIFT / Math.sqrt(200), 0.005],
    // P(Z < 2.576 − 3.2).
    ["above", 0, (1 - normalCoverage(SHIFT - 2.576)) / 2],
  ] as const)("is how often a true claim fails: %s", (relation, limit, expected) => {
    const claims = samples.map((sample) => one(relation, limit, sample));
    const share = claims.filter((sample) => !holds(sample)).length / claims.length;
    expect(Math.abs(share - expected)).toBeLessThan(
      4 * Math.sqrt((expected * (1 - expected)) / claims.length) + 0.005,
    );
    const told = average(claims.map(({ falseAlarm }) => falseAlarm));
    // Where it is told from the measured distance instead of the true one it is nearer to a half.
    expect(told).toBeGreaterThan(0.8 * expected);
    expect(told).toBeLessThan(expected + 0.1 * (relation === "above" ? 1 : 0.01));
  });

  test("is 0 for what is known exactly, 1 for what nothing is known of, and grows with the tests", () => {
    expect(one("below", 2, exactly(1)).falseAlarm).toBe(0);
    expect(one("below", 1, exactly(2)).falseAlarm).toBe(1);
    expect(one("above", 0, meanOf([1])).falseAlarm).toBe(1);
    const statement = { what: "", measured, relation: "is", limit: 1, origin: theory("") } as const;
    expect(claim({ ...statement, tests: 8 }).falseAlarm).toBeCloseTo(0.08, 12);
    expect(claim({ ...statement, falseAlarm: 0.3 }).falseAlarm).toBe(0.3);
  });
});

test("the farthest of several numbers is so in its own interval", () => {
  const wide = { value: 3, low: 0, high: 6 };
  const narrow = { value: 1.2, low: 1.1, high: 1.3 };
  expect(farthest([wide, narrow], (estimate) => estimate, 1)).toBe(narrow);
  expect(farthest([wide, exactly(1)], (estimate) => estimate, 1)).toBe(wide);
});

test("claims are told on one line, with limit, origin and rate", () => {
  expect(showClaim(one("is", 1.05, measured, 2), "pass")).toBe(
    "pass  number: 1.00 [0.90, 1.10], wanted 1.050 and not 2.00; theory: one; false alarms: 1 %",
  );
  const other = claim({
    what: "number",
    measured,
    relation: "below",
    limit: { value: 3, low: 2.5, high: 3.5 },
    origin: control("another"),
  });
  expect(showClaim(other, "fail")).toBe(
    "fail  number: 1.00 [0.90, 1.10], wanted below 3.0 [2.5, 3.5]; control: another; false alarms: below 0.1 %",
  );
});

describe("known failures", () => {
  const page = readFileSync(new URL("../../../docs/laboratory.md", import.meta.url), "utf8").replace(
    /\s+/g,
    " ",
  );

  test("are claims of experiments, with reasons that the page tells", () => {
    for (const { experiment, what, failsAt, because } of knownFailures) {
      expect(experimentOf(experiment).name).toBe(experiment);
      expect(failsAt.length, what).toBeGreaterThan(0);
      expect(page).toContain(because);
    }
  });

  test("are known at every seed, but for those by chance", () => {
    for (const known of knownFailures) {
      const [first = 0] = known.failsAt;
      const { experiment, what } = known;
      const at = (seed: number, data: string | null = null) =>
        knownFailureOf(experiment, what, { seed, data });
      expect(at(first)).toBe(known);
      expect(at(99)).toBe(known.byChance === true ? null : known);
      expect(at(first, "others.npy")).toBeNull();
    }
    expect(knownFailureOf("cost", "nothing", { seed: 0, data: null })).toBeNull();
  });

  test("are not told in a table of others' data", () => {
    const [{ experiment, what } = { experiment: "", what: "" }] = knownFailures;
    const one = {
      experiment,
      what,
      relation: "is",
      origin: theory("law"),
      heldAt: [0],
      falseAlarm: 0.1,
    } as const;
    const table = (data: string | null): string =>
      surveyTable([{ ...one, measured: [exactly(1)], limits: [exactly(1)] }], [0], knownOn(data));
    expect(table(null)).toContain("| 1 of 1 | known to be false |");
    expect(table("others.npy")).toContain("| 1 of 1 | 10 % |");
  });

  test("that hold or are gone are changes, as are other failures", () => {
    const listed = ["a", "b", "c"].map((what) => ({ experiment: "cost", what, failsAt: [1], because: "" }));
    const found = [
      { experiment: "cost", what: "a", heldAt: [0, 2] },
      { experiment: "cost", what: "b", heldAt: [0, 1] },
      { experiment: "cost", what: "d", heldAt: [1] },
      { experiment: "digits", what: "c", heldAt: [0, 1] },
    ];
    expect(changesOf(found, [0, 1], listed)).toEqual([
      "cost, seed 1: holds, though it is listed: b",
      "cost, seed 0: fails, though it is not listed: d",
      "cost: is gone, though it is listed: c",
    ]);
    expect(changesOf(found.slice(0, 1), [0, 1], listed.slice(0, 1))).toEqual([]);
    // Of an experiment that was not done nothing is known.
    const elsewhere = { experiment: "images", what: "e", failsAt: [1], because: "" };
    expect(changesOf(found.slice(0, 1), [0, 1], [...listed.slice(0, 1), elsewhere])).toEqual([]);
  });
});
