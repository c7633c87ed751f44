import type { ProgressStream } from "./progress.ts";

/** The signals that ask a program to end: Ctrl-C sends SIGINT. */
export type InterruptSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

/** What a run of the program is connected to. */
export interface Io {
  /** Results. */
  readonly stdout: { write(text: string): unknown };
  /** Progress, notes and errors. */
  readonly stderr: ProgressStream;
  /** Calls the listener at the next interrupt, once; returns a function that takes the listener away. */
  onInterrupt(listener: (signal: InterruptSignal) => void): () => void;
}
