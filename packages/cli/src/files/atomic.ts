import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { UserError } from "../terminal/user-error.ts";
import { temporaryName } from "./leftovers.ts";
import { statsIfAny } from "./read.ts";
import { isCode, reason } from "./reason.ts";

/**
 * Writes a whole file or nothing: to a temporary name in the same directory, flushed to the disk, then renamed, and the
 * directory flushed. A reader sees the old content or the new, and a failure removes the temporary file. Missing
 * directories are made. What is there and is no regular file, such as a device or a named pipe, is written into.
 *
 * @throws UserError if the directory cannot be made or the file cannot be written.
 */
export function writeAtomically(path: string, content: string | Uint8Array): void {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const stats = statsIfAny(path);
  if (isSpecial(stats)) {
    describing(path, () => writeInto(path, "w", bytes));
  } else {
    ensureDirectory(dirname(path));
    describing(path, () => replace(targetOf(path), bytes, stats));
  }
}

function replace(path: string, bytes: Uint8Array, old: Stats | undefined): void {
  const directory = dirname(path);
  const temporary = temporaryName(directory);
  try {
    writeInto(temporary, "wx", bytes, (file) => {
      if (old !== undefined) fchmodSync(file, old.mode);
      fsyncSync(file);
    });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  flushDirectory(directory);
}

/** Writes all bytes. The system may take fewer than it was given, and says how many. */
function writeInto(path: string, flag: "w" | "wx", bytes: Uint8Array, finish?: (file: number) => void): void {
  const file = openSync(path, flag);
  try {
    for (let done = 0; done < bytes.length; ) {
      const written = writeSync(file, bytes, done);
      if (written === 0) throw new Error(`only ${done} of ${bytes.length} bytes could be written`);
      done += written;
    }
    finish?.(file);
  } finally {
    closeSync(file);
  }
}

/** A new name is on the disk once its directory is. */
function flushDirectory(path: string): void {
  // Windows has no such thing.
  if (process.platform === "win32") return;
  const directory = openSync(path, "r");
  try {
    fsyncSync(directory);
  } catch (error) {
    // Nor have some file systems.
    if (!isCode(error, "EINVAL") && !isCode(error, "ENOTSUP")) throw error;
  } finally {
    closeSync(directory);
  }
}

/** Where symbolic links lead, so that the file is replaced and not the link. */
function targetOf(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (!isCode(error, "ENOENT")) throw error;
    const link = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    return link ? targetOf(resolve(dirname(path), readlinkSync(path))) : path;
  }
}

/** Whether something is there that takes what is written, and keeps nothing: a device, a pipe, a socket. */
export function isSpecial(stats: Stats | undefined): boolean {
  return stats !== undefined && !stats.isFile() && !stats.isDirectory();
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
  // Below a file older Nodes say that it is one, newer ones see nothing: mkdir says it in all of them.
  if (statSync(parent, { throwIfNoEntry: false }) === undefined) makeDirectory(parent);
  mkdirSync(path);
}

function describing(path: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    // Who reads from a pipe may have seen enough.
    if (isCode(error, "EPIPE")) return;
    throw new UserError(`cannot write ${path}: ${reason(error)}`, { cause: error });
  }
}
