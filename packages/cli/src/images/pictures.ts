import { type Tensor, tensor } from "@scoretape/autograd";
import { type Description, type ImageShape, restored, standardized } from "@scoretape/score/model";
import type { Pictures } from "./grid.ts";

// Images that a model makes, and those that it is given.

/** The steps between two values of a byte, where all are from −1 to 1. */
const STEPS = 127.5;

/** Standardised points as images, as a file of bytes has them: from −1 to 1 in 255 steps. */
export function picturesOf({ standardization }: Description, shape: ImageShape, points: Tensor): Pictures {
  const values = restored(standardization, points).data;
  return {
    shape,
    count: points.shape[0] ?? 0,
    values: Float32Array.from(values, (value) => {
      const inside = Math.min(1, Math.max(-1, value));
      return Math.round((inside + 1) * STEPS) / STEPS - 1;
    }),
  };
}

/** Images as standardised points, [count, height·width·channels]. */
export function pointsOf({ standardization }: Description, { shape, count, values }: Pictures): Tensor {
  const [height, width, channels] = shape;
  const rows = tensor(values, { shape: [count, height * width * channels] });
  return standardized(standardization, rows);
}
