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
  const file = path === STREAM ? 0 : opened(path);
  try {
    const parts: Uint8Array[] = [];
    for (const part of partsOf(path, file)) {
      accept(part);
      parts.push(part);
    }
    return Buffer.concat(parts);
  } finally {
    if (path !== STREAM) close(path, file);
  }
}

/**
 * A file's bytes in parts. They are read anew whenever they are asked for, so that a file is never in memory as a whole; of
 * standard input and of what is no regular file, of which nothing can be read twice, they are kept.
 *
 * @param accepting - What looks at each part as it comes, from the start, and throws where there is no use in reading on.
 * @throws UserError if it cannot be read, or is too long.
 */
export function bytesIn(path: string, accepting: () => (part: Uint8Array) => void): Iterable<Uint8Array> {
  const isRegular = path !== STREAM && statsIfAny(path)?.isFile() === true;
  if (!isRegular) return [readBytes(path, accepting())];
  return {
    *[Symbol.iterator]() {
      const accept = accepting();
      const file = opened(path);
      try {
        for (const part of partsOf(path, file)) {
          accept(part);
          yield part;
        }
      } finally {
        close(path, file);
      }
    },
  };
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

function opened(path: string): number {
  try {
    return openSync(path, "r");
  } catch (error) {
    throw unreadable(path, error);
  }
}

function close(path: string, file: number): void {
  try {
    closeSync(file);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** An open file's bytes. @throws UserError if it cannot be read, or is too long. */
function* partsOf(path: string, file: number): Generator<Uint8Array> {
  const next = (): Uint8Array => {
    try {
      check(Math.max(length, fstatSync(file).size));
      return readPart(file);
    } catch (error) {
      throw unreadable(path, error);
    }
  };
  const check = (length: number): void => {
    if (length > MOST_BYTES)
      throw new Error(`it holds more than ${MOST_BYTES / 2 ** 20} MiB; give fewer rows`);
  };
  let length = 0;
  for (let part = next(); part.length > 0; part = next()) {
    length += part.length;
    yield part;
  }
}

function unreadable(path: string, error: unknown): UserError {
  return new UserError(`cannot read ${nameOf(path)}: ${reason(error)}`, { cause: error });
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
