import type { ComputeDevice } from "./contract.ts";

/** Opens GPU.js on WebGL2. */
export function openWebgl2(_allowSoftware: boolean): ComputeDevice {
  throw new Error("it needs a browser with WebGL2");
}
