import { accessSync, constants, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { UserError } from "../terminal/user-error.ts";
import { reason } from "./reason.ts";

/**
 * Writes a whole file or nothing: to a temporary name in the same directory, flushed to the disk, then renamed.
 * A reader sees the old content or the new, and a failure removes the temporary file. Missing directories are
 * made.
 *
 * @throws UserError if the directory cannot be made or the file cannot be written.
 */
export function writeAtomically(path: string, content: string | Uint8Array): void {
  ensureDirectory(dirname(path));
  const bytes =
    typeof content === "string" ? content : Buffer.from(content.buffer, content.byteOffset, content.length);
  try {
    writeFileAtomic.sync(path, bytes);
  } catch (error) {
    throw new UserError(`cannot write ${path}: ${reason(error)}`, { cause: error });
  }
}

/**
 * Makes a directory, and its parents, unless it is there, and sees that files can be written into it: so that
 * hours of work do not end at a locked door.
 *
 * @throws UserError if it cannot be made, is a file, or may not be written.
 */
export function ensureDirectory(path: string): void {
  try {
    makeDirectory(path);
    accessSync(path, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new UserError(`cannot write into the directory ${path}: ${reason(error)}`, { cause: error });
  }
}

/** mkdir's own `recursive` never returns where a file system answers ENOENT to every attempt, as /proc does. */
function makeDirectory(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
  const parent = dirname(path);
  if (parent !== path) makeDirectory(parent);
  mkdirSync(path);
}
