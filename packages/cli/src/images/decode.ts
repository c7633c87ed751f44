import { decodeJpeg, isJpeg } from "./jpeg.ts";
import { decodePng, isPng } from "./png.ts";
import { ImageError, type Raster } from "./raster.ts";

/** Whether bytes begin as an image does that can be read. */
export function isImage(bytes: Uint8Array): boolean {
  return isPng(bytes) || isJpeg(bytes);
}

/** A PNG or a JPEG, by what it begins with. @throws ImageError if it is neither, damaged, or not opaque */
export function decodeImage(bytes: Uint8Array): Raster {
  if (isPng(bytes)) return decodePng(bytes);
  if (isJpeg(bytes)) return decodeJpeg(bytes);
  throw new ImageError(bytes.length === 0 ? "is empty" : "is neither a PNG nor a JPEG");
}
