import type { KernelSource } from "../kernels/source.ts";
import { type CompiledKernel, createKernel, destroyKernel, kernelClassOf, type Library } from "../library.ts";
import { type Arrays, ArraysProgram } from "./arraysProgram.ts";
import type { ComputeDevice, DevicePlan, DeviceProgram } from "./contract.ts";
import { KernelCache } from "./kernelCache.ts";
import { lostDevice } from "./lost.ts";

/** Kernels that no program uses, kept for the next ones: one of WebAssembly mode holds about a megabyte. */
const IDLE_KERNELS = 64;

/** What distinguishes a device whose kernels GPU.js runs one by one. */
export interface SynchronousOptions<Value>
  extends Pick<ComputeDevice, "mode" | "kernelClass" | "adapter" | "software" | "mostPerThread"> {
  readonly library: Library;
  readonly settings: NonNullable<Parameters<typeof createKernel>[3]>;
  readonly arrays: Omit<Arrays<CompiledKernel, Value>, "run" | "check">;
  /** Called with a kernel before its first run. */
  prepare(kernel: CompiledKernel): void;
  /** GPU.js's output setting for a grid of threads. */
  outputOf(grid: readonly number[]): readonly number[];
  run(kernel: CompiledKernel, inputs: readonly Value[], source: KernelSource): Value;
  lost(): string | null;
}

/** A device whose kernels GPU.js runs one by one, at once. */
export function synchronousDevice<Value>(options: SynchronousOptions<Value>): Omit<ComputeDevice, "draws"> {
  const { library, arrays, kernelClass } = options;
  let runs = 0;
  let closed = false;
  const cache = new KernelCache<CompiledKernel>(IDLE_KERNELS, (kernel) => destroyKernel(library, kernel));
  const programs = new Set<DeviceProgram>();
  const lost = (): string | null => (closed ? "the backend was disposed of" : options.lost());
  const check = (): void => {
    const reason = lost();
    if (reason !== null) throw lostDevice(reason);
  };
  const run = (kernel: CompiledKernel, inputs: readonly Value[], source: KernelSource): Value => {
    if (closed) check();
    const value = options.run(kernel, inputs, source);
    const ran = kernelClassOf(kernel);
    if (ran !== kernelClass) throw new Error(`GPU.js ran a ${ran} in place of a ${kernelClass}`);
    runs++;
    return value;
  };
  const load = async (plan: DevicePlan): Promise<DeviceProgram> => {
    check();
    const keys = plan.commands.map(({ source }) => JSON.stringify([source.grid, source.inputs, source.text]));
    const kernels = plan.commands.map(({ source }, i) =>
      cache.acquire(keys[i] ?? "", () => {
        const kernel = createKernel(library, source.text, options.outputOf(source.grid), options.settings);
        options.prepare(kernel);
        return kernel;
      }),
    );
    const program = new ArraysProgram(plan, kernels, { ...arrays, run, check }, () => {
      programs.delete(program);
      for (const key of keys.splice(0)) cache.release(key);
    });
    programs.add(program);
    return program;
  };
  return {
    mode: options.mode,
    kernelClass,
    adapter: options.adapter,
    software: options.software,
    mostPerThread: options.mostPerThread,
    load,
    lost,
    stats: () => ({ runs, kernels: cache.size }),
    close: async () => {
      for (const program of [...programs]) program.dispose();
      closed = true;
      cache.clear();
      await library.destroy();
    },
  };
}
