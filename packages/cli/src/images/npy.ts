import { countOf, type NumberArray } from "./arrays.ts";
import { ImageError } from "./raster.ts";

// The format of NumPy: numpy.lib.format, versions 1 to 3. It begins with \x93NUMPY.
const SIGNATURE = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

export function isNpy(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => bytes[i] === byte);
}

/** How a kind of number is read: its bytes, the number at a place, and the largest that it can be. */
interface Kind {
  readonly width: number;
  readonly most: number | null;
  read(view: DataView, at: number, little: boolean): number;
}

const kinds: Readonly<Record<string, Kind>> = {
  u1: { width: 1, most: 2 ** 8 - 1, read: (view, at) => view.getUint8(at) },
  u2: { width: 2, most: 2 ** 16 - 1, read: (view, at, little) => view.getUint16(at, little) },
  u4: { width: 4, most: 2 ** 32 - 1, read: (view, at, little) => view.getUint32(at, little) },
  i1: { width: 1, most: 2 ** 7 - 1, read: (view, at) => view.getInt8(at) },
  i2: { width: 2, most: 2 ** 15 - 1, read: (view, at, little) => view.getInt16(at, little) },
  i4: { width: 4, most: 2 ** 31 - 1, read: (view, at, little) => view.getInt32(at, little) },
  i8: { width: 8, most: 2 ** 53, read: (view, at, little) => Number(view.getBigInt64(at, little)) },
  f4: { width: 4, most: null, read: (view, at, little) => view.getFloat32(at, little) },
  f8: { width: 8, most: null, read: (view, at, little) => view.getFloat64(at, little) },
};

/** @throws ImageError if an array's header cannot be understood, or its numbers are not all there */
export function decodeNpy(bytes: Uint8Array): NumberArray {
  const { text, start } = headerOf(bytes);
  const [, order = "", name = ""] = /'descr':\s*'([<>|=])(\w+)'/.exec(text) ?? [];
  const [, axes] = /'shape':\s*\(([\d,\s]*)\)/.exec(text) ?? [];
  if (axes === undefined || name === "")
    throw new ImageError("is no whole .npy: its header lacks a shape or a kind");
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (kind === undefined) {
    throw new ImageError(`holds numbers of the kind ${name.slice(0, 20)}; save them as uint8 or float32`);
  }
  if (/'fortran_order':\s*True/.test(text)) {
    throw new ImageError("is in Fortran order; save numpy.ascontiguousarray of it");
  }
  const shape = axes.split(",").flatMap((size) => (size.trim() === "" ? [] : [Number(size)]));
  const count = countOf(shape);
  const there = bytes.length - start;
  if (count * kind.width !== there) {
    throw new ImageError(
      `is no whole .npy: ${count * kind.width} bytes are announced, and ${there} are there`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, there);
  const { width, most, read } = kind;
  if (name === "u1") return { shape, data: bytes.subarray(start), most };
  return {
    shape,
    most,
    data: Float64Array.from({ length: count }, (_, i) => read(view, i * width, order !== ">")),
  };
}

/** The header's text, a dictionary of Python, and where the numbers begin. */
function headerOf(bytes: Uint8Array): { readonly text: string; readonly start: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isLong = (bytes[6] ?? 0) >= 2;
  const before = isLong ? 12 : 10;
  if (bytes.length < before) throw new ImageError("is no whole .npy: it ends within its header");
  const start = before + (isLong ? view.getUint32(8, true) : view.getUint16(8, true));
  if (start > bytes.length) throw new ImageError("is no whole .npy: it ends within its header");
  return { text: new TextDecoder("latin1").decode(bytes.subarray(before, start)), start };
}

/** An array of float32 as a file of NumPy. */
export function encodeNpy(data: Float32Array, shape: readonly number[]): Uint8Array {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`;
  // The numbers begin at a multiple of 64 bytes.
  const length = 64 * Math.ceil((10 + text.length + 1) / 64);
  const file = new Uint8Array(length + 4 * data.length);
  const view = new DataView(file.buffer);
  file.set([...SIGNATURE, 1, 0]);
  view.setUint16(8, length - 10, true);
  file.set(new TextEncoder().encode(`${text.padEnd(length - 11)}\n`), 10);
  data.forEach((value, i) => {
    view.setFloat32(length + 4 * i, value, true);
  });
  return file;
}
