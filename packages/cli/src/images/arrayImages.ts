import type { ImageShape } from "@scoretape/score/model";
import type { NumberArray } from "./arrays.ts";
import type { ImageReading, Images } from "./images.ts";
import { ImageError, scaled } from "./raster.ts";
import { inShape } from "./resize.ts";
import { isSameShape, sizeOf } from "./shape.ts";

/**
 * Images from an array [n, h, w] in grey or [n, h, w, 1 or 3]: of whole numbers the largest that they can be is white, and
 * 0 black; numbers with a point are from 0 to 1, or from −1 to 1 where some are below 0.
 */
export function arrayImages(array: NumberArray, how: ImageReading): Omit<Images, "classes"> {
  const { count, shape: found } = layoutOf(array.shape);
  const wanted = targetOf(found, how);
  how.expect?.(count, wanted);
  const values = valuesOf(array);
  if (isSameShape(wanted, found)) return { shape: found, count, values, remarks: [] };
  const [before, after] = [sizeOf(found), sizeOf(wanted)];
  const changed = new Float32Array(count * after);
  for (let i = 0; i < count; i++) {
    const image = { shape: found, values: values.subarray(i * before, (i + 1) * before) };
    changed.set(inShape(image, wanted).values, i * after);
  }
  return { shape: wanted, count, values: changed, remarks: [] };
}

/** The shape that images of a shape are to become. */
export function targetOf([height, width, channels]: ImageShape, { shape, resize }: ImageReading): ImageShape {
  return [resize ?? shape?.[0] ?? height, resize ?? shape?.[1] ?? width, shape?.[2] ?? channels];
}

function layoutOf(shape: readonly number[]): { readonly count: number; readonly shape: ImageShape } {
  const [count = 0, height = 0, width = 0, channels = 1] = shape;
  const isGrey = channels === 1;
  if (shape.length < 3 || shape.length > 4 || !(isGrey || channels === 3) || height * width === 0) {
    throw new ImageError(
      `has the shape [${shape.join(", ")}]; images are [n, height, width], or with 1 or 3 channels at the end`,
    );
  }
  return { count, shape: [height, width, isGrey ? 1 : 3] };
}

function valuesOf({ data, most }: NumberArray): Float32Array {
  let [low, high] = [0, 0];
  for (let i = 0; i < data.length; i++) {
    const value = data[i] ?? Number.NaN;
    if (!Number.isFinite(value)) throw new ImageError(`has a pixel that is ${value}`);
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (most !== null && low >= 0) return scaled(data, most);
  if (most === null && low >= -1 && high <= 1) return low < 0 ? Float32Array.from(data) : scaled(data, 1);
  throw new ImageError(
    `has pixels from ${low} to ${high}; give whole numbers from 0, or others from 0 to 1 or from -1 to 1`,
  );
}
