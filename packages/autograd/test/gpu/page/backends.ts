import { type GpuProgramBackend, type GpuProgramMode, gpu } from "../../../src/gpu.ts";
import { observed } from "./observe.ts";

/** A mode that a page computes in, and what it did there. */
export interface OpenedMode {
  readonly mode: string;
  readonly kernelClass: string;
  readonly adapter: string;
  readonly software: boolean;
}

/** What ran in a piece of work. */
export interface Work<T> {
  readonly found: T;
  /** The runs of kernels that the backend counted, */
  readonly runs: number;
  /** and the draws and dispatches that the page's GPU was asked for. */
  readonly launches: number;
  /** What was warned of. */
  readonly warnings: readonly string[];
}

const backends = new Map<string, GpuProgramBackend>();

/** The page's backend of a mode, which many checks share. */
export async function backendFor(mode: GpuProgramMode): Promise<GpuProgramBackend> {
  const known = backends.get(mode) ?? (await gpu({ mode, allowSoftware: true }));
  backends.set(mode, known);
  return known;
}

export async function openMode(mode: GpuProgramMode): Promise<OpenedMode> {
  const { kernelClass, adapter, software, mode: opened } = await backendFor(mode);
  return { mode: opened, kernelClass, adapter, software };
}

/** Does some work in a mode, and counts what ran for it. */
export async function workIn<T>(
  mode: GpuProgramMode,
  work: (backend: GpuProgramBackend) => Promise<T>,
): Promise<Work<T>> {
  const backend = await backendFor(mode);
  const [runs, launches, warned] = [backend.stats().runs, observed.launches(), observed.warnings().length];
  const found = await work(backend);
  return {
    found,
    runs: backend.stats().runs - runs,
    launches: observed.launches() - launches,
    warnings: observed.warnings().slice(warned),
  };
}
