import { readFileSync } from "node:fs";
import { UserError } from "../terminal/user-error.ts";
import { reason } from "./reason.ts";

/** A file's bytes. @throws UserError if it cannot be read. */
export function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UserError(`cannot read ${path}: ${reason(error)}`, { cause: error });
  }
}

/** A file's text. @throws UserError if it cannot be read or is not UTF-8. */
export function readText(path: string): string {
  const bytes = readBytes(path);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new UserError(`cannot read ${path}: it is not a text file in UTF-8; save it as one`, {
      cause: error,
    });
  }
}
