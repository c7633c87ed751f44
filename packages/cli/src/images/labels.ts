import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { countOf } from "./arrays.ts";
import { naming, unpackedBytes } from "./bytes.ts";
import { type Classes, classesOf } from "./classes.ts";
import { decodeIdx, isIdx } from "./idx.ts";
import { decodeNpy, isNpy } from "./npy.ts";
import { ImageError } from "./raster.ts";

/** The classes of `count` images that a file of labels tells: IDX, `.npy`, or a text with a line for each image. */
export function readLabels(path: string, count: number): Classes {
  return naming(path, () => {
    const told = labelsIn(unpackedBytes(path));
    if (told.length !== count) {
      throw new ImageError(`has ${told.length} labels, and there are ${count} images; give one for each`);
    }
    return classesOf(told);
  });
}

function labelsIn(bytes: Uint8Array): readonly (string | number)[] {
  if (!isIdx(bytes) && !isNpy(bytes)) return linesOf(bytes);
  const { shape, data } = isIdx(bytes) ? decodeIdx(bytes) : decodeNpy(bytes);
  if (shape.length !== 1 || !Array.from(data).every(Number.isInteger)) {
    throw new ImageError(`holds ${shape.join("×")} numbers that are no labels; give a list of whole numbers`);
  }
  return Array.from({ length: countOf(shape) }, (_, i) => data[i] ?? 0);
}

function linesOf(bytes: Uint8Array): string[] {
  const text = textOf(bytes);
  const lines = text
    .replace(/\r?\n$/, "")
    .split(/\r?\n/)
    .map((line) => line.trim());
  const bad = lines.findIndex((line) => line === "" || /\p{Cc}/u.test(line) || line.length > 100);
  if (bad >= 0) throw new ImageError(`has no label in line ${bad + 1}; give one line for each image`);
  return lines;
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new ImageError("is no file of labels: neither IDX nor .npy nor text in UTF-8", { cause: error });
  }
}

/** The file of labels that lies beside one of images by name: `train-labels-idx1-ubyte` beside `train-images-idx3-ubyte`. */
export function labelsBeside(path: string): string | undefined {
  const name = basename(path);
  const other = name.replace("images", "labels").replace(/idx\d/, "idx1");
  if (other === name) return undefined;
  const plain = other.replace(/\.gz$/, "");
  return [other, plain, `${plain}.gz`].map((one) => join(dirname(path), one)).find((one) => existsSync(one));
}
