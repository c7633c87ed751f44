import type { Backend, Kernel, MatmulParameters } from "../../../backend.ts";

/** The synchronous ways in which GPU.js runs a kernel. */
export type GpuMode = "webgl2" | "headlessgl" | "webasm" | "cpu";

/** Options of {@link gpuBackend}. */
export interface GpuOptions {
  /**
   * How GPU.js is to run. `"auto"`, unless said, takes WebGL2 on a hardware renderer, else WebAssembly.
   * It never takes `"headlessgl"`, which cannot tell a GPU from a software renderer: ask for it by name.
   * `"cpu"` is plain JavaScript that GPU.js writes, slower than the reference kernel: a cross-check.
   */
  readonly mode?: GpuMode | "auto";
  /**
   * Throw rather than compute in another way than the one asked for: at once where the mode cannot run, and
   * at a product that GPU.js fails to run. Otherwise the best mode there is steps in, or the reference
   * kernel, and `stats()` tells. False unless said.
   */
  readonly strict?: boolean;
  /**
   * Matrix products of fewer multiplications (rows × depth × columns) run on the reference kernel: 0 sends
   * all to GPU.js, `Infinity` none. Unless said, where GPU.js begins to pay in the mode that runs.
   */
  readonly threshold?: number;
  /** Accept a WebGL2 that is drawn in software (SwiftShader, llvmpipe): slow, good for tests only. */
  readonly allowSoftware?: boolean;
  /** Compiled kernels that are kept, one per transposition and sizes; the oldest goes first. 64 unless said. */
  readonly cacheSize?: number;
}

/** What a backend has done so far. */
export interface GpuStats {
  /** The mode that was asked for. */
  readonly asked: GpuMode | "auto";
  /** The mode that runs; `null` where none can, and the reference kernel does all. */
  readonly mode: GpuMode | null;
  /** GPU.js's class of kernel in that mode, which every run is checked for; `null` where none can run. */
  readonly kernelClass: string | null;
  /** What the driver calls itself, in the WebGL modes. */
  readonly renderer: string | null;
  /** Whether two changes to GPU.js's inside, which make it about twice as fast, hold in this version of it. */
  readonly tuned: boolean;
  /** Why a mode that comes before the one that runs does not, one line each. */
  readonly refusals: readonly string[];
  /** The matmul calls that GPU.js computed. */
  readonly gpuCalls: number;
  /** The kernel runs in those: one for each matrix of a batch. */
  readonly launches: number;
  /** The matmul calls that the reference kernel computed: small or empty ones, float64, failures. */
  readonly plainCalls: number;
  /** The calls among `plainCalls` that GPU.js should have computed but could not, */
  readonly failures: number;
  /** and why the latest of them could not. */
  readonly lastFailure: string | null;
  /** The compiled kernels now kept. */
  readonly kernels: number;
  /** The kernels destroyed to make room, or because they failed. */
  readonly evictions: number;
}

/** A backend whose matrix products run on GPU.js. */
export interface GpuBackend extends Backend {
  readonly matmul: Kernel<MatmulParameters>;
  /** Which mode runs, and how often. */
  stats(): GpuStats;
  /** Frees every kernel and the GPU's context; a matmul after it throws. */
  dispose(): Promise<void>;
}
