import { gunzipSync } from "node:zlib";
import { MOST_BYTES, readBytes } from "../files/read.ts";
import { UserError } from "../terminal/user-error.ts";
import { ImageError } from "./raster.ts";

/** A file's bytes, unpacked where they are gzipped. @throws UserError if it cannot be read; ImageError if not unpacked */
export function unpackedBytes(path: string): Uint8Array {
  const bytes = readBytes(path);
  if (!(bytes[0] === 0x1f && bytes[1] === 0x8b)) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: MOST_BYTES });
  } catch (error) {
    throw new ImageError(`cannot be unpacked: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** Does work on a file, whose name stands before all that is said to be wrong with it. */
export function naming<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ImageError) throw new UserError(`${path} ${error.message}`, { cause: error });
    throw error;
  }
}
