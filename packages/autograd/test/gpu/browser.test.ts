import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasBrowser, ScriptPage } from "../support/browser.ts";
import { subjects } from "../support/cases/index.ts";
import { exceptionsOf } from "../support/exceptions.ts";
import type { Differences } from "../support/hardArguments.ts";
import type { OpParity } from "../support/opParity.ts";
import { runs } from "../support/runs.ts";
import type { OpenedMode, Work } from "./page/backends.ts";
import type { Training } from "./page/functions.ts";

/** The ops that run on the host though their results are floats. */
const ON_HOST = [
  "cast",
  "cholesky",
  "eigh",
  "logDeterminant",
  "scatterAddAlong",
  "solve",
  "sort",
  "takeAlong",
  "triangularSolve",
];
/** The ops that no kernel runs for: these, and those whose results are keys, places or their argument's elements. */
const WITHOUT_KERNEL = [
  ...ON_HOST,
  "argMax",
  "argMin",
  "argSort",
  "foldIn",
  "randomBits",
  "randomCategorical",
  "randomPermutation",
  "reshape",
  "splitKey",
  "stopGradient",
];
const DRAWS = ["randomNormal", "randomRademacher", "randomUniform"];

describe.skipIf(!hasBrowser)("in Chromium", () => {
  let script: ScriptPage;

  beforeAll(async () => {
    script = await ScriptPage.open(new URL("page/main.ts", import.meta.url));
  });

  afterAll(async () => {
    await script?.close();
  });

  describe.each([
    { mode: "webgl2", kernelClass: "WebGL2Kernel", adapter: /SwiftShader/, count: 5 },
    { mode: "webgpu", kernelClass: "WebGPUKernel", adapter: /swiftshader/i, count: 8 },
    { mode: "webasm", kernelClass: "WebAssemblyKernel", adapter: /WebAssembly/, count: 8 },
  ])("$mode", ({ mode, kernelClass, adapter, count }) => {
    /** Fails unless the mode's own kernels ran, so many launches of the GPU's for them, and nothing was warned of. */
    function ranHere({ runs, launches, warnings }: Work<unknown>): void {
      expect(warnings).toEqual([]);
      // WebGL also draws to upload.
      if (mode === "webgl2") expect(launches).toBeGreaterThanOrEqual(runs);
      else expect(launches).toBe(mode === "webgpu" ? runs : 0);
    }

    test("is what runs", async () => {
      const opened = await script.call<OpenedMode>("openMode", mode);
      expect(opened).toEqual({ mode, kernelClass, adapter: expect.stringMatching(adapter), software: true });
    });

    test.each(subjects)("$name gives the values of the reference", async ({ name }) => {
      const work = await script.call<Work<OpParity>>("op", mode, name, runs(count));
      ranHere(work);
      // In WebAssembly the processor draws.
      const isDrawnHere = mode === "webasm" && DRAWS.includes(name);
      expect(work.runs > 0).toBe(!isDrawnHere && !WITHOUT_KERNEL.includes(name));
      expect(work.found.onHost).toEqual(isDrawnHere || ON_HOST.includes(name) ? [name] : []);
    });

    test("is float64 to its last digits at hard arguments, but for the exceptions", async () => {
      const work = await script.call<Work<Differences>>("hardArguments", mode);
      ranHere(work);
      expect(work.found).toEqual({ known: exceptionsOf(mode), wrong: [] });
    });

    test("NaN and infinities go on lines where they go in float64", async () => {
      const work = await script.call<Work<string[]>>("hardLines", mode);
      ranHere(work);
      expect(work.found).toEqual([]);
    });

    test("computes what WebAssembly computes, over many rows and in many steps", async () => {
      const work = await script.call<Work<Record<string, number>>>("differences", mode);
      ranHere(work);
      expect(work.runs).toBeGreaterThan(15);
      for (const [name, difference] of Object.entries(work.found)) {
        expect(difference, name).toBeLessThanOrEqual(1e-5);
      }
      expect(work.found).toMatchObject({ uniform: 0, rademacher: 0 });
    });

    test("trains as WebAssembly does, and frees what it makes", async () => {
      const work = await script.call<Work<Training>>("train", mode);
      ranHere(work);
      const { losses, alive } = work.found;
      expect(work.runs).toBeGreaterThan((20 * losses.length) / 2);
      for (const [here, wasm] of losses) expect(Math.abs(here / wasm - 1)).toBeLessThanOrEqual(1e-4);
      expect(losses.at(-1)?.[1]).toBeLessThan(0.5 * (losses[0]?.[1] ?? 0));
      expect(alive[1]).toBe(alive[0]);
    });
  });

  test("automatic mode refuses GPUs in software, and says so", async () => {
    const found = await script.call<{ mode: string; reason: string }>("automatic");
    expect(found.mode).toBe("webasm");
    expect(found.reason).toMatch(/; webgpu: .*swiftshader.*; webgl2: it is drawn in software.*SwiftShader/i);
  });

  test.each(["webgl2", "webgpu"])("a lost GPU of %s is an error, and what was read remains", async (mode) => {
    const found = await script.call<{ read: number[]; pending: string; message: string; next: string }>(
      "lose",
      mode,
    );
    expect(found.read).toEqual([2, 4]);
    // WebGL is read at once; what of WebGPU is on its way is lost too.
    expect(found.pending).toMatch(mode === "webgpu" ? /the GPU was lost/ : /^read$/);
    for (const message of [found.message, found.next]) expect(message).toMatch(/the GPU was lost/);
  });
});
