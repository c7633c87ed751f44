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
