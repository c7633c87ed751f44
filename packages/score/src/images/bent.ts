import { type Key, random, type Tensor, tensor } from "@scoretape/autograd";
import type { ImageClassifier } from "./imageClassifier.ts";

/** How far images are moved and bent. */
export interface Bending {
  /** t: up to so many pixels each way. */
  readonly shift: number;
  /** d: all distances from the middle change by up to this share of the image's side each way. */
  readonly distortion: number;
}

/**
 * Images each changed by an affine map of its own: at the place p, from the middle, is what was at (I + d·U)p + t·u, with U, 2×2,
 * and u uniform on [−1, 1], between pixels the weighted mean of the four around, and beyond the border the image again.
 *
 * @param x [n, height·width·channels]
 */
export function bent(
  x: Tensor,
  [height, width, channels]: ImageClassifier["image"],
  { shift, distortion }: Bending,
  key: Key,
): Tensor {
  if (shift === 0 && distortion === 0) return x;
  const [n = 0, d = 0] = x.shape;
  const drawn = random.uniform(key, [n, 6], { dtype: "float64" }).data;
  const [middle, center] = [(height - 1) / 2, (width - 1) / 2];
  const around = (place: number, side: number): number => ((place % side) + side) % side;
  const values = new Float32Array(n * d);
  for (let image = 0; image < n; image++) {
    const u = Array.from(drawn.subarray(6 * image, 6 * image + 6), (share) => 2 * share - 1);
    const [a = 0, b = 0, c = 0, e = 0, down = 0, right = 0] = u;
    const at = (row: number, column: number, channel: number): number =>
      x.data[image * d + (around(row, height) * width + around(column, width)) * channels + channel] ?? 0;
    for (let i = 0; i < height * width; i++) {
      const [row, column] = [Math.floor(i / width) - middle, (i % width) - center];
      const y = row + distortion * (a * row + b * column) + shift * down + middle;
      const z = column + distortion * (c * row + e * column) + shift * right + center;
      const [top, left] = [Math.floor(y), Math.floor(z)];
      const between = (line: number, channel: number): number =>
        (left + 1 - z) * at(line, left, channel) + (z - left) * at(line, left + 1, channel);
      for (let channel = 0; channel < channels; channel++) {
        values[image * d + i * channels + channel] =
          (top + 1 - y) * between(top, channel) + (y - top) * between(top + 1, channel);
      }
    }
  }
  return tensor(values, { shape: x.shape });
}
