import type { ImageShape } from "@scoretape/score/model";

/** How many numbers an image is. */
export function sizeOf([height, width, channels]: ImageShape): number {
  return height * width * channels;
}

/** 28×28, or 32×32×3 in colour. */
export function shapeInWords([height, width, channels]: ImageShape): string {
  return `${height}×${width}${channels === 1 ? "" : `×${channels}`}`;
}

export function isSameShape(a: ImageShape, b: ImageShape): boolean {
  return a.every((size, axis) => size === b[axis]);
}

/** Names for the numbers of an image: `row 1 column 2`, or `row 1 column 2 red` of one in colour. */
export function pixelNames([height, width, channels]: ImageShape): string[] {
  const colours = channels === 1 ? [""] : [" red", " green", " blue"];
  const pixel = (i: number): string => `row ${Math.floor(i / width) + 1} column ${(i % width) + 1}`;
  return Array.from({ length: height * width }, (_, i) =>
    colours.map((colour) => `${pixel(i)}${colour}`),
  ).flat();
}
