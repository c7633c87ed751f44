import type { Values } from "../dtype.ts";
import { sizeOf } from "../shape.ts";
import { Dense } from "../tensor.ts";
import type { Safetensors } from "./format.ts";
import { widened } from "./half.ts";
import { type Entry, readHeader } from "./header.ts";

/**
 * Reads a file in the safetensors format (Hugging Face): the header's length in 8 bytes, little-endian; the header, JSON
 * that gives each tensor's dtype, shape and range of bytes; the bytes. F32, F64 and U32 keep their bits; F16 and BF16
 * become float32, which holds them all. The tensors are copies.
 *
 * The header is taken as strictly as the format says: no name twice, no range that overlaps another, leaves a gap,
 * differs from what dtype and shape need, or ends elsewhere than the file does.
 *
 * @param bytes the whole file
 * @throws TypeError unless the bytes are a Uint8Array or an ArrayBuffer
 * @throws SafetensorsError when they are no whole safetensors file, or a tensor has another dtype
 *
 * @example
 * ```ts
 * import { tensor } from "@scoretape/autograd";
 * import { read, write } from "@scoretape/autograd/safetensors";
 *
 * const bytes = write({ tensors: { weight: tensor([[1, 2, 3]]) }, metadata: { made: "today" } });
 * const { tensors, metadata } = read(bytes);
 * console.log(tensors.weight?.shape, metadata.made); // [ 1, 3 ] today
 * ```
 */
export function read(bytes: Uint8Array | ArrayBuffer): Safetensors {
  const file = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes;
  if (!(file instanceof Uint8Array)) {
    throw new TypeError(
      "safetensors.read: bytes are no Uint8Array and no ArrayBuffer; give a file's content",
    );
  }
  const { entries, metadata, start } = readHeader(file);
  const view = new DataView(file.buffer, file.byteOffset + start, file.byteLength - start);
  const tensors = entries.map(
    (entry) => [entry.name, new Dense([...entry.shape], valuesOf(view, entry))] as const,
  );
  return { tensors: Object.fromEntries(tensors), metadata };
}

/** The elements; those of four bytes by their bits, since a NaN may lose some on its way through a number. */
function valuesOf(view: DataView, { dtype, shape, begin }: Entry): Values {
  const size = sizeOf(shape);
  if (dtype === "F64") {
    return Float64Array.from({ length: size }, (_, i) => view.getFloat64(begin + 8 * i, true));
  }
  const bitsAt = {
    F32: (i: number) => view.getUint32(begin + 4 * i, true),
    U32: (i: number) => view.getUint32(begin + 4 * i, true),
    F16: (i: number) => widened(view.getUint16(begin + 2 * i, true)),
    // The upper half of a float32.
    BF16: (i: number) => view.getUint16(begin + 2 * i, true) << 16,
  }[dtype];
  const bits = new Uint32Array(size);
  for (let i = 0; i < size; i++) bits[i] = bitsAt(i);
  return dtype === "U32" ? bits : new Float32Array(bits.buffer);
}
