import type { Values } from "../dtype.ts";

/** The bytes of the elements, the lowest one first. */
export function littleEndian(values: Values): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(values.length * values.BYTES_PER_ELEMENT);
  const view = new DataView(bytes.buffer);
  const bits =
    values instanceof Float64Array ? null : new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (const [i, value] of values.entries()) {
    if (bits === null) view.setFloat64(8 * i, value, true);
    else view.setUint32(4 * i, bits[i] ?? 0, true);
  }
  return bytes;
}
