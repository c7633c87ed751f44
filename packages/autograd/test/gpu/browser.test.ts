import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasBrowser, ScriptPage } from "../support/browser.ts";
import type { PageReport } from "./page/main.ts";

describe.skipIf(!hasBrowser)("in Chromium", () => {
  let script: ScriptPage;

  beforeAll(async () => {
    script = await ScriptPage.open("gpu/page/main.ts");
  });

  afterAll(async () => {
    await script?.close();
  });

  test.each([
    ["webgl2", "WebGL2Kernel"],
    ["webgpu", "WebGPUKernel"],
    ["webasm", "WebAssemblyKernel"],
  ])(
    "%s computes and trains as WebAssembly does",
    async (mode, kernelClass) => {
      const found: PageReport = await script.page.evaluate(`report(${JSON.stringify(mode)})`);
      expect(found).toMatchObject({ mode, kernelClass, software: true });
      expect(found.runs).toBeGreaterThan(200);
      for (const [name, difference] of Object.entries(found.differences)) {
        expect(difference, name).toBeLessThanOrEqual(1e-5);
      }
      expect(found.differences).toMatchObject({ uniform: 0, rademacher: 0 });
      for (const [here, wasm] of found.losses) expect(Math.abs(here / wasm - 1)).toBeLessThanOrEqual(1e-4);
      expect(found.alive[1]).toBe(found.alive[0]);
      expect(found.losses.at(-1)?.[1]).toBeLessThan(0.5 * (found.losses[0]?.[1] ?? 0));
    },
    240_000,
  );

  test("automatic mode refuses GPUs in software, and says so", async () => {
    const found: { mode: string; reason: string } = await script.page.evaluate("automatic()");
    expect(found.mode).toBe("webasm");
    expect(found.reason).toMatch(/; webgpu: .*swiftshader.*; webgl2: it is drawn in software.*SwiftShader/i);
  });
});
