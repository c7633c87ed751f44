import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Runs Node's garbage collector, without a flag on the command line: contexts made after the flag is set have it. */
export function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  const gc: unknown = runInNewContext("gc");
  if (typeof gc !== "function") throw new Error("this Node does not hand out its garbage collector");
  // The storage of arrays that died in the first collection is given back by the second.
  gc();
  gc();
}

/** The bytes that are held, the storage of typed arrays with them. */
export function bytesHeld(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The bytes that are reachable. */
export function heapInUse(): number {
  collectGarbage();
  return bytesHeld();
}
