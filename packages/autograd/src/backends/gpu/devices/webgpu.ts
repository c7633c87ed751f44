import { destroyKernel, gpuJs, openLibrary } from "../library.ts";
import { reasonOf } from "../reason.ts";
import { SOFTWARE } from "../renderer.ts";
import { type BuiltKernel, buildKernel } from "./builtKernel.ts";
import type { ComputeDevice, DevicePlan, DeviceProgram } from "./contract.ts";
import { drawsRight } from "./draws.ts";
import { KernelCache } from "./kernelCache.ts";
import { lostDevice } from "./lost.ts";
import { WebgpuProgram } from "./webgpuProgram.ts";
import type { GpuAdapter, GpuDevice } from "./webgpuTypes.ts";

/** Kernels that no program uses, kept for the next ones. */
const IDLE_KERNELS = 256;

/**
 * Opens GPU.js's device of WebGPU.
 *
 * @throws when there is no adapter, or only one in software and that is not allowed
 */
export async function openWebgpu(allowSoftware: boolean): Promise<ComputeDevice> {
  const { adapter, device } = await acquire();
  const name = adapterName(adapter);
  const software = adapter.info.isFallbackAdapter === true || SOFTWARE.test(name);
  if (software && !allowSoftware) {
    throw new Error(`its only adapter works in software, ${name}; allowSoftware: true accepts that`);
  }
  const library = openLibrary("webgpu");
  let lost: string | null = null;
  let runs = 0;
  device.lost.then(({ reason, message }) => {
    lost ??= message || reason || "no reason was given";
  });
  device.addEventListener("uncapturederror", ({ error }) => {
    lost ??= error.message;
  });
  const cache = new KernelCache<Promise<BuiltKernel>>(IDLE_KERNELS, (kernel) => {
    kernel.then(
      (built) => destroyKernel(library, built.kernel),
      () => undefined,
    );
  });
  const check = (): void => {
    if (lost !== null) throw lostDevice(lost);
  };
  const programs = new Set<DeviceProgram>();
  const load = async (plan: DevicePlan): Promise<DeviceProgram> => {
    check();
    const keys = plan.commands.map(({ source }) => `${source.grid.length} ${source.text}`);
    const acquired: string[] = [];
    const release = (): void => {
      for (const key of acquired.splice(0)) cache.release(key);
    };
    try {
      const kernels = await Promise.all(
        plan.commands.map(({ source }, i) => {
          const key = keys[i] ?? "";
          acquired.push(key);
          return cache.acquire(key, () => buildKernel(library, source));
        }),
      );
      device.pushErrorScope("out-of-memory");
      const program = new WebgpuProgram(device, plan, kernels, {
        check,
        ran: () => {
          runs++;
        },
        released: () => {
          programs.delete(program);
          release();
        },
      });
      programs.add(program);
      const failure = await device.popErrorScope();
      if (failure !== null) {
        program.dispose();
        const bytes = plan.places.reduce((sum, size) => sum + 4 * size, 0);
        throw new RangeError(
          `compile: the GPU has no room for the program's ${bytes} bytes (${failure.message}); take a smaller batch`,
        );
      }
      return program;
    } catch (error) {
      release();
      check();
      throw error;
    }
  };
  const opened = {
    mode: "webgpu",
    kernelClass: "WebGPUKernel",
    adapter: name,
    software,
    mostPerThread: 4,
    load,
    lost: () => lost,
    stats: () => ({ runs, kernels: cache.size }),
    close: async () => {
      for (const program of [...programs]) program.dispose();
      lost ??= "the backend was disposed of";
      cache.clear();
      await library.destroy();
    },
  } as const;
  return { ...opened, draws: await drawsRight(opened) };
}

async function acquire(): Promise<{ readonly adapter: GpuAdapter; readonly device: GpuDevice }> {
  await provideNavigator();
  const { WebGPUContext } = gpuJs();
  if (!WebGPUContext.isSupported) {
    throw new Error(
      "there is no navigator.gpu; use a browser with WebGPU, or install the package webgpu in Node",
    );
  }
  try {
    return await WebGPUContext.acquire();
  } catch (error) {
    const reason = reasonOf(error);
    // GPU.js has only advice about Chromium for this.
    const isMissing = reason.includes("no adapter is available");
    throw new Error(isMissing ? "there is no adapter: no GPU, or no driver for it" : reason, {
      cause: error,
    });
  }
}

/** In Node, GPU.js finds WebGPU only where a page would have it; the package webgpu brings it. */
async function provideNavigator(): Promise<void> {
  if (gpuJs().WebGPUContext.isSupported || !("process" in globalThis)) return;
  let webgpu: unknown;
  try {
    // By a name that bundlers do not look into.
    const name = "webgpu";
    webgpu = await import(/* webpackIgnore: true */ /* @vite-ignore */ name);
  } catch {
    return;
  }
  if (!isWebgpuPackage(webgpu)) return;
  Object.assign(globalThis, webgpu.globals);
  const gpu = { value: webgpu.create([]), configurable: true };
  const navigator: unknown = Reflect.get(globalThis, "navigator");
  if (typeof navigator === "object" && navigator !== null) Object.defineProperty(navigator, "gpu", gpu);
  else {
    const made = Object.defineProperty({}, "gpu", gpu);
    Object.defineProperty(globalThis, "navigator", { value: made, configurable: true, writable: true });
  }
}

function isWebgpuPackage(
  x: unknown,
): x is { readonly globals: object; create(options: readonly string[]): object } {
  return typeof x === "object" && x !== null && "globals" in x && "create" in x;
}

function adapterName({ info }: GpuAdapter): string {
  const parts = [info.vendor, info.architecture, info.device, info.description].filter((part) => part !== "");
  return parts.length === 0 ? "an adapter that does not tell its name" : parts.join(", ");
}
