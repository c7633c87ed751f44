import type { Io } from "./io.ts";

/** Tells the user something in one line, and goes on. */
export function note(io: Io, message: string): void {
  io.stderr.write(`scoretape: ${message.replace(/\s*\p{Cc}+\s*/gu, " ")}\n`);
}
