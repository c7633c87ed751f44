import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { arrayOf, arraysOf, part } from "../src/workloads/arrays.ts";
import { readWorkload, writeWorkload } from "../src/workloads/files.ts";
import { BATCHES, chosenWorkloads, shortened, workloads } from "../src/workloads/workload.ts";
import { imageKinds, kinds, tiny, workloadOf } from "./support/work.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "scoretape-bench-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test.each([...kinds, ...imageKinds])("%s comes back from its files as it was", (id) => {
  const loaded = tiny(id);
  writeWorkload(join(folder, id), loaded);
  const again = readWorkload(join(folder, id));
  expect(again.workload).toEqual(loaded.workload);
  expect([...again.arrays.keys()]).toEqual([...loaded.arrays.keys()]);
  for (const [name, { shape, data }] of loaded.arrays) {
    expect(arrayOf(again.arrays, name).shape).toEqual(shape);
    expect(arrayOf(again.arrays, name).data).toEqual(data);
  }
});

test("a file that is cut short is refused", () => {
  const path = join(folder, "cut");
  writeWorkload(path, tiny("W1"));
  const bytes = readFileSync(join(path, "arrays.bin"));
  writeFileSync(join(path, "arrays.bin"), bytes.subarray(0, bytes.length - 8));
  expect(() => readWorkload(path)).toThrow("but arrays.bin holds");
});

test("the numbers are the same at every call, and the batches differ", () => {
  const { workload, arrays } = tiny("W1");
  expect(arraysOf(workload)).toEqual(arrays);
  const batches = Array.from({ length: BATCHES }, (_, i) => part(arrayOf(arrays, "x"), i).data.join());
  expect(new Set(batches).size).toBe(BATCHES);
});

test("probes of sliced losses are signs, noise of denoising is not", () => {
  const isSign = (value: number): boolean => Math.abs(value) === 1;
  expect(arrayOf(tiny("W1").arrays, "v").data.every(isSign)).toBe(true);
  expect(arrayOf(tiny("W4").arrays, "v").data.every(isSign)).toBe(false);
});

test("names choose workloads: one, a family, all", () => {
  const ids = (names: readonly string[]): string[] => chosenWorkloads(names).map(({ id }) => id);
  expect(ids(["W1"])).toEqual(["W1"]);
  expect(ids(["W3"])).toEqual(["W3-d2", "W3-d8", "W3-d32", "W3-d100"]);
  expect(ids(["W11"])).toEqual([]);
  expect(ids([])).toEqual(workloads.map(({ id }) => id));
  expect(new Set(ids([])).size).toBe(workloads.length);
});

test("a quick run samples a tenth of the steps and says so", () => {
  expect(shortened(workloadOf("W6"))).toMatchObject({
    steps: 100,
    title: expect.stringContaining("100 Langevin"),
  });
  expect(shortened(workloadOf("W1"))).toEqual(workloadOf("W1"));
});
