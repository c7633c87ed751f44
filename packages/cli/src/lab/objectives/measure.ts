import { add, concat, type Key, mul, random, type Tensor, take } from "@scoretape/autograd";
import { maximumMeanDiscrepancy, slicedWasserstein } from "@scoretape/score";
import { quantile } from "../../plots/density.ts";
import { copiesAmong, nearestTo } from "../nearest.ts";
import { bootstrap, type Estimate, meanOf, quotient, shareOf } from "../statistics.ts";
import type { Digits } from "./images.ts";
import { type Drawn, sigmaMin } from "./learn.ts";

/** How samples compare with digits that the training has not seen. */
export interface Comparison {
  /** The sliced Wasserstein distance (order 1) to the held-out half, both with noise of σ_min; the mean over the sets. */
  readonly distance: Estimate;
  /** That over the distance between two random halves of the digits. */
  readonly ratio: Estimate;
  /** The squared maximum mean discrepancy, likewise. */
  readonly discrepancy: Estimate;
  /** The distance of each sample to the nearest training digit, rising. */
  readonly nearest: Float64Array;
  /** The median of these over the median for held-out digits. */
  readonly nearness: Estimate;
  /** The share of samples nearer to a training digit than all but 1 % of the held-out digits. */
  readonly copies: Estimate;
  /** The share of samples whose nearest training digit is the digit that is rarest among them. */
  readonly rarest: Estimate;
}

export interface Baseline {
  /** The sliced Wasserstein distance between random halves of all digits. */
  readonly halves: Estimate;
  /** The held-out half with noise of σ_min. */
  readonly heldOut: Tensor;
  /** Half the median distance between digits, which sees shapes: the bandwidth of the discrepancy's kernel. */
  readonly bandwidth: number;
  /** The distance of each held-out digit to the nearest training digit, rising. */
  readonly nearest: Float64Array;
  /** The share of held-out digits nearer than all but 1 % of them. */
  readonly heldOutCopies: Estimate;
}

export function baselineOf({ training, heldOut }: Digits, splits: number, key: Key): Baseline {
  const all = blurred(concat([training, heldOut]), random.foldIn(key, splits));
  const directions = random.foldIn(key, splits + 2);
  const halves = Array.from({ length: splits }, (_, i) => {
    const order = [...random.permutation(random.foldIn(key, i), all.shape[0] ?? 0).data];
    const middle = training.shape[0] ?? 0;
    return wasserstein(take(all, order.slice(0, middle)), take(all, order.slice(middle)), directions);
  });
  const nearest = nearestTo(training, heldOut).distances.toSorted();
  return {
    halves: meanOf(halves),
    heldOut: blurred(heldOut, random.foldIn(key, splits + 1)),
    bandwidth: maximumMeanDiscrepancy(training, heldOut).bandwidth / 2,
    nearest,
    heldOutCopies: copiesAmong(nearest, nearest),
  };
}

export function compare(
  sets: readonly Drawn[],
  { training, labels }: Digits,
  baseline: Baseline,
  key: Key,
): Comparison {
  const { heldOut, bandwidth } = baseline;
  const distance = meanOf(sets.map(({ noisy }) => wasserstein(noisy, heldOut, random.foldIn(key, 0))));
  const { distances, rows } = nearestTo(training, concat(sets.map(({ clean }) => clean)));
  const counts = new Array<number>(10).fill(0);
  for (const row of rows) {
    const label = labels[row] ?? 0;
    counts[label] = (counts[label] ?? 0) + 1;
  }
  const medianOf = (picked: ArrayLike<number>): number =>
    quantile(Float64Array.from(picked, (i) => distances[i] as number).sort(), 0.5);
  const median = bootstrap(distances.length, medianOf, random.foldIn(key, 1), 1000);
  const typical = bootstrap(
    baseline.nearest.length,
    (picked) => quantile(Float64Array.from(picked, (i) => baseline.nearest[i] as number).sort(), 0.5),
    random.foldIn(key, 2),
    1000,
  );
  return {
    distance,
    ratio: quotient(distance, baseline.halves),
    discrepancy: meanOf(
      sets.map(({ noisy }) => maximumMeanDiscrepancy(noisy, heldOut, { bandwidth }).unbiased),
    ),
    nearest: distances.toSorted(),
    nearness: quotient(median, typical),
    copies: copiesAmong(distances, baseline.nearest),
    rarest: shareOf(Math.min(...counts), distances.length),
  };
}

/** Images with noise of σ_min. */
export function blurred(images: Tensor, key: Key): Tensor {
  return add(images, mul(sigmaMin, random.normal(key, images.shape)));
}

/** Of order 1: order 2 would be decided by the few chains that went astray. */
function wasserstein(x: Tensor, y: Tensor, key: Key): number {
  return slicedWasserstein(x, y, { key, order: 1 });
}
