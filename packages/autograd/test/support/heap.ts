import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

/** The bytes of objects and of arrays that are still reachable. */
export function reachable(): { readonly objects: number; readonly arrays: number } {
  // The memory of an array is given back one collection after its object.
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return { objects: heapUsed, arrays: arrayBuffers };
}

/** Collects garbage once the current task has ended: until then, a WeakRef holds what it was asked for. */
export async function collectLater(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  collect();
}

/** The bytes in use once garbage is collected that is let go in several steps, some of them after the current job. */
export async function settledMemory(): Promise<{
  readonly objects: number;
  readonly arrays: number;
  readonly external: number;
  readonly resident: number;
}> {
  for (let round = 0; round < 5; round++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { heapUsed, arrayBuffers, external, rss } = process.memoryUsage();
  return { objects: heapUsed, arrays: arrayBuffers, external, resident: rss };
}
