import { closeSync, fstatSync, openSync, readSync, type Stats, statSync } from "node:fs";
import { STREAM } from "../flags/value.ts";
import { UserError } from "../terminal/user-error.ts";
import { isCode, reason } from "./reason.ts";

/** More than this is not read: Node has no longer texts, and an endless device must end. */
export const MOST_BYTES = 512 * 2 ** 20;
const CHUNK = 2 ** 20;

/**
 * A file's bytes, or those of standard input for `-`.
 *
 * @param accept - Looks at each part as it comes, and throws where there is no use in reading on.
 * @throws UserError if it cannot be read, or is too long.
 */
export function readBytes(path: string, accept: (part: Uint8Array) => void = () => {}): Uint8Array {
  try {
    return path === STREAM ? readAll(0, accept) : reading(path, (file) => readAll(file, accept));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`cannot read ${nameOf(path)}: ${reason(error)}`, { cause: error });
  }
}

/** A file's text. @throws UserError if it cannot be read or is not UTF-8. */
export function readText(path: string): string {
  const noText = (cause?: unknown): UserError =>
    new UserError(`cannot read ${nameOf(path)}: it is not a text file in UTF-8; save it as one`, { cause });
  const bytes = readBytes(path, (part) => {
    if (part.includes(0)) throw noText();
  });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw noText(error);
  }
}

/** What is known of a file; nothing where there is none. @throws UserError if its path cannot be followed. */
export function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw new UserError(`cannot use ${path}: ${reason(error)}`, { cause: error });
  }
}

/** What is known of a file; nothing where there is none, or its path cannot be followed. */
export function statsIfAny(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/** What a path is called in messages. */
export function nameOf(path: string): string {
  return path === STREAM ? "standard input" : path;
}

function reading<T>(path: string, work: (file: number) => T): T {
  const file = openSync(path, "r");
  try {
    return work(file);
  } finally {
    closeSync(file);
  }
}

function readAll(file: number, accept: (part: Uint8Array) => void): Uint8Array {
  const check = (length: number): void => {
    if (length > MOST_BYTES)
      throw new Error(`it holds more than ${MOST_BYTES / 2 ** 20} MiB; give fewer rows`);
  };
  check(fstatSync(file).size);
  const parts: Uint8Array[] = [];
  let length = 0;
  for (let part = readPart(file); part.length > 0; part = readPart(file)) {
    accept(part);
    parts.push(part);
    length += part.length;
    check(length);
  }
  return Buffer.concat(parts, length);
}

/** The next bytes; none at the end. */
function readPart(file: number): Uint8Array {
  const part = Buffer.allocUnsafeSlow(CHUNK);
  for (;;) {
    try {
      return part.subarray(0, readSync(file, part));
    } catch (error) {
      // A pipe that must not be waited for has nothing yet.
      if (!isCode(error, "EAGAIN")) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}
