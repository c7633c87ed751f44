import { type Key, random, type Tensor, take, tensor } from "@scoretape/autograd";
import type { ImageShape } from "@scoretape/score/model";
import type { Images } from "../../images/images.ts";
import { sizeOf } from "../../images/shape.ts";
import { UserError } from "../../terminal/user-error.ts";

/** Images of which each is of a class, in two random parts. */
export interface Parts {
  readonly shape: ImageShape;
  /** The names of the classes. */
  readonly names: readonly string[];
  /** To learn from, by a network and by the classifier that judges it. */
  readonly training: Labelled;
  /** To compare with: neither has seen them. */
  readonly test: Labelled;
}

export interface Labelled {
  /** Values from −1 to 1, [n, height·width·channels]. */
  readonly images: Tensor;
  /** The number of each one's class, uint32 [n]. */
  readonly labels: Tensor;
}

/**
 * Two parts of so many images at random.
 *
 * @throws UserError if it is not known what the images show, or there are too few
 */
export function partsOf(
  { shape, count, values, classes }: Images,
  sizes: { readonly training: number; readonly test: number },
  key: Key,
): Parts {
  if (classes === null || classes.names.length < 2) {
    throw new UserError("the images are of no known classes; put their labels beside them, as IDX files are");
  }
  if (count < sizes.training + sizes.test) {
    throw new UserError(
      `there are ${count} images; ${sizes.training} are learned from and ${sizes.test} compared with`,
    );
  }
  const all = tensor(values, { shape: [count, sizeOf(shape)] });
  const labels = tensor(classes.labels);
  const order = [...random.permutation(key, count).data];
  const part = (from: number, size: number): Labelled => {
    const rows = order.slice(from, from + size);
    return { images: take(all, rows), labels: take(labels, rows) };
  };
  const training = part(0, sizes.training);
  return { shape, names: classes.names, training, test: part(sizes.training, sizes.test) };
}
