import { type Backend, js, type ProgramBackend, wasm } from "@scoretape/autograd";
import type { BackendName } from "../flags/table.ts";

/** What runs the compiled steps. */
export interface BackendFlags {
  readonly backend: BackendName;
  readonly threads: number;
}

/**
 * One backend for all the sampling of a command, so that its programs share their modules and threads. A GPU trains;
 * the samples are drawn in WebAssembly.
 */
export function backendOf({ backend, threads }: BackendFlags): Backend | ProgramBackend {
  return backend === "js" ? js : wasm({ threads });
}
