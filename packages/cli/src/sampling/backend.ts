import { type Backend, js, type ProgramBackend, wasm } from "@scoretape/autograd";
import type { BackendName } from "../flags/table.ts";
import { UserError } from "../terminal/user-error.ts";

/** What runs the compiled steps. */
export interface BackendFlags {
  readonly backend: BackendName;
  /** Those of the machine where they pay, unless said. */
  readonly threads: number | undefined;
  /** Whether bits that differ from machine to machine are accepted. */
  readonly fast: boolean;
}

/** What ran the compiled steps, as a report tells it. */
export interface BackendReport {
  readonly name: BackendName;
  /** `null`: those of the machine, where they pay. */
  readonly threads: number | null;
  /** The vector instructions of WebAssembly: the plain ones have one result on every machine. */
  readonly simd: "plain" | "relaxed" | null;
}

/**
 * One backend for all the sampling of a command, so that its programs share their modules and threads. A GPU trains;
 * the samples are drawn in WebAssembly.
 *
 * @throws UserError where relaxed SIMD is asked for and this Node has none
 */
export function backendOf({ backend, threads, fast }: BackendFlags): Backend | ProgramBackend {
  if (backend === "js") return js;
  const shared = threads === undefined ? {} : { threads };
  if (!fast) return wasm(shared);
  try {
    return wasm({ ...shared, relaxed: true });
  } catch (error) {
    throw new UserError(
      `--fast needs the relaxed SIMD of WebAssembly, which Node ${process.version} does not have; leave it out, or take ` +
        "Node 22 or newer",
      { cause: error },
    );
  }
}

/** What {@link backendOf} makes of the flags. */
export function backendReport({ backend, threads, fast }: BackendFlags): BackendReport {
  return {
    name: backend,
    threads: threads ?? null,
    simd: backend === "js" ? null : fast ? "relaxed" : "plain",
  };
}
