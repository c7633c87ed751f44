import { STREAM } from "../flags/value.ts";
import type { Io } from "../terminal/io.ts";
import { ensureApart } from "./apart.ts";
import { writeAtomically } from "./atomic.ts";
import { ensureWritable } from "./writable.ts";

/** Other names of standard output. A socket, which it may be, cannot be opened by them. */
const streams = [STREAM, "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

/** Whether a verb's `--out` is standard output. */
export function isStream(out: string | undefined): boolean {
  return out === undefined || streams.includes(out);
}

/**
 * Sees that a verb's output can be written, before the work that it is to hold.
 *
 * @throws UserError if it cannot, or would be written over what the verb reads
 */
export function ensureOutput(out: string | undefined, read: readonly string[]): void {
  if (out === undefined || isStream(out)) return;
  ensureApart([out], read);
  ensureWritable(out);
}

/** Writes a verb's output to its file, or to standard output. */
export function writeOutput(out: string | undefined, text: string, io: Io): void {
  if (out === undefined || isStream(out)) io.stdout.write(text);
  else writeAtomically(out, text);
}
