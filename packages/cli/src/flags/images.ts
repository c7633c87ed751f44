import { flag } from "./flag.ts";
import { file, imageShape, wholeNumber } from "./value.ts";

const group = "images";

/** The flags of how images are read. */
export const imageFlags = {
  image: flag({
    value: imageShape,
    help: "the rows of a CSV file are images of such a shape, 8x8, or 8x8x3 in colour; others are cropped and scaled to it",
    group,
    verbs: { train: {} },
  }),
  resize: flag({
    value: wholeNumber({ most: 1024, metavar: "<side>" }),
    help: "crop images to the square in their middle, and scale it to such a side",
    group,
    verbs: { train: {}, sample: {}, inpaint: {}, denoise: {}, interpolate: {} },
  }),
  labels: flag({
    value: file("<file>"),
    help: "what each image shows: IDX, .npy, a text of lines, or a column of a CSV file (default: by folder, or a file beside)",
    group,
    verbs: { train: {} },
  }),
} as const;
