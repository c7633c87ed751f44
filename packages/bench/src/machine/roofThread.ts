import { parentPort, workerData } from "node:worker_threads";
import { exportedFunction } from "./webAssembly.ts";

/** What a thread is to measure. */
export interface RoofTask {
  readonly module: Uint8Array;
  readonly turns: number;
  /** When it is over, in milliseconds since the epoch. */
  readonly end: number;
}

// Runs the kernel until the time is over, and tells how many turns a second it made at its fastest.
const { module, turns, end }: RoofTask = workerData;
const roof = exportedFunction(module, "roof");
let most = 0;
do {
  const start = performance.now();
  roof(turns);
  most = Math.max(most, (1e3 * turns) / (performance.now() - start));
} while (Date.now() < end);
parentPort?.postMessage(most);
