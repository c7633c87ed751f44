import {
  add,
  clamp,
  concat,
  type Key,
  max,
  min,
  mul,
  portable,
  random,
  slice,
  type Tensor,
  take,
  tensor,
} from "@scoretape/autograd";
import { DIGITS_SIDE, digitsInk, FULL_INK } from "../../images/digits.ts";

/** The side of an image, and the number of its pixels. */
export const SIDE = DIGITS_SIDE;
export const PIXELS: number = SIDE * SIDE;

/** Handwritten digits, in units in which all pixels together have mean 0 and standard deviation 1. */
export interface Digits {
  /** [n, 64] each: a half to learn from, and a half to compare with. */
  readonly training: Tensor;
  readonly heldOut: Tensor;
  /** Which digit each row of the training half is, and each of the other. */
  readonly labels: readonly number[];
  readonly heldOutLabels: readonly number[];
  /** Grey values from 0 to 1 of images in those units; what lies outside is cut off. */
  grey(images: Tensor): Float64Array;
  /** The first of images as values from −1 to 1, so many at most. */
  picture(images: Tensor, most: number): Tensor;
}

/**
 * The 1,797 digits of 8 × 8 pixels that come with the program, in two random halves. Alpaydin & Kaynak 1998, Optical
 * Recognition of Handwritten Digits, UCI Machine Learning Repository, CC BY 4.0.
 */
export function openDigits(key: Key): Digits {
  const { count: rows, ink: pixels, digits } = digitsInk();
  const { mean, deviation } = moments(pixels);
  const images = tensor(
    pixels.map((value) => (value - mean) / deviation),
    { shape: [rows, PIXELS], dtype: "float32" },
  );
  const order = [...random.permutation(key, rows).data];
  const middle = Math.ceil(rows / 2);
  const [trained, others] = [order.slice(0, middle), order.slice(middle)];
  const grey = (z: Tensor): Float64Array =>
    Float64Array.from(add(mul(z, deviation / FULL_INK), mean / FULL_INK).data, (value) =>
      Math.min(1, Math.max(0, value)),
    );
  return {
    training: take(images, trained),
    heldOut: take(images, others),
    labels: trained.map((row) => digits[row] as number),
    heldOutLabels: others.map((row) => digits[row] as number),
    grey,
    picture(z, most) {
      const some = slice(z, [0, 0], [Math.min(most, z.shape[0] ?? 0), PIXELS]);
      return tensor(
        grey(some).map((value) => 2 * value - 1),
        { shape: some.shape },
      );
    },
  };
}

/** Images with what lies outside of the values in some others cut off. */
export function inked(images: Tensor, others: Tensor): Tensor {
  return clamp(images, min(others).item(), max(others).item());
}

/** Images whose every pixel comes from a digit of its own: each pixel is as it should be, and none fits another. */
export function shuffled(images: Tensor, key: Key): Tensor {
  const [n = 0] = images.shape;
  const columns = Array.from({ length: PIXELS }, (_, j) =>
    take(slice(images, [0, j], [n, j + 1]), random.permutation(random.foldIn(key, j), n)),
  );
  return concat(columns, 1);
}

function moments(values: Float64Array): { mean: number; deviation: number } {
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  const squares = values.reduce((total, value) => total + portable.pow(value - mean, 2), 0);
  return { mean, deviation: Math.sqrt(squares / values.length) };
}
