import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { OpenedMode, Work } from "../../autograd/test/gpu/page/backends.ts";
import { hasBrowser, ScriptPage } from "../../autograd/test/support/browser.ts";
import { comparedObjectives, type ObjectiveParity, type TrainingParity } from "./support/gpuParity.ts";

/** Every step of WebGL in software takes its time; in Node all objectives go this way. */
const trained = ["exact", "sliced-vr", "denoising"] as const;

describe.skipIf(!hasBrowser)("in Chromium", () => {
  let script: ScriptPage;

  beforeAll(async () => {
    script = await ScriptPage.open(new URL("page/gpu.ts", import.meta.url));
  });

  afterAll(async () => {
    await script?.close();
  });

  describe.each([
    { mode: "webgl2", kernelClass: "WebGL2Kernel" },
    { mode: "webgpu", kernelClass: "WebGPUKernel" },
  ])("on $mode", ({ mode, kernelClass }) => {
    test("the driver is that of the mode", async () => {
      expect(await script.call<OpenedMode>("openMode", mode)).toEqual({
        mode,
        kernelClass,
        adapter: expect.stringMatching(/swiftshader/i),
        software: true,
      });
    });

    /** Fails unless the kernels ran on the page's GPU, so many at least, and nothing was warned of. */
    function ranOnGpu({ runs, launches, warnings }: Work<unknown>, atLeast: number): void {
      expect(warnings).toEqual([]);
      expect(runs).toBeGreaterThanOrEqual(atLeast);
      // WebGL also draws to upload.
      if (mode === "webgpu") expect(launches).toBe(runs);
      else expect(launches).toBeGreaterThanOrEqual(runs);
    }

    test.each(comparedObjectives)(
      "the %s objective has the value and the gradient of the reference",
      async (name) => {
        const work = await script.call<Work<ObjectiveParity>>("objective", mode, name);
        ranOnGpu(work, 10);
        expect(work.found.value).toBeLessThanOrEqual(1e-5);
        expect(work.found.gradient).toBeLessThanOrEqual(1e-5);
        expect(work.found.explanation).not.toContain("on the host");
      },
    );

    test.each(trained)(
      "200 steps of training with the %s objective lose as on the reference",
      async (name) => {
        const work = await script.call<Work<TrainingParity>>("training", mode, name, 200);
        ranOnGpu(work, 200 * 20);
        expect(work.found.steps).toBe(200);
        expect(work.found.losses).toBeLessThanOrEqual(1e-4);
        expect(work.found.validations).toBeLessThanOrEqual(1e-4);
      },
      240_000,
    );
  });
});
