import { join } from "node:path";
import { ensureApart } from "../files/apart.ts";
import { ensureDirectory, writeAtomically } from "../files/atomic.ts";
import { ensureWritable } from "../files/writable.ts";
import { type GridOptions, imageGrid, imagePng, type Pictures } from "./grid.ts";
import { encodeNpy } from "./npy.ts";

/** A file that images become. */
interface ImageFile {
  readonly path: string;
  content(pictures: Pictures): Uint8Array;
}

/** The files of some images by where they are to go: an array as `.npy`, one `.png`, or a folder of a grid and of each. */
function filesAt(out: string, count: number, options: GridOptions): ImageFile[] {
  if (/\.npy$/i.test(out)) return [{ path: out, content: arrayOf }];
  const grid = (pictures: Pictures): Uint8Array => imageGrid(pictures, options).png;
  if (/\.png$/i.test(out)) return [{ path: out, content: count === 1 ? imagePng : grid }];
  const digits = Math.max(4, String(count).length);
  const each = Array.from({ length: count }, (_, i): ImageFile => {
    const name = String(i + 1).padStart(digits, "0");
    return { path: join(out, `${name}.png`), content: (pictures) => imagePng(pictures, i) };
  });
  return [{ path: join(out, "grid.png"), content: grid }, ...each];
}

/** Images as an array [n, h, w] or [n, h, w, 3] for NumPy. */
export function arrayOf({ shape: [height, width, channels], count, values }: Pictures): Uint8Array {
  return encodeNpy(values, [count, height, width, ...(channels === 1 ? [] : [channels])]);
}

/**
 * Sees that images can be written, before the work that makes them.
 *
 * @throws UserError if they cannot, or one would be written over what is read
 */
export function ensureImageOutput(out: string, count: number, read: readonly string[]): void {
  const paths = filesAt(out, count, {}).map(({ path }) => path);
  ensureApart(paths, read);
  if (!paths.includes(out)) ensureDirectory(out);
  for (const path of paths) ensureWritable(path);
}

/** Writes images; one alone keeps its size. Returns the path that is to be looked at. */
export function writeImages(out: string, pictures: Pictures, options: GridOptions = {}): string {
  const files = filesAt(out, pictures.count, options);
  for (const { path, content } of files) writeAtomically(path, content(pictures));
  return files[0]?.path ?? out;
}
