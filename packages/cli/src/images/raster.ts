import type { ImageShape } from "@scoretape/score/model";

/** An image as it was read. */
export interface Raster {
  readonly shape: ImageShape;
  /** Values from −1, black, to 1, white or full colour, row by row, the channels of a pixel side by side. */
  readonly values: Float32Array;
}

/** What is wrong with an image or a file of images, as the end of a sentence that begins with the file's name. */
export class ImageError extends Error {}

/** More pixels than this are not decoded. */
export const MOST_PIXELS = 2 ** 26;

/** Whole numbers from 0 to `most` as values from −1 to 1. */
export function scaled(numbers: ArrayLike<number>, most: number): Float32Array {
  return Float32Array.from(numbers, (value) => (2 * value) / most - 1);
}

/** In grey where that loses nothing. */
export function inFewestChannels(raster: Raster): Raster {
  const { shape, values } = raster;
  const [height, width, channels] = shape;
  if (channels === 1) return raster;
  for (let i = 0; i < values.length; i += 3) {
    if (values[i] !== values[i + 1] || values[i] !== values[i + 2]) return raster;
  }
  return { shape: [height, width, 1], values: values.filter((_, i) => i % 3 === 0) };
}

/** In colour, which grey has too. */
export function inColour(raster: Raster): Raster {
  const { shape, values } = raster;
  const [height, width, channels] = shape;
  if (channels === 3) return raster;
  const colours = Float32Array.from({ length: 3 * values.length }, (_, i) => values[Math.floor(i / 3)] ?? 0);
  return { shape: [height, width, 3], values: colours };
}

/** In grey by the brightness that television gave colours: 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601). */
export function inGrey(raster: Raster): Raster {
  const { shape, values } = raster;
  const [height, width, channels] = shape;
  if (channels === 1) return raster;
  const grey = Float32Array.from({ length: values.length / 3 }, (_, i) => {
    const [red = 0, green = 0, blue = 0] = values.subarray(3 * i, 3 * i + 3);
    return 0.299 * red + 0.587 * green + 0.114 * blue;
  });
  return { shape: [height, width, 1], values: grey };
}
