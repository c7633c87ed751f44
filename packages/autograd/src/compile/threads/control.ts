/** Words in a cache line: what different threads write stays apart. */
const LINE = 16;

/**
 * The words of the array by which threads speak to each other. Workers watch `generation`, which changes with
 * every step that is published and every message that is sent.
 */
export const words = {
  generation: 0,
  /** Workers that sleep until the generation changes. */
  sleepers: 1,
  /** Messages sent to each worker so far. */
  sent: 2,
  /** The program and the step whose shares may be claimed. */
  program: LINE,
  step: LINE + 1,
  /** Shares that are not finished. */
  pending: 2 * LINE,
  /** 1 while the main thread sleeps until nothing is pending. */
  joining: 2 * LINE + 1,
  /** 1 after a kernel has failed in a worker. */
  failed: 2 * LINE + 2,
  /** A line for each thread from here on, the main thread's first. */
  threads: 3 * LINE,
  line: LINE,
  /** Within a thread's line, 1 while the share of that number is free to be claimed. */
  free: 0,
  /** Within a worker's line, the messages that it has handled, and the shares that it has run. */
  handled: 1,
  ran: 2,
} as const;

/** A word of a thread's own line. */
export function wordOf(thread: number, word: "free" | "handled" | "ran"): number {
  return words.threads + thread * words.line + words[word];
}

/** The words for so many threads, all zero. */
export function controlArray(threads: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * (words.threads + threads * words.line)));
}

/** A call in a message: which of the entries, and its parameters. */
export type EncodedCall = readonly number[];

/** What workers are sent. The program's steps are those that are split: their shares, and the calls of each. */
export type Message =
  | {
      readonly kind: "begin";
      readonly control: Int32Array;
      readonly words: typeof words;
      readonly thread: number;
      readonly threads: number;
      /** For how long a worker without work watches before it sleeps, in milliseconds. */
      readonly patience: number;
    }
  | { readonly kind: "program"; readonly id: number; readonly program: EncodedProgram }
  | { readonly kind: "forget"; readonly id: number };

export interface EncodedProgram {
  readonly memory: object;
  readonly modules: readonly object[];
  readonly entries: readonly { readonly module: number; readonly name: string }[];
  readonly steps: readonly (readonly (readonly EncodedCall[])[])[];
}
