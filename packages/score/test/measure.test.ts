import { mul, random, tensor } from "@scoretape/autograd";
import { describe as describeTraining, measure, modelOf, networkOf } from "@scoretape/score/model";
import { expect, test } from "vitest";

test("a category leaves no range, for whatever is drawn stands for one of its labels", () => {
  const columns = ["colour", "size"];
  const values = random.normal(random.key(0), [300, 2], { dtype: "float64" });
  const data = { kind: "file", name: "a.csv", rows: 300, sha256: "0".repeat(64) } as const;
  const told = describeTraining({ data, columns, values, set: null }, { steps: 1, hidden: [8] });
  const schema = [
    { name: "colour", kind: "category", labels: ["red", "blue"], shares: [0.5, 0.5] },
    { name: "size", kind: "real" },
  ] as const;
  // A third wider than the data in both columns, which is no running away yet.
  const samples = mul(random.normal(random.key(1), [300, 2]), tensor(1.35));
  const rows = { columns, set: null, training: values, test: null };
  const verdictOf = (description: typeof told): string =>
    measure(modelOf(description, networkOf(description).init(random.key(2))), samples, rows).verdict.text;

  expect(verdictOf(told)).toMatch(/leave the data's range in (?:colour|size) and 1 more column/);
  expect(verdictOf({ ...told, schema })).toMatch(/leave the data's range in size[.;]/);
});
