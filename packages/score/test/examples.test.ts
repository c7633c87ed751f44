import { describe, expect, test } from "vitest";
import { examplesOf, testExamples } from "../../autograd/test/support/examples.ts";
import { publicValues } from "../../autograd/test/support/publicValues.ts";

describe("the examples of the documentation", () => {
  const folder = new URL("../", import.meta.url);
  const values = ["index", "images", "tables", "synthetic", "model", "export"].flatMap((entry) =>
    publicValues(folder, entry),
  );

  test("every public function has one", () => {
    const functions = values.filter(({ isFunction }) => isFunction);
    expect(functions.length).toBeGreaterThanOrEqual(63);
    expect(functions.filter(({ examples }) => examples.length === 0).map(({ name }) => name)).toEqual([]);
  });

  testExamples(folder, examplesOf(values));
});
