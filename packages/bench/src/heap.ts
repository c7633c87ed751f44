import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Node's garbage collector, without a flag on the command line: contexts made after the flag is set have it. */
function garbageCollector(): () => void {
  setFlagsFromString("--expose-gc");
  const gc: unknown = runInNewContext("gc");
  if (typeof gc !== "function") throw new Error("this Node does not hand out its garbage collector");
  return () => {
    gc();
  };
}

/** The bytes that are reachable, the storage of typed arrays with them. */
export function heapInUse(): number {
  const collectGarbage = garbageCollector();
  // The storage of arrays that died in the first collection is given back by the second.
  collectGarbage();
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
