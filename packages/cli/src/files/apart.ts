import { UserError } from "../terminal/user-error.ts";
import { statsIfAny } from "./read.ts";

/**
 * Sees that nothing is written over what is read, by whatever name it goes: links of both kinds lead to the same file.
 *
 * @throws UserError if a file to be written is one that is read.
 */
export function ensureApart(written: readonly string[], read: readonly string[]): void {
  const sources = new Map(read.map((path) => [identityOf(path), path]));
  for (const path of written) {
    const source = sources.get(identityOf(path));
    if (source === undefined) continue;
    const what = source === path ? "it is read from" : `it is ${source}, which is read from`;
    throw new UserError(`cannot write ${path}: ${what}; choose another --out`);
  }
}

/** What a file is, apart from its names; nothing for one that is not there, or is no regular file. */
function identityOf(path: string): string | symbol {
  const stats = statsIfAny(path);
  return stats?.isFile() === true ? `${stats.dev}:${stats.ino}` : Symbol(path);
}
