import { statSync } from "node:fs";
import { dirname } from "node:path";
import { UserError } from "../terminal/user-error.ts";
import { ensureDirectory } from "./atomic.ts";

/**
 * Sees that a file can be written, before the work that it is to hold.
 *
 * @throws UserError if its directory cannot be made or written into, or it is a directory itself.
 */
export function ensureWritable(path: string): void {
  ensureDirectory(dirname(path));
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) {
    throw new UserError(`cannot write ${path}: it is a directory; choose another name`);
  }
}
