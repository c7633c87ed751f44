import { checkOptions, kindOf } from "../../arguments.ts";
import type { ComputeDevice, GpuProgramMode } from "../../backends/gpu/devices/contract.ts";
import { openWebasm } from "../../backends/gpu/devices/webasm.ts";
import { openWebgl2 } from "../../backends/gpu/devices/webgl2.ts";
import { openWebgpu } from "../../backends/gpu/devices/webgpu.ts";
import { gpuJs } from "../../backends/gpu/library.ts";
import { reasonOf } from "../../backends/gpu/reason.ts";
import type { AsyncProgramBackend } from "../compiled.ts";
import { checkLowering } from "../lowering.ts";
import { compileForDevice } from "./compile.ts";
import { DeviceExecutable } from "./run.ts";

/** Options of {@link gpu}. */
export interface GpuProgramOptions {
  /**
   * `"webgpu"`: a GPU, in browsers that have WebGPU, and in Node where the package webgpu is installed. `"webgl2"`: a
   * GPU, in browsers. `"webasm"`: no GPU, but the same kernels on any machine. `"auto"`, unless said: the first of
   * these three that can run.
   */
  readonly mode?: GpuProgramMode | "auto";
  /** Accept a GPU that is a program of the processor's (SwiftShader, llvmpipe): slow, good for tests. False unless said. */
  readonly allowSoftware?: boolean;
  /** For `"auto"`: throw where there is no GPU, rather than take `"webasm"`. False unless said. */
  readonly strict?: boolean;
}

/** A GPU as a backend for whole programs, and what is known of it. */
export interface GpuProgramBackend extends AsyncProgramBackend {
  /** The mode that runs. */
  readonly mode: GpuProgramMode;
  /** What the driver calls itself. */
  readonly adapter: string;
  /** Whether the processor does the work after all. */
  readonly software: boolean;
  /** GPU.js's class of kernel. */
  readonly kernelClass: string;
  /** Why this mode and no other, for people. */
  readonly reason: string;
  /** Why each mode that was tried before cannot run, one line each. */
  readonly refusals: readonly string[];
  /** Runs of kernels so far, and kernels now kept. */
  stats(): { readonly runs: number; readonly kernels: number };
  /** Why the GPU can do nothing any more; `null` while it can. */
  lost(): string | null;
  /** Gives up the GPU: no program of it runs afterwards. */
  dispose(): Promise<void>;
}

const open: Readonly<
  Record<GpuProgramMode, (allowSoftware: boolean) => Promise<ComputeDevice> | ComputeDevice>
> = {
  webgpu: openWebgpu,
  webgl2: openWebgl2,
  webasm: openWebasm,
};

/**
 * A GPU, through GPU.js, for whole programs: `compile(f, { backend: await gpu() })` is an asynchronous function whose
 * parameters and state stay on the GPU from call to call. Elementwise chains are one kernel each, sums and matrix
 * products read what they need by its index, and draws are made on the GPU with the bits of every other backend.
 * Keys, indices and float64 stay on the host; `explain` names the ops that run there.
 *
 * A mode that was asked for by name either runs or throws; nothing takes its place.
 *
 * @throws Error when the mode cannot run here, or the package gpu.js is missing: the message says why
 * @throws TypeError for a mode that does not exist
 *
 * @example
 * ```ts
 * import { compile, read, sum, tanh, type Tensor, tensor } from "@scoretape/autograd";
 * import { gpu } from "@scoretape/autograd/gpu";
 *
 * const backend = await gpu({ mode: "webasm" });
 * const f = compile((x: Tensor) => sum(tanh(x)), { backend });
 * const y = await read(await f(tensor([0.5, -1, 2])));
 * console.log(backend.mode, backend.software); // webasm true
 * console.log(y.item().toFixed(3)); // 0.665
 * await backend.dispose();
 * ```
 */
export async function gpu(options: GpuProgramOptions = {}): Promise<GpuProgramBackend> {
  checkOptions("gpu", options, { mode: "any", allowSoftware: "boolean", strict: "boolean" });
  gpuJs("gpu");
  const { mode = "auto", allowSoftware = false, strict = false } = options;
  const known = Object.keys(open).filter(isMode);
  if (mode !== "auto" && !isMode(mode)) {
    throw new TypeError(`gpu: no mode ${kindOf(mode)}; there are auto, ${known.join(", ")}`);
  }
  const tried = mode !== "auto" ? [mode] : known.filter((name) => !strict || name !== "webasm");
  const refusals: string[] = [];
  for (const name of tried) {
    try {
      const device = await open[name](allowSoftware);
      const because =
        mode === "auto" ? "the first of the modes that can run here" : "the mode that was asked for";
      return backendOf(device, refusals, because);
    } catch (error) {
      refusals.push(`${name}: ${reasonOf(error)}`);
    }
  }
  throw new Error(
    `gpu: ${mode === "auto" ? "there is no GPU here" : `mode "${mode}" cannot run here`} (${refusals.join("; ")}); ` +
      "wasm() is the fast backend without a GPU",
  );
}

function isMode(name: unknown): name is GpuProgramMode {
  return typeof name === "string" && Object.hasOwn(open, name);
}

function backendOf(device: ComputeDevice, refusals: readonly string[], because: string): GpuProgramBackend {
  const { mode, adapter, software, kernelClass } = device;
  const backend: GpuProgramBackend = {
    name: `gpu ${mode}`,
    asynchronous: true,
    mode,
    adapter,
    software,
    kernelClass,
    reason: [`${mode} on ${adapter}: ${because}`, ...refusals].join("; "),
    refusals,
    compile: (f, options) => compileForDevice(f, backend, options),
    lower(program, options) {
      checkLowering("gpu", program, options);
      return new DeviceExecutable(program, options, device);
    },
    stats: () => device.stats(),
    lost: () => device.lost(),
    dispose: () => device.close(),
  };
  return backend;
}
