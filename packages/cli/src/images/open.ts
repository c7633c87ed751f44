import { closeSync, openSync, readSync } from "node:fs";
import { statsOf } from "../files/read.ts";
import { STREAM } from "../flags/value.ts";
import { UserError } from "../terminal/user-error.ts";
import { arrayImages } from "./arrayImages.ts";
import { naming, unpackedBytes } from "./bytes.ts";
import { isImage } from "./decode.ts";
import { folderImages } from "./folder.ts";
import { decodeIdx, isIdx } from "./idx.ts";
import type { ImageReading, Images } from "./images.ts";
import { labelsBeside, readLabels } from "./labels.ts";
import { decodeNpy, isNpy } from "./npy.ts";
import { ImageError } from "./raster.ts";
import { tableImages } from "./tableImages.ts";

/** Where images may be. */
type Kind = "folder" | "image" | "idx" | "npy" | "table";

/**
 * Images by the path of a folder or a file, and null where that is no place of images: a table of which nothing says that
 * its rows are images.
 *
 * @throws UserError that names the file, if it is one of images that cannot be used
 */
export function openImages(path: string, how: ImageReading): Images | null {
  const kind = kindOf(path);
  if (kind === "table") {
    if (how.shape === undefined) return null;
    return atLeastTwo(path, tableImages(path, how.shape, how));
  }
  if (kind === "image") throw new UserError(`${path} is one image; give a folder of them`);
  if (kind === "folder") {
    const images = folderImages(path, how);
    const { labels } = how;
    return atLeastTwo(
      path,
      labels === undefined ? images : { ...images, classes: readLabels(labels, images.count) },
    );
  }
  return naming(path, () => {
    const bytes = unpackedBytes(path);
    if (kind === "idx" && !isIdx(bytes)) throw new ImageError("is no gzipped IDX file; unpack it");
    const images = arrayImages(kind === "npy" ? decodeNpy(bytes) : decodeIdx(bytes), how);
    const labels = how.labels ?? labelsBeside(path);
    return atLeastTwo(path, {
      ...images,
      classes: labels === undefined ? null : readLabels(labels, images.count),
    });
  });
}

function atLeastTwo(path: string, images: Images): Images {
  if (images.count > 1) return images;
  throw new UserError(`${path} has ${images.count === 1 ? "one image" : "no images"}; at least 2 are needed`);
}

/** What a path leads to, by its first bytes; anything unknown may be a table. */
function kindOf(path: string): Kind {
  if (path === STREAM) return "table";
  const stats = statsOf(path);
  if (stats?.isDirectory() === true) return "folder";
  // Of a pipe nothing may be read twice.
  if (stats?.isFile() !== true) return "table";
  const start = firstBytes(path);
  if (isImage(start)) return "image";
  if (isNpy(start)) return "npy";
  return isIdx(start) || (start[0] === 0x1f && start[1] === 0x8b) ? "idx" : "table";
}

/** None where the file cannot be read, which who reads it will tell. */
function firstBytes(path: string): Uint8Array {
  try {
    const file = openSync(path, "r");
    try {
      const bytes = new Uint8Array(8);
      return bytes.subarray(0, readSync(file, bytes));
    } finally {
      closeSync(file);
    }
  } catch {
    return new Uint8Array();
  }
}
