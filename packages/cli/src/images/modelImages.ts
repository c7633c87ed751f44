import { type Tensor, tensor } from "@scoretape/autograd";
import { type Description, type ImageShape, standardized } from "@scoretape/score/model";
import { openModel, type SavedModel } from "../model/store.ts";
import { UserError } from "../terminal/user-error.ts";
import { readImage } from "./folder.ts";
import { checkMask, isMaskName, namedMask } from "./mask.ts";
import { inGrey, type Raster } from "./raster.ts";
import { inShape } from "./resize.ts";
import { shapeInWords, sizeOf } from "./shape.ts";

/** A saved model of images, and their shape. */
export interface ImageModel extends SavedModel {
  readonly image: ImageShape;
}

/** @throws UserError if there is no model, or it is of rows that are no images */
export function openImageModel(path: string): ImageModel {
  const saved = openModel(path);
  return { ...saved, image: shapeOf(path, saved.model.description) };
}

/** @throws UserError unless a model is of images */
export function shapeOf(path: string, { image }: Description): ImageShape {
  if (image !== undefined) return image;
  throw new UserError(`${path} is a model of rows that are no images; train one on images`);
}

/**
 * An image of the size that a model's images have, in its own colours.
 *
 * @throws UserError if it cannot be read, or has another size and is not to be scaled
 */
function readFitting(file: string, [height, width]: ImageShape, resize: number | undefined): Raster {
  const raster = readImage(file);
  const [h, w, channels] = raster.shape;
  const [tall, wide] = resize === undefined ? [h, w] : [resize, resize];
  if (tall === height && wide === width) return inShape(raster, [height, width, channels]);
  throw new UserError(
    `${file} has ${shapeInWords([h, w, 1])} pixels, and the model's images ${shapeInWords([height, width, 1])}; ` +
      `${height === width ? `scale it with --resize ${height}` : "crop or scale it"}`,
  );
}

/** An image as a standardised point of a model, [1, d], in the model's colours. @throws UserError as {@link readFitting} does */
export function readPoint(
  file: string,
  { model, image }: Pick<ImageModel, "model" | "image">,
  resize: number | undefined,
): Tensor {
  const { values } = inShape(readFitting(file, image, resize), image);
  return standardized(model.description.standardization, tensor(values, { shape: [1, sizeOf(image)] }));
}

/** Which pixels are to be painted anew, by the name of a part or a file in which these are white. */
export function readMask(mask: string, image: ImageShape, resize: number | undefined): boolean[] {
  const isWhite = isMaskName(mask)
    ? namedMask(mask, image)
    : Array.from(inGrey(readFitting(mask, image, resize)).values, (value) => value > 0);
  checkMask(isWhite, mask);
  return isWhite;
}
