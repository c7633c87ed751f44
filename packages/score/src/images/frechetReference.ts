import { checkOptions, type Key, random, ShapeError, type Tensor, take } from "@scoretape/autograd";
import { checkCount, checkData, checkKey } from "../check.ts";
import { frechetDistance } from "../metrics/frechetDistance.ts";

/** How real images are divided. */
export interface FrechetReferenceOptions {
  /** Decides the halves. */
  readonly key: Key;
  /** How many divisions there are; 21 unless said. */
  readonly splits?: number;
  /** How many images are in a part, from 2 to half of them; half unless said. Take fewer where there are fewer samples. */
  readonly size?: number;
}

/** Random halves of real images by their features, for samples to be compared with. */
export interface FrechetReference {
  /** The Fréchet distance between the two halves of each division: what no sampler gets below, on average. */
  readonly between: readonly number[];
  /**
   * The distance of samples by their features, [m, d], to one half of each division: of as many of them as there are in it, since
   * the distance falls with their number, drawn anew each time; of all where there are fewer.
   */
  to(samples: Tensor, key: Key): number[];
}

/**
 * Fréchet distances between random halves of real images, and of samples to them: the medians are what samples are worth, and
 * what real images would be.
 *
 * @param real features, [n, d], such as `judgeImages` gives, n ≥ 4
 * @throws ShapeError when there are fewer, and as {@link frechetDistance} does
 * @throws RangeError when an option is out of its range
 *
 * @example
 * ```ts
 * import { add, random } from "@scoretape/autograd";
 * import { frechetReference } from "@scoretape/score/images";
 *
 * const features = (seed: number) => random.normal(random.key(seed), [400, 2]);
 * const reference = frechetReference(features(0), { key: random.key(1), splits: 5 });
 * const largest = Math.max(...reference.between, ...reference.to(features(2), random.key(3)));
 * const moved = reference.to(add(1, features(2)), random.key(3));
 * console.log(largest < 0.3, Math.min(...moved) > 1); // true true
 * ```
 */
export function frechetReference(real: Tensor, options: FrechetReferenceOptions): FrechetReference {
  const name = "frechetReference";
  checkOptions(name, options, { key: "any", splits: "number", size: "number" });
  const { key, splits = 21 } = options;
  checkData(name, real, "real");
  checkKey(name, key);
  checkCount(name, splits, "splits");
  const [count = 0] = real.shape;
  if (count < 4) {
    throw new ShapeError(
      `${name}: real has shape [${real.shape.join(", ")}]; a half of it has no spread, give four rows or more`,
    );
  }
  const { size = Math.floor(count / 2) } = options;
  if (!Number.isSafeInteger(size) || size < 2 || size > count / 2) {
    throw new RangeError(
      `${name}: size is ${size}; it is a whole number from 2 to half of the ${count} rows`,
    );
  }
  const pairs = Array.from({ length: splits }, (_, i) => {
    const order = [...random.permutation(random.foldIn(key, i), count).data];
    return [take(real, order.slice(0, size)), take(real, order.slice(size, 2 * size))] as const;
  });
  return {
    between: pairs.map(([one, other]) => frechetDistance(one, other)),
    to(samples, own) {
      checkData(name, samples, "samples");
      checkKey(name, own);
      const [m = 0] = samples.shape;
      return pairs.map(([one], i) => {
        const order = [...random.permutation(random.foldIn(own, i), m).data];
        return frechetDistance(take(samples, order.slice(0, size)), one);
      });
    },
  };
}
