import { type Key, random, type Tensor, take } from "@scoretape/autograd";
import { maximumMeanDiscrepancy, slicedWasserstein } from "@scoretape/score";

/** How much samples look like data, beside how much the data look like themselves. */
export interface Resemblance {
  /** The sliced Wasserstein distance (order 2) of the samples to the data, in the data's standard deviations. */
  readonly slicedWasserstein: number;
  /** The unbiased estimate of the squared maximum mean discrepancy of samples and data. */
  readonly maximumMeanDiscrepancy: number;
  /** The bandwidth of its kernel: the median distance. */
  readonly bandwidth: number;
  /** The same two between random halves of the data, medians over the splits; null below 4 rows. */
  readonly halves: { readonly slicedWasserstein: number; readonly maximumMeanDiscrepancy: number } | null;
  /** slicedWasserstein / halves.slicedWasserstein: about 1 or less for samples as good as fresh data. */
  readonly ratio: number | null;
}

/** How many times the data are cut in half. */
export const SPLITS = 20;
/** So many rows at most are compared, drawn at random. */
const MOST_ROWS = 4000;
/** The discrepancy looks at all pairs, and so at fewer rows. */
const MOST_PAIRED_ROWS = 1000;

/**
 * Compares samples with data, both standardised, [m, d] and [n, d] with m and n at least 2.
 *
 * @param key - Decides directions, splits, and which rows are compared where there are very many.
 */
export function resemblance(samples: Tensor, data: Tensor, key: Key): Resemblance {
  const directions = random.foldIn(key, 0);
  const rows = someRows(data, MOST_ROWS, random.foldIn(key, 1));
  const distance = slicedWasserstein(samples, rows, { key: directions });
  const paired = someRows(rows, MOST_PAIRED_ROWS, random.foldIn(key, 2));
  const { unbiased, bandwidth } = maximumMeanDiscrepancy(
    someRows(samples, MOST_PAIRED_ROWS, random.foldIn(key, 3)),
    paired,
  );
  const halves =
    paired.shape[0] !== undefined && paired.shape[0] >= 4
      ? {
          slicedWasserstein: medianOverSplits(rows, random.foldIn(key, 4), (a, b) =>
            slicedWasserstein(a, b, { key: directions }),
          ),
          maximumMeanDiscrepancy: medianOverSplits(
            paired,
            random.foldIn(key, 5),
            (a, b) => maximumMeanDiscrepancy(a, b, { bandwidth }).unbiased,
          ),
        }
      : null;
  return {
    slicedWasserstein: distance,
    maximumMeanDiscrepancy: unbiased,
    bandwidth,
    halves,
    ratio: halves === null || halves.slicedWasserstein === 0 ? null : distance / halves.slicedWasserstein,
  };
}

function medianOverSplits(data: Tensor, key: Key, compare: (a: Tensor, b: Tensor) => number): number {
  const values = Array.from({ length: SPLITS }, (_, i) => {
    const order = [...random.permutation(random.foldIn(key, i), data.shape[0] ?? 0).data];
    const middle = Math.floor(order.length / 2);
    return compare(take(data, order.slice(0, middle)), take(data, order.slice(middle)));
  }).sort((a, b) => a - b);
  return 0.5 * ((values[SPLITS / 2 - 1] as number) + (values[SPLITS / 2] as number));
}

function someRows(x: Tensor, most: number, key: Key): Tensor {
  const rows = x.shape[0] ?? 0;
  return rows <= most ? x : take(x, [...random.permutation(key, rows).data.subarray(0, most)]);
}
