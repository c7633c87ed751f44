import { type Key, random, type Tensor, take } from "@scoretape/autograd";
import { checkKey } from "../check.ts";
import { someRows } from "../someRows.ts";
import { checkPair } from "./checkPair.ts";
import { maximumMeanDiscrepancy } from "./maximumMeanDiscrepancy.ts";
import { slicedWasserstein } from "./slicedWasserstein.ts";

/** How far samples are from data, or data from data. */
export interface Distances {
  /** The sliced Wasserstein distance (order 2), in the data's standard deviations. */
  readonly slicedWasserstein: number;
  /** The unbiased estimate of the squared maximum mean discrepancy; null where there is no bandwidth for it. */
  readonly maximumMeanDiscrepancy: number | null;
}

/** How much samples look like data, beside how much the data look like themselves. */
export interface Resemblance extends Distances {
  /** The bandwidth of the discrepancy's kernel: the median distance; null where most points are the same. */
  readonly bandwidth: number | null;
  /** The distances between random halves of the data, medians over the splits; null below 4 rows. */
  readonly halves: Distances | null;
  /** slicedWasserstein / halves.slicedWasserstein: about 1 or less for samples as good as fresh data. */
  readonly ratio: number | null;
}

/** How many times the data are cut in half. */
const SPLITS = 20;
/** So many rows at most are compared, drawn at random. */
const MOST_ROWS = 4000;
/** The discrepancy looks at all pairs, and so at fewer rows. */
const MOST_PAIRED_ROWS = 1000;

/**
 * Compares samples with data, both standardised, [m, d] and [n, d] with m and n at least 2.
 *
 * @param key decides directions, splits, and which rows are compared where there are very many
 *
 * @example
 * ```ts
 * import { add, random } from "@scoretape/autograd";
 * import { resemblance } from "@scoretape/score";
 *
 * const x = random.normal(random.key(0), [500, 2]);
 * const alike = resemblance(random.normal(random.key(1), [500, 2]), x, random.key(2));
 * const shifted = resemblance(add(1, x), x, random.key(2));
 * console.log(alike.ratio?.toFixed(0), shifted.ratio?.toFixed(0)); // 1 7
 * ```
 */
export function resemblance(samples: Tensor, data: Tensor, key: Key): Resemblance {
  checkPair("resemblance", samples, data);
  checkKey("resemblance", key);
  const directions = random.foldIn(key, 0);
  const rows = someRows(data, MOST_ROWS, random.foldIn(key, 1));
  const paired = someRows(rows, MOST_PAIRED_ROWS, random.foldIn(key, 2));
  const pairedSamples = someRows(samples, MOST_PAIRED_ROWS, random.foldIn(key, 3));
  const bandwidth = medianDistance(pairedSamples, paired);
  const wasserstein = (a: Tensor, b: Tensor): number => slicedWasserstein(a, b, { key: directions });
  const discrepancy = (a: Tensor, b: Tensor, h: number): number =>
    maximumMeanDiscrepancy(a, b, { bandwidth: h }).unbiased;

  const distance = wasserstein(samples, rows);
  const halves =
    (rows.shape[0] ?? 0) < 4
      ? null
      : {
          slicedWasserstein: medianOverSplits(rows, random.foldIn(key, 4), wasserstein),
          maximumMeanDiscrepancy:
            bandwidth === null
              ? null
              : medianOverSplits(paired, random.foldIn(key, 5), (a, b) => discrepancy(a, b, bandwidth)),
        };
  return {
    slicedWasserstein: distance,
    maximumMeanDiscrepancy: bandwidth === null ? null : discrepancy(pairedSamples, paired, bandwidth),
    bandwidth,
    halves,
    ratio: halves === null || halves.slicedWasserstein === 0 ? null : distance / halves.slicedWasserstein,
  };
}

/** The median rule's bandwidth; null where it is 0. */
function medianDistance(x: Tensor, y: Tensor): number | null {
  try {
    return maximumMeanDiscrepancy(x, y).bandwidth;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function medianOverSplits(data: Tensor, key: Key, compare: (a: Tensor, b: Tensor) => number): number {
  const values = Array.from({ length: SPLITS }, (_, i) => {
    const order = [...random.permutation(random.foldIn(key, i), data.shape[0] ?? 0).data];
    const middle = Math.floor(order.length / 2);
    return compare(take(data, order.slice(0, middle)), take(data, order.slice(middle)));
  }).sort((a, b) => a - b);
  return 0.5 * ((values[SPLITS / 2 - 1] as number) + (values[SPLITS / 2] as number));
}
