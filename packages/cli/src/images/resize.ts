import type { ImageShape } from "@scoretape/score/model";
import { inColour, inGrey, type Raster } from "./raster.ts";

/** An image cropped and scaled to a shape, in its colours. */
export function inShape(raster: Raster, [height, width, channels]: ImageShape): Raster {
  return fitted(channels === 1 ? inGrey(raster) : inColour(raster), height, width);
}

/** The largest square, or rectangle of other sides, in the middle of an image, scaled to a height and a width. */
export function fitted(raster: Raster, height: number, width: number): Raster {
  const [h, w] = raster.shape;
  if (h === height && w === width) return raster;
  const scale = Math.min(h / height, w / width);
  const part = (side: number): number => Math.max(1, Math.round(scale * side));
  return scaledTo(cropped(raster, part(height), part(width)), height, width);
}

function cropped({ shape, values }: Raster, height: number, width: number): Raster {
  const [h, w, channels] = shape;
  const [top, left] = [Math.floor((h - height) / 2), Math.floor((w - width) / 2)];
  const cut = new Float32Array(height * width * channels);
  for (let row = 0; row < height; row++) {
    const start = ((top + row) * w + left) * channels;
    cut.set(values.subarray(start, start + width * channels), row * width * channels);
  }
  return { shape: [height, width, channels], values: cut };
}

/** One axis after the other: weighted means of the pixels near each new one, a triangle as wide as the larger pixel. */
function scaledTo({ shape, values }: Raster, height: number, width: number): Raster {
  const [h, w, channels] = shape;
  const tall = along(values, { before: 1, from: h, to: height, after: w * channels });
  const whole = along(tall, { before: height, from: w, to: width, after: channels });
  return { shape: [height, width, channels], values: whole };
}

interface Axis {
  readonly before: number;
  readonly from: number;
  readonly to: number;
  readonly after: number;
}

/** Resamples the middle axis of [before, from, after]. */
function along(values: Float32Array, { before, from, to, after }: Axis): Float32Array {
  const result = new Float32Array(before * to * after);
  for (let i = 0; i < to; i++) {
    for (const { at, weight } of weightsOf(i, from, to)) {
      for (let b = 0; b < before; b++) {
        const [source, target] = [(b * from + at) * after, (b * to + i) * after];
        for (let a = 0; a < after; a++) {
          result[target + a] = (result[target + a] ?? 0) + weight * (values[source + a] ?? 0);
        }
      }
    }
  }
  return result;
}

/** The old pixels near the centre of a new one, with weights that sum to 1. */
function weightsOf(i: number, from: number, to: number): { at: number; weight: number }[] {
  const scale = from / to;
  const reach = Math.max(1, scale);
  const centre = (i + 0.5) * scale - 0.5;
  const first = Math.max(0, Math.ceil(centre - reach));
  const last = Math.min(from - 1, Math.floor(centre + reach));
  const near = Array.from({ length: last - first + 1 }, (_, k) => ({
    at: first + k,
    weight: 1 - Math.abs(first + k - centre) / reach,
  }));
  const total = near.reduce((sum, { weight }) => sum + weight, 0);
  return near.map(({ at, weight }) => ({ at, weight: weight / total }));
}
