import { maximum, type Tensor } from "@scoretape/autograd";
import * as v from "valibot";
import type { NormalMoments } from "../data/normalMoments.ts";
import type { ColumnComparison } from "../quality/compareColumns.ts";
import { list, text } from "./rules.ts";

// What is special to rows that are images.

/** The height, the width and the channels of an image, whose row has its pixels line by line: 1 for grey, 3 for colours. */
export type ImageShape = readonly [height: number, width: number, channels: number];

const MOST_CLASSES = 10_000;

/** The rule of an image's shape. */
export const imageSchema = v.custom<ImageShape>(
  (value) =>
    Array.isArray(value) &&
    value.length === 3 &&
    value.every((size) => Number.isSafeInteger(size) && size > 0) &&
    (value[2] === 1 || value[2] === 3),
  "a list of height, width, and 1 or 3 channels",
);

/** The rule of the names of classes. */
export const classesSchema = v.pipe(
  list(text, "classes' names", MOST_CLASSES),
  v.nonEmpty("a list of at least one class's name"),
  v.check((names) => new Set(names).size === names.length, "a list in which no name stands twice"),
);

/** How many numbers an image has. */
export function pixelsOf([height, width, channels]: ImageShape): number {
  return height * width * channels;
}

/**
 * The units in which every pixel has mean 0, and all together standard deviation 1: they are of one kind, and one at the
 * border may be the same in every image.
 *
 * @throws RangeError where all images are equal
 */
export function unitsOfImages({ data, shape: [n = 0, d = 0] }: Tensor): {
  readonly mean: number[];
  readonly deviation: number[];
} {
  if (data.every((value, i) => value === data[i % d])) {
    throw new RangeError("unitsOf: all images are equal; give others beside them");
  }
  const mean = new Float64Array(d);
  for (let i = 0; i < data.length; i++) mean[i % d] = (mean[i % d] ?? 0) + (data[i] ?? 0) / n;
  let squares = 0;
  for (let i = 0; i < data.length; i++) {
    const difference = (data[i] ?? 0) - (mean[i % d] ?? 0);
    squares += difference * difference;
  }
  const deviation = Math.sqrt(squares / data.length);
  return { mean: [...mean], deviation: new Array<number>(d).fill(deviation) };
}

/** Pixels are whole numbers of 256 or so: no direction of images is narrower than that. */
const NARROWEST_PIXELS = 0.01;

/** Moments whose deviations are wide enough along the axes too in which images hardly vary, or not at all. */
export function widened(moments: NormalMoments): NormalMoments {
  return { ...moments, deviation: maximum(moments.deviation, NARROWEST_PIXELS) };
}

/**
 * Pixels of samples beside those of data, standardised, without judging the deviation of those that vary less than pixels do
 * on average: ink that hardly ever gets there. Samples that ran away or collapsed did so in the others too.
 */
export function judgedPixels(pixels: readonly ColumnComparison[]): ColumnComparison[] {
  return pixels.map((pixel) =>
    pixel.deviation.data < 1 ? { ...pixel, deviation: { ...pixel.deviation, ratio: null } } : pixel,
  );
}
