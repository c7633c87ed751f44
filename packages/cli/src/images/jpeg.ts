import jpeg from "jpeg-js";
import { ImageError, inFewestChannels, MOST_PIXELS, type Raster, scaled } from "./raster.ts";

export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

/** @throws ImageError if a JPEG is damaged or too large */
export function decodeJpeg(bytes: Uint8Array): Raster {
  const { width, height, data } = decoded(bytes);
  if (width === 0 || height === 0 || data.length !== 3 * width * height) {
    throw new ImageError("is no whole JPEG: it lacks pixels");
  }
  return inFewestChannels({ shape: [height, width, 3], values: scaled(data, 255) });
}

function decoded(bytes: Uint8Array): { width: number; height: number; data: Uint8Array } {
  try {
    return jpeg.decode(bytes, {
      useTArray: true,
      formatAsRGBA: false,
      tolerantDecoding: false,
      maxResolutionInMP: MOST_PIXELS / 1e6,
      maxMemoryUsageInMB: 2048,
    });
  } catch (error) {
    throw new ImageError(`is no whole JPEG: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
