import { convertIndexedToRgb, type DecodedPng, decode } from "fast-png";
import { ImageError, MOST_PIXELS, type Raster, scaled } from "./raster.ts";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

export function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => bytes[i] === byte);
}

/** The sizes that a PNG's first chunk tells, before anything is decoded. */
export function pngSize(bytes: Uint8Array): { readonly height: number; readonly width: number } {
  if (bytes.length < 24) throw new ImageError("is no whole PNG: it ends within its first chunk");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

/**
 * A PNG: grey, colour or a palette, of up to 8 bits or of 16, which keep their precision.
 *
 * @throws ImageError if it is damaged, too large or has pixels that are not opaque
 */
export function decodePng(bytes: Uint8Array): Raster {
  const { height, width } = pngSize(bytes);
  if (height * width > MOST_PIXELS) throw new ImageError(`has ${width}×${height} pixels, more than are read`);
  const png = decoded(bytes);
  if (png.transparency !== undefined) throw transparent();
  const { numbers, channels, most } = samplesOf(png);
  const pixels = height * width;
  if (numbers.length !== pixels * channels) throw new ImageError("is no whole PNG: it lacks pixels");
  const colours = channels < 3 ? 1 : 3;
  if (channels !== colours) {
    for (let i = colours; i < numbers.length; i += channels) if (numbers[i] !== most) throw transparent();
  }
  const opaque = channels === colours ? numbers : numbers.filter((_, i) => i % channels < colours);
  return { shape: [height, width, colours], values: scaled(opaque, most) };
}

function decoded(bytes: Uint8Array): DecodedPng {
  try {
    return decode(bytes, { checkCrc: true });
  } catch (error) {
    throw new ImageError(`is no whole PNG: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

interface Samples {
  readonly numbers: DecodedPng["data"];
  /** With that of opacity. */
  readonly channels: number;
  /** The number that white has. */
  readonly most: number;
}

function samplesOf(png: DecodedPng): Samples {
  const { data, depth, channels, palette, width, height } = png;
  if (palette !== undefined && channels === 1) return { ...inPalette(png), most: 255 };
  if (depth >= 8) return { numbers: data, channels, most: (1 << depth) - 1 };
  return { numbers: unpacked(data, depth, width, height), channels, most: (1 << depth) - 1 };
}

function inPalette(png: DecodedPng): Pick<Samples, "numbers" | "channels"> {
  try {
    return { numbers: convertIndexedToRgb(png), channels: png.palette?.[0]?.length ?? 3 };
  } catch (error) {
    throw new ImageError("is no whole PNG: it has colours that its palette lacks", { cause: error });
  }
}

/** Numbers of less than 8 bits, several in a byte; each row begins with a byte of its own. */
function unpacked(data: DecodedPng["data"], depth: number, width: number, height: number): Uint8Array {
  const perByte = 8 / depth;
  const bytesPerRow = Math.ceil(width / perByte);
  return Uint8Array.from({ length: height * width }, (_, i) => {
    const [row, column] = [Math.floor(i / width), i % width];
    const byte = data[row * bytesPerRow + Math.floor(column / perByte)] ?? 0;
    return (byte >> (8 - depth * (1 + (column % perByte)))) & ((1 << depth) - 1);
  });
}

function transparent(): ImageError {
  return new ImageError("has pixels that are not opaque; save it without transparency");
}
