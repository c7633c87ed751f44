import { describe, expect, test } from "vitest";
import { examplesOf, testExamples } from "./support/examples.ts";
import { publicValues } from "./support/publicValues.ts";

/** Where functions are declared that one does not know from mathematics or from other libraries. */
const taught = /^(transforms|compile|nn|optim|safetensors|export|onnx)\/|^(check|random|ops\/einsum)\.ts$/;

describe("the examples of the documentation", () => {
  const folder = new URL("../", import.meta.url);
  const values = ["index", "safetensors", "export", "onnx"].flatMap((entry) => publicValues(folder, entry));

  test("every transform, layer, optimiser and draw has one, and so have compile, checkGradients, einsum, read, write and fromOnnx", () => {
    const functions = values.filter(({ isFunction, file }) => isFunction && taught.test(file));
    expect(functions.length).toBeGreaterThanOrEqual(41);
    expect(functions.filter(({ examples }) => examples.length === 0).map(({ name }) => name)).toEqual([]);
  });

  testExamples(folder, examplesOf(values));
});
