import { type Dirent, readdirSync } from "node:fs";
import { join } from "node:path";
import type { ImageShape } from "@scoretape/score/model";
import { readBytes, statsIfAny } from "../files/read.ts";
import { reason } from "../files/reason.ts";
import { UserError } from "../terminal/user-error.ts";
import { targetOf } from "./arrayImages.ts";
import { naming } from "./bytes.ts";
import { classesOf } from "./classes.ts";
import { decodeImage } from "./decode.ts";
import type { ImageReading, Images } from "./images.ts";
import { inColour, inFewestChannels, inGrey, type Raster } from "./raster.ts";
import { fitted } from "./resize.ts";
import { shapeInWords, sizeOf } from "./shape.ts";

/** An image's file, and of which class it is. */
interface Entry {
  readonly file: string;
  readonly name: string | null;
}

/**
 * The PNG and JPEG files of a folder, in the order of their names; where it has folders, each of these is a class. They are
 * grey where all of them are.
 *
 * @throws UserError that names the file or the folder that cannot be used
 */
export function folderImages(path: string, how: ImageReading): Images {
  const { entries, others } = entriesOf(path);
  const first = entries[0];
  if (first === undefined) throw new UserError(`${path} has no PNG or JPEG files`);
  const shape = targetOf(readImage(first.file).shape, how);
  how.expect?.(entries.length, shape);
  const rasters = entries.map(({ file }) => ofSize(readImage(file), shape, file, how));
  const channels = how.shape?.[2] ?? Math.max(...rasters.map((raster) => raster.shape[2]));
  const whole: ImageShape = [shape[0], shape[1], channels];
  const values = new Float32Array(rasters.length * sizeOf(whole));
  rasters.forEach((raster, i) => {
    values.set((channels === 1 ? inGrey(raster) : inColour(raster)).values, i * sizeOf(whole));
  });
  const names = entries.flatMap(({ name }) => name ?? []);
  return {
    shape: whole,
    count: rasters.length,
    values,
    classes: names.length === 0 ? null : classesOf(names),
    remarks: others.length === 0 ? [] : [`${path}: left out ${listed(others)}, no PNG or JPEG by name`],
  };
}

/** An image by its file. @throws UserError that names it, if it is none */
export function readImage(file: string): Raster {
  return naming(file, () => inFewestChannels(decodeImage(readBytes(file))));
}

function ofSize(
  raster: Raster,
  shape: ImageShape,
  file: string,
  { resize, shape: asked }: ImageReading,
): Raster {
  const [height, width] = shape;
  if (resize !== undefined || asked !== undefined) return fitted(raster, height, width);
  if (raster.shape[0] === height && raster.shape[1] === width) return raster;
  throw new UserError(
    `${file} has ${sides(raster.shape)} pixels, and the images before it ${sides(shape)}; ` +
      "scale all to squares of one size with --resize 32",
  );
}

function sides([height, width]: ImageShape): string {
  return shapeInWords([height, width, 1]);
}

/** What there is to read in a folder or in its folders, and the names of other files. */
function entriesOf(path: string): { readonly entries: readonly Entry[]; readonly others: readonly string[] } {
  const { files, folders, others } = contentOf(path);
  if (folders.length === 0)
    return { entries: files.map((file) => ({ file: join(path, file), name: null })), others };
  if (files.length > 0) {
    throw new UserError(
      `${path} has images (${files[0]}) beside folders (${folders[0]}); put them into folders, one for each class, or take these away`,
    );
  }
  const classes = folders.map((name) => ({ name, ...contentOf(join(path, name)) }));
  for (const {
    name,
    files: images,
    folders: [inner],
  } of classes) {
    if (inner !== undefined)
      throw new UserError(`${join(path, name, inner)} is a folder within a class; put its images beside it`);
    if (images.length === 0)
      throw new UserError(
        `${join(path, name)} has no PNG or JPEG files; of a folder of folders each is a class, with images in it`,
      );
  }
  return {
    entries: classes.flatMap(({ name, files: images }) =>
      images.map((file) => ({ file: join(path, name, file), name })),
    ),
    others: [...others, ...classes.flatMap(({ name, others: more }) => more.map((file) => join(name, file)))],
  };
}

/** What a folder holds, in the order of the names; what is hidden is not looked at. */
function contentOf(path: string): Record<"files" | "folders" | "others", readonly string[]> {
  const found = entriesIn(path).filter(({ name }) => !name.startsWith("."));
  const names = (some: readonly Dirent[]): string[] => some.map(({ name }) => name).sort();
  // A link to a folder is one.
  const isFolder = (one: Dirent): boolean =>
    one.isDirectory() || (one.isSymbolicLink() && statsIfAny(join(path, one.name))?.isDirectory() === true);
  const folders = found.filter(isFolder);
  const files = found.filter((one) => !isFolder(one));
  const isNamedSo = ({ name }: Dirent): boolean => /\.(png|jpe?g)$/i.test(name);
  return {
    folders: names(folders),
    files: names(files.filter(isNamedSo)),
    others: names(files.filter((one) => !isNamedSo(one))),
  };
}

function entriesIn(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    throw new UserError(`cannot read ${path}: ${reason(error)}`, { cause: error });
  }
}

function listed(names: readonly string[]): string {
  const rest = names.length - 3;
  return `${names.slice(0, 3).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}
