import { expect, test, vi } from "vitest";
import { gpu } from "../../src/gpu.ts";
import { compile, mul, read, type Tensor, tensor } from "../../src/index.ts";

// Before WebGPU looks for drivers; this file has a process of its own.
process.env.VK_ICD_FILENAMES = "/nonexistent";

test("WebGPU without an adapter is refused, with the reason and what to do", async () => {
  await expect(gpu({ mode: "webgpu", allowSoftware: true })).rejects.toThrow(
    /gpu: mode "webgpu" cannot run here \(webgpu: there is no adapter: no GPU.*wasm\(\)/,
  );
});

test("WebGL2 outside of a browser is refused", async () => {
  await expect(gpu({ mode: "webgl2" })).rejects.toThrow(/webgl2: it needs a browser/);
});

test("auto takes no GPU for granted: strict throws, otherwise WebAssembly runs and says why", async () => {
  await expect(gpu({ strict: true })).rejects.toThrow(/gpu: there is no GPU here \(webgpu: .*; webgl2: /);
  const warn = vi.spyOn(console, "warn");
  const backend = await gpu();
  expect(backend).toMatchObject({ mode: "webasm", software: true, kernelClass: "WebAssemblyKernel" });
  expect(backend.refusals.map((refusal) => refusal.split(":")[0])).toEqual(["webgpu", "webgl2"]);
  expect(backend.reason).toMatch(/^webasm on WebAssembly on this processor: .*there is no adapter/);
  const y = await read(await compile((x: Tensor) => mul(x, 2), { backend })(tensor([1, 2])));
  expect([...y.data]).toEqual([2, 4]);
  await backend.dispose();
  expect(warn).not.toHaveBeenCalled();
});

test("an unknown mode is refused with the known ones", async () => {
  const options: object = { mode: "opencl" };
  await expect(gpu(options)).rejects.toThrow('gpu: no mode "opencl"; there are auto, webgpu, webgl2, webasm');
});
