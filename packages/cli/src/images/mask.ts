import type { ImageShape } from "@scoretape/score/model";
import { UserError } from "../terminal/user-error.ts";

/** Parts of an image that have names. */
export const maskNames = ["left", "right", "top", "bottom", "center"] as const;

export type MaskName = (typeof maskNames)[number];

export function isMaskName(text: string): text is MaskName {
  return maskNames.some((name) => name === text);
}

/** Whether each pixel is to be painted anew, row by row: a half of the image, or the middle half of both sides. */
export function namedMask(name: MaskName, [height, width]: ImageShape): boolean[] {
  const isIn: { readonly [N in MaskName]: (y: number, x: number) => boolean } = {
    left: (_, x) => 2 * x + 1 < width,
    right: (_, x) => 2 * x + 1 > width,
    top: (y) => 2 * y + 1 < height,
    bottom: (y) => 2 * y + 1 > height,
    center: (y, x) => isInner(y, height) && isInner(x, width),
  };
  return Array.from({ length: height * width }, (_, i) => isIn[name](Math.floor(i / width), i % width));
}

/** Whether a pixel's middle lies in the middle half of a side. */
function isInner(i: number, size: number): boolean {
  return Math.abs(2 * i + 1 - size) * 2 < size;
}

/** @throws UserError unless some pixels are to be painted, and some are not */
export function checkMask(mask: readonly boolean[], name: string): void {
  if (!mask.includes(true)) throw new UserError(`${name} has no white pixels; what is white is painted anew`);
  if (!mask.includes(false))
    throw new UserError(`${name} is white all over; leave some black, or take sample`);
}
