import type { Key } from "@scoretape/autograd";
import { classifierTest, gaussianCopula } from "@scoretape/score/synthetic";
import { inferSchema, readMixedTable } from "@scoretape/score/tables";
import { describe, expect, test } from "vitest";
import { KeyRecorder } from "../../autograd/test/support/keyRecorder.ts";
import { keyTakers } from "../../autograd/test/support/keyTakers.ts";

const { table } = readMixedTable("x,y\n1,a\n2,a\n3,b\n5,b\n6,b\n8,a\n");
const { schema } = inferSchema(table, { marginals: "normal-score" });
const known = new KeyRecorder().key(1);

const cases: Readonly<Record<string, (key: Key) => unknown>> = {
  "synthetic.classifierTest": (key) => classifierTest(schema, table, table, { key, folds: 2 }),
  "synthetic.gaussianCopula": (key) => gaussianCopula(schema, table, { key }),
  "synthetic.gaussianCopula().sample": (key) => gaussianCopula(schema, table, { key: known }).sample(key, 5),
};

test("every function on tables' samples with a key has a case", () => {
  expect(Object.keys(cases).sort()).toEqual(keyTakers(new URL("../", import.meta.url), "synthetic"));
});

describe("a key is drawn from once, or other keys are made of it", () => {
  test.each(Object.entries(cases))("%s", (_name, run) => {
    const recorder = new KeyRecorder();
    run(recorder.key(7));
    expect(recorder.coincidences()).toEqual([]);
    expect(recorder.drawn).toBeGreaterThan(0);
  });
});
