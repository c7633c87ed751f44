import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { modes } from "../../autograd/test/support/gpu.ts";
import { scoretape } from "./support/cli.ts";
import { csvOf, makeWorkplace, type Workplace } from "./support/files.ts";

let place: Workplace;
let data: string;
beforeAll(() => {
  place = makeWorkplace();
  data = place.write("pair.csv", csvOf(["length", "width"], 30));
});
afterAll(() => place.remove());

const short = ["--steps", "20", "--hidden", "8", "--batch", "16", "--levels", "3"];
const few = ["--steps-per-level", "3", "--samples", "20"];

function report(out: string): { readonly losses: unknown; readonly backend: unknown } {
  return JSON.parse(readFileSync(place.path(out, "report.json"), "utf8"));
}

/** All the numbers in a value, in order. */
function numbersIn(value: unknown): number[] {
  if (typeof value === "number") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

describe.skipIf(modes.length === 1)("train --backend gpu", () => {
  test("has the losses of WebAssembly", async () => {
    const train = (out: string, ...options: string[]) =>
      scoretape(["train", data, "--out", place.path(out), ...short, ...few, ...options]);
    const there = await train("gpu", "--backend", "gpu", "--allow-software");
    expect([there.code, there.stderr]).toEqual([0, ""]);
    expect(there.stdout).toMatch(/^training on .*SwiftShader/);
    expect((await train("wasm")).code).toBe(0);
    expect(report("gpu").backend).toMatchObject({ name: "gpu", gpu: expect.stringContaining("SwiftShader") });
    const [actual, expected] = [numbersIn(report("gpu").losses), numbersIn(report("wasm").losses)];
    expect(expected.length).toBeGreaterThan(1);
    expect(actual.length).toBe(expected.length);
    expected.forEach((loss, i) => {
      expect(Math.abs((actual[i] ?? Number.NaN) - loss)).toBeLessThanOrEqual(1e-3 * Math.abs(loss));
    });
  });

  test("refuses a GPU in software unless it is allowed", async () => {
    const { code, stderr } = await scoretape([
      "train",
      data,
      "--out",
      place.path("none"),
      "--backend",
      "gpu",
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^scoretape: --backend gpu needs a GPU.*SwiftShader.*allowSoftware: true/);
  });
});
