import type { Outcome } from "./work.ts";

// The worker reads requests from its standard input and writes one reply for each to its standard output, both as
// JSON, one message a line.

export type Request =
  /** Prepare the workload in a folder. */
  | { readonly command: "prepare"; readonly workload: string; readonly variant: string }
  | { readonly command: "check" }
  /** Do the work, first `untimed` times (none unless said), then `iterations` times by the clock, without a pause. */
  | { readonly command: "run"; readonly iterations: number; readonly untimed?: number }
  | { readonly command: "memory" };

export interface Prepared {
  readonly perIteration: number;
  readonly notes: readonly string[];
}

export interface Timing {
  /** The time that passed. */
  readonly seconds: number;
  /** The time of all the process's threads together meanwhile. */
  readonly cpuSeconds: number;
  /** The same with what was done untimed before. */
  readonly turnCpuSeconds: number;
}

export interface MemoryUse {
  /** The most memory that the process has had resident, in bytes. */
  readonly peakBytes: number;
}

export type Answer<R extends Request> = R extends { command: "prepare" }
  ? Prepared
  : R extends { command: "check" }
    ? Outcome
    : R extends { command: "run" }
      ? Timing
      : MemoryUse;

export type Reply<R extends Request = Request> =
  | { readonly ok: true; readonly answer: Answer<R> }
  | { readonly ok: false; readonly error: string };
