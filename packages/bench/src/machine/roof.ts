import { Worker } from "node:worker_threads";
import { OPERATIONS_PER_TURN, roofKernel } from "./roofKernel.ts";
import type { RoofTask } from "./roofThread.ts";
import { exportedFunction, hasRelaxedSimd } from "./webAssembly.ts";

/** The most that the machine gives to WebAssembly, the best of many short runs. */
export interface Roof {
  /** Multiplications and additions in 128-bit vectors, one thread, GFLOP/s. */
  readonly oneThread: number;
  /** The same on two threads at once, their sum. Below twice the former where two CPUs share a core. */
  readonly twoThreads: number;
  /** One thread with fused multiply-adds; null where the runtime has none. */
  readonly fused: number | null;
  /** Copying 64 MB, which no cache holds: GB/s of bytes read and bytes written together. */
  readonly copyMemory: number;
  /** Copying 128 kB, as much as a tensor of 32,768 numbers. */
  readonly copyCache: number;
}

const TURNS = 100_000;

/** Measures the roof; each of its numbers takes so many milliseconds. */
export async function measureRoof(milliseconds: number): Promise<Roof> {
  const plain = await roofKernel(false);
  return {
    oneThread: await onThreads(1, plain, milliseconds),
    twoThreads: await onThreads(2, plain, milliseconds),
    fused: hasRelaxedSimd() ? await onThreads(1, await roofKernel(true), milliseconds) : null,
    copyMemory: copyBandwidth(64e6, milliseconds),
    copyCache: copyBandwidth(131_072, milliseconds),
  };
}

/** GFLOP/s of so many threads together. */
async function onThreads(count: number, module: Uint8Array, milliseconds: number): Promise<number> {
  // A run before lets V8 replace its first, quick code of the module by its good one.
  exportedFunction(module, "roof")(TURNS);
  const task: RoofTask = { module, turns: TURNS, end: Date.now() + STARTING + milliseconds };
  const turns = await Promise.all(Array.from({ length: count }, () => runThread(task)));
  return (turns.reduce((sum, own) => sum + own, 0) * OPERATIONS_PER_TURN) / 1e9;
}

/** Time for threads to start, in milliseconds. */
const STARTING = 100;

function runThread(workerData: RoofTask): Promise<number> {
  return new Promise((resolve, reject) => {
    // Built files end in .js, sources in .ts; both lie side by side.
    const file = import.meta.url.replace(/roof(\.[jt]s)$/, "roofThread$1");
    const worker = new Worker(new URL(file), { workerData });
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

function copyBandwidth(bytes: number, milliseconds: number): number {
  const [from, to] = [new Float32Array(bytes / 4).fill(1), new Float32Array(bytes / 4)];
  const copies = Math.max(1, Math.floor(1e7 / bytes));
  const end = performance.now() + milliseconds;
  let best = 0;
  while (performance.now() < end) {
    const start = performance.now();
    for (let i = 0; i < copies; i++) to.set(from);
    best = Math.max(best, (2 * bytes * copies) / (performance.now() - start) / 1e6);
  }
  return best;
}
