import { encode } from "fast-png";
import jpeg from "jpeg-js";
import { uniforms } from "../pictures.ts";

// Files of images, made for tests.

/** Bytes of noise, the same for the same seed. */
export function noise(count: number, seed = 1): Uint8Array {
  const uniform = uniforms(seed);
  return Uint8Array.from({ length: count }, () => Math.floor(256 * uniform()));
}

export interface PngOf {
  readonly height: number;
  readonly width: number;
  readonly channels?: 1 | 2 | 3 | 4;
  readonly depth?: 8 | 16;
  readonly data?: Uint8Array | Uint16Array;
}

export function pngOf({ height, width, channels = 1, depth = 8, data }: PngOf): Uint8Array {
  return encode({ height, width, channels, depth, data: data ?? noise(height * width * channels) });
}

/** A JPEG of smooth colours, or of greys. */
export function jpegOf(height: number, width: number, colour: boolean): Uint8Array {
  const data = Uint8Array.from({ length: 4 * height * width }, (_, i) => {
    const [pixel, channel] = [Math.floor(i / 4), i % 4];
    const [row, column] = [Math.floor(pixel / width), pixel % width];
    if (channel === 3) return 255;
    return colour && channel === 2 ? 255 - 12 * column : 12 * row;
  });
  return jpeg.encode({ height, width, data }, 95).data;
}

/** An IDX file of bytes. */
export function idxOf(shape: readonly number[], data: Uint8Array): Uint8Array {
  const head = new Uint8Array(4 + 4 * shape.length);
  head.set([0, 0, 8, shape.length]);
  shape.forEach((size, axis) => {
    new DataView(head.buffer).setUint32(4 + 4 * axis, size);
  });
  return Buffer.concat([head, data]);
}

/** A file of NumPy, of a kind such as `<f4`. */
export function npyOf(kind: string, shape: readonly number[], data: ArrayBufferView, extra = ""): Uint8Array {
  const tuple = `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
  const text = `{'descr': '${kind}', 'fortran_order': False, 'shape': ${tuple}, ${extra}}`;
  const padded = `${text.padEnd(117 - 1 + 64 * Math.ceil(Math.max(0, text.length - 117) / 64))}\n`;
  const head = Buffer.alloc(10);
  head.set([0x93, ...Buffer.from("NUMPY"), 1, 0]);
  head.writeUInt16LE(padded.length, 8);
  return Buffer.concat([
    head,
    Buffer.from(padded, "latin1"),
    new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  ]);
}
