import { dirname } from "node:path";
import { UserError } from "../terminal/user-error.ts";
import { ensureDirectory, isSpecial } from "./atomic.ts";
import { removeLeftovers } from "./leftovers.ts";
import { statsIfAny, statsOf } from "./read.ts";

/**
 * Sees that a file can be written, before the work that it is to hold, and removes what a killed process may have left
 * beside it.
 *
 * @throws UserError if its directory cannot be made or written into, or it is a directory itself.
 */
export function ensureWritable(path: string): void {
  if (isSpecial(statsIfAny(path))) return;
  ensureDirectory(dirname(path));
  removeLeftovers(dirname(path));
  if (statsOf(path)?.isDirectory() === true) {
    throw new UserError(`cannot write ${path}: it is a directory; choose another name`);
  }
}
