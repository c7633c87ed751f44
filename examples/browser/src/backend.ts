import { type ProgramBackend, wasm } from "@scoretape/autograd";
import type { GpuProgramBackend } from "@scoretape/autograd/gpu";

/** What the form offers to run on. */
export const backendNames = ["auto", "webgpu", "webgl2", "wasm"] as const;
export type BackendName = (typeof backendNames)[number];

/** A backend, how the page calls it, and why it is this one. */
export interface ChosenBackend {
  readonly backend: ProgramBackend | GpuProgramBackend;
  readonly label: string;
  readonly reason: string;
  dispose(): Promise<void>;
}

/**
 * Opens what is to run the training. `auto` takes a GPU where there is a real one; a mode by name accepts one in
 * software if the page's address says `software`.
 */
export async function chooseBackend(name: BackendName, allowSoftware: boolean): Promise<ChosenBackend> {
  if (name === "wasm") return webAssembly("as asked for");
  // Only here: GPU.js is large.
  const { gpu } = await import("@scoretape/autograd/gpu");
  try {
    const backend = await gpu({ mode: name, allowSoftware, strict: true });
    return {
      backend,
      label: `${backend.mode === "webgpu" ? "WebGPU" : "WebGL2"} on ${backend.adapter}`,
      reason: backend.reason,
      dispose: () => backend.dispose(),
    };
  } catch (error) {
    if (name !== "auto") throw error;
    return webAssembly(error instanceof Error ? error.message : String(error));
  }
}

function webAssembly(reason: string): ChosenBackend {
  const backend = wasm();
  return { backend, label: "WebAssembly", reason, dispose: async () => backend.dispose() };
}
