import { countOf, type NumberArray } from "./arrays.ts";
import { ImageError } from "./raster.ts";

const UNSIGNED_BYTE = 8;

/** Whether bytes begin as an IDX file does: two zeros, the kind of number, the number of axes. */
export function isIdx(bytes: Uint8Array): boolean {
  const [first, second, kind = 0, rank = 0] = bytes;
  return first === 0 && second === 0 && kind >= 8 && kind <= 14 && rank >= 1 && rank <= 4;
}

/**
 * An array of unsigned bytes in the format of LeCun and Cortes' digits: a big-endian size for each axis, then the bytes.
 *
 * @throws ImageError if there are other numbers in it, or more or fewer than its sizes say
 */
export function decodeIdx(bytes: Uint8Array): NumberArray {
  const [, , kind, rank = 0] = bytes;
  if (kind !== UNSIGNED_BYTE) {
    throw new ImageError("holds numbers that are no unsigned bytes; IDX files of bytes are read");
  }
  const start = 4 + 4 * rank;
  if (bytes.length < start) throw new ImageError("is no whole IDX file: it ends within its sizes");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const data = bytes.subarray(start);
  if (countOf(shape) !== data.length) {
    throw new ImageError(
      `is no whole IDX file: ${shape.join("×")} bytes are announced, and ${data.length} are there`,
    );
  }
  return { shape, data, most: 255 };
}
