import type { ImageShape } from "@scoretape/score/model";
import type { Reading } from "@scoretape/score/tables";
import type { Classes } from "./classes.ts";

/** Images to learn from or to compare with, all of one shape. */
export interface Images {
  readonly shape: ImageShape;
  readonly count: number;
  /** Values from −1 to 1, image after image: [count, height·width·channels]. */
  readonly values: Float32Array;
  /** Null where it is not known what each image shows. */
  readonly classes: Classes | null;
  /** What the user should know of how they were read. */
  readonly remarks: readonly string[];
  /** Of a table of pixels: how its pixels alone are read. */
  readonly reading?: Reading;
}

/** How images are to be read. */
export interface ImageReading {
  /** The shape that images have in a table of pixels, and that others are cropped and scaled to. */
  readonly shape?: ImageShape | undefined;
  /** The side of the square that images are cropped and scaled to. */
  readonly resize?: number | undefined;
  /** Where labels are: a file, or a column of a table of pixels. */
  readonly labels?: string | undefined;
  /** How a table of pixels is read. */
  readonly table?: Reading | undefined;
  /** Told how many images of which shape there will be, before they are read; throws where they are too many. */
  readonly expect?: ((count: number, shape: ImageShape) => void) | undefined;
}
