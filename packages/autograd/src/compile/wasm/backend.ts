import { checkOptions } from "../../arguments.ts";
import type { Target } from "../../backends/wasm/emitter/module.ts";
import { supports, targetOf } from "../../backends/wasm/runtime.ts";
import { checkLowering, type ProgramBackend } from "../lowering.ts";
import { processors, withoutThreads } from "../threads/host.ts";
import { ThreadPool } from "../threads/pool.ts";
import type { Threading } from "../threads/steps.ts";
import { ModuleCache } from "./kernel.ts";
import { lower, type Setting } from "./lower.ts";

/** Options of the WebAssembly backend. */
export interface WasmOptions {
  /**
   * Relaxed SIMD: fused multiply-adds, which are faster where the processor has them and round as it does, so that
   * results differ in their last bits from machine to machine. Without it, which is the default, a program has the
   * same bits everywhere.
   */
  readonly relaxed?: boolean;
  /**
   * Threads that share the heavy steps of a program, the calling one among them: 1 to 64; unless said, as many as the
   * host runs at a time, 8 at most, in programs that gain by it. The results have the same bits for any number.
   * Worker threads start when a program with steps large enough
   * runs for the second time; until they are ready, and where the host has none, the calling thread does all.
   * They keep no process alive, and end when the programs that use them are disposed of. A page has to be
   * cross-origin isolated, and to serve the file of the workers, `compile/threads/worker.js`, beside the code.
   */
  readonly threads?: number;
}

/** Programs as WebAssembly. */
export interface WasmBackend extends ProgramBackend {
  /** Ends the worker threads; programs go on on the calling thread. */
  dispose(): void;
}

/** The least time on one thread that is worth a share of its own, in nanoseconds: a few joins of two threads. */
const GRAIN = 5_000;
const MOST_THREADS = 64;

/** Without a number of threads: at most so many, */
const MOST_UNASKED = 8;
/** for steps of which each share takes so long, in nanoseconds: on two idle cores 1.7 times as fast in programs of 0.35 ms; */
const SHARE_UNASKED = 8_000;
/** in programs whose shared steps take so long on one thread: shorter ones gained at most 1.1 times. */
const PROGRAM_UNASKED = 100_000;

/** The workers of all backends without a number of threads: they are the host's. */
let hosts: ThreadPool | null = null;

/**
 * Programs as WebAssembly: fused loops and matrix products in SIMD, everything in one memory. Ops without a
 * kernel of their own run on the reference kernels, on the same memory.
 *
 * @throws RangeError when `threads` is not a whole number from 1 to 64
 * @throws Error when `relaxed` is asked for and the host has no relaxed SIMD
 *
 * @example
 * ```ts
 * import { compile, exp, type Tensor, tensor, wasm } from "@scoretape/autograd";
 *
 * const f = compile((x: Tensor) => exp(x), { backend: wasm() });
 * console.log(f(tensor([0])).item()); // 1
 * ```
 */
export function wasm(options: WasmOptions = {}): WasmBackend {
  checkOptions("wasm", options, { relaxed: "boolean", threads: "number" });
  return wasmBackend(options, GRAIN);
}

/** The same, for a given least time of a share. */
export function wasmBackend({ threads, ...options }: WasmOptions, grain: number): WasmBackend {
  if (threads !== undefined) checkThreads(threads);
  const target = targetOf("wasm", options);
  const shared = { ...target, shared: true };
  const threading = threads === undefined ? unasked(shared) : asked(threads, shared);
  const setting: Setting = {
    modules: new ModuleCache(target),
    sharedModules: new ModuleCache(shared),
    threading,
    ...(threads === undefined
      ? { grain, share: SHARE_UNASKED, program: PROGRAM_UNASKED }
      : { grain, share: grain, program: 0 }),
  };
  return {
    name: "wasm",
    lower(program, options) {
      checkLowering("wasm", program, options);
      return lower(program, options, setting);
    },
    dispose() {
      if (threads === undefined) threading.pool = null;
      else threading.pool?.dispose();
    },
  };
}

function asked(threads: number, shared: Target): Threading {
  const reason = threads > 1 ? whyNoThreads(shared) : null;
  return { asked: threads, pool: threads > 1 && reason === null ? new ThreadPool(threads) : null, reason };
}

/** The threads of the host, where it has several. */
function unasked(shared: Target): Threading {
  const threads = Math.min(MOST_UNASKED, processors());
  const none = threads === 1 || whyNoThreads(shared) !== null;
  if (!none) hosts ??= new ThreadPool(threads);
  return { asked: null, pool: none ? null : hosts, reason: null };
}

function checkThreads(threads: number): void {
  if (!Number.isInteger(threads) || threads < 1 || threads > MOST_THREADS) {
    throw new RangeError(`wasm: threads is a whole number from 1 to ${MOST_THREADS}, not ${threads}`);
  }
}

function whyNoThreads(shared: Target): string | null {
  return withoutThreads() ?? (supports(shared) ? null : "this host's WebAssembly has no shared memory");
}

/** Whether the host can run {@link wasm} programs. */
export function hasWasm(): boolean {
  return supports({ relaxed: false });
}
