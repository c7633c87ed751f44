import { type Tensor, tensor } from "@scoretape/autograd";
import { type Description, type ImageShape, standardized } from "@scoretape/score/model";
import { openModel, type SavedModel } from "../model/store.ts";
import { UserError } from "../terminal/user-error.ts";
import { readImage } from "./folder.ts";
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
 * An image as a standardised point of a model, [1, d], in the model's colours.
 *
 * @throws UserError if it cannot be read, or has another size than the model's images and is not to be scaled
 */
export function readPoint(
  file: string,
  { model, image }: Pick<ImageModel, "model" | "image">,
  resize: number | undefined,
): Tensor {
  const raster = readImage(file);
  const [height, width] = image;
  const [h, w] = resize === undefined ? raster.shape : [resize, resize];
  if (h !== height || w !== width) {
    throw new UserError(
      `${file} has ${shapeInWords([raster.shape[0], raster.shape[1], 1])} pixels, and the model's images ` +
        `${shapeInWords([height, width, 1])}; ${height === width ? `scale it with --resize ${height}` : "crop or scale it"}`,
    );
  }
  const { values } = inShape(raster, image);
  return standardized(model.description.standardization, tensor(values, { shape: [1, sizeOf(image)] }));
}
