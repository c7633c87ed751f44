import { maximum, type Tensor } from "@scoretape/autograd";
import * as v from "valibot";
import type { NormalMoments } from "../data/normalMoments.ts";
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
 * The units in which all pixels together have mean 0 and standard deviation 1, each by itself or not: they are of one kind,
 * and one at the border may be the same in every image.
 *
 * @throws RangeError where all pixels of all images are equal
 */
export function unitsOfImages({ data, shape: [, d = 0] }: Tensor): { mean: number[]; deviation: number[] } {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i] ?? 0;
  const mean = sum / data.length;
  let squares = 0;
  for (let i = 0; i < data.length; i++) squares += ((data[i] ?? 0) - mean) * ((data[i] ?? 0) - mean);
  const deviation = Math.sqrt(squares / data.length);
  if (!(deviation > 0))
    throw new RangeError("unitsOf: all pixels of all images are equal; give other images");
  return { mean: new Array<number>(d).fill(mean), deviation: new Array<number>(d).fill(deviation) };
}

/** Pixels are whole numbers of 256 or so: no direction of images is narrower than that. */
export const FINEST_PIXEL = 0.01;

/** Moments whose deviations are at least {@link FINEST_PIXEL}, along the axes too in which images do not vary. */
export function widened(moments: NormalMoments): NormalMoments {
  return { ...moments, deviation: maximum(moments.deviation, FINEST_PIXEL) };
}
