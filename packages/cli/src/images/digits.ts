import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { readTable } from "@scoretape/score/tables";
import { readBytes } from "../files/read.ts";
import { classesOf } from "./classes.ts";
import type { Images } from "./images.ts";
import { scaled } from "./raster.ts";

const { resolve } = createRequire(import.meta.url);

/** The name of the digits among the data sets. */
export const DIGITS = "digits";
/** The side of an image. */
export const DIGITS_SIDE = 8;
/** The grey value of full ink. */
export const FULL_INK = 16;

/** The digits' grey values from 0 to 16, 64 of each, and which digit each is. */
export function digitsInk(): {
  readonly count: number;
  readonly ink: Float64Array;
  readonly digits: number[];
} {
  const path = join(dirname(resolve("scoretape/package.json")), "data", "optical-digits.csv.gz");
  const { rows, columns, values } = readTable(gunzipSync(readBytes(path))).table;
  const width = columns.length;
  const pixels = DIGITS_SIDE * DIGITS_SIDE;
  return {
    count: rows,
    ink: values.filter((_, i) => i % width < pixels),
    digits: Array.from({ length: rows }, (_, i) => values[i * width + pixels] ?? 0),
  };
}

/**
 * The 1,797 digits of 8 × 8 pixels that come with the program, white on black. Alpaydin & Kaynak 1998, Optical Recognition
 * of Handwritten Digits, UCI Machine Learning Repository, CC BY 4.0.
 */
export function digitImages(): Images {
  const { count, ink, digits } = digitsInk();
  return {
    shape: [DIGITS_SIDE, DIGITS_SIDE, 1],
    count,
    values: scaled(ink, FULL_INK),
    classes: classesOf(digits),
    remarks: [],
  };
}
