import {
  type Backend,
  js,
  type ProgramBackend,
  type Tensor,
  tensor,
  wasm,
  wasmKernels,
} from "@scoretape/autograd";
import type { GpuMode } from "@scoretape/autograd/gpu";
import type { StoredArray } from "../../workloads/arrays.ts";

/** What runs scoretape. */
export interface Engine {
  readonly tensor: (array: StoredArray) => Tensor;
  /** What programs are compiled for; none where every op runs at once. */
  readonly backend: Backend | ProgramBackend | "eager";
}

const GPU = "gpu-";

/**
 * The engine of a variant: `eager`, `eager-wasm`, `js`, `wasm-1` and `wasm-2` (threads; plain SIMD),
 * `wasm-1-relaxed` and `wasm-2-relaxed` (fused multiply-adds).
 *
 * @throws Error where the host lacks what the variant needs
 */
export function engineOf(variant: string): Engine {
  switch (variant) {
    case "eager":
      return eager(js);
    case "eager-wasm":
      return eager(wasmKernels());
    case "js":
      return compiled(js);
    case "wasm-1":
    case "wasm-2":
      return compiled(wasm({ threads: variant === "wasm-1" ? 1 : 2 }));
    case "wasm-1-relaxed":
    case "wasm-2-relaxed":
      return compiled(wasm({ relaxed: true, threads: variant === "wasm-1-relaxed" ? 1 : 2 }));
    default:
      throw new RangeError(`scoretape has no variant "${variant}"`);
  }
}

/**
 * The engine of a variant with the matrix products on GPU.js, `gpu-webasm` and so on for its modes; null for others.
 * GPU.js is loaded here alone, as users of the rest do not load it.
 *
 * @throws Error where the mode does not run here
 */
export async function gpuEngineOf(variant: string): Promise<Engine | null> {
  if (!variant.startsWith(GPU)) return null;
  const { gpuBackend } = await import("@scoretape/autograd/gpu");
  return eager(gpuBackend({ mode: gpuMode(variant), strict: true }));
}

/** Every op at once, in float64: what all are compared with. */
export const doublePrecision: Engine = {
  tensor: ({ shape, data }) => tensor(Float64Array.from(data), { shape }),
  backend: "eager",
};

function eager(backend: Backend): Engine {
  return { tensor: ({ shape, data }) => tensor(data.slice(), { shape, backend }), backend: "eager" };
}

function compiled(backend: Backend | ProgramBackend): Engine {
  return { tensor: ({ shape, data }) => tensor(data.slice(), { shape }), backend };
}

function gpuMode(variant: string): GpuMode {
  const mode = variant.slice(GPU.length);
  switch (mode) {
    case "webasm":
    case "cpu":
    case "webgl2":
    case "headlessgl":
      return mode;
    default:
      throw new RangeError(`no mode "${mode}" of GPU.js runs here`);
  }
}
