import { type ProgramBackend, wasm } from "@scoretape/autograd";

/** What the form offers to run on. */
export const backendNames = ["auto", "wasm"] as const;
export type BackendName = (typeof backendNames)[number];

/** A backend, and how it is called in the page. */
export interface ChosenBackend {
  readonly backend: ProgramBackend;
  readonly label: string;
}

export async function chooseBackend(_name: BackendName): Promise<ChosenBackend> {
  return { backend: wasm(), label: "WebAssembly" };
}
