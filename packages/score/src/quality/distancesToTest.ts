import { add, checkOptions, type Key, matmul, mul, random, type Tensor, tensor } from "@scoretape/autograd";
import { checkCount, checkKey } from "../check.ts";
import type { NormalMoments } from "../data/normalMoments.ts";
import { directionsOf, distanceAlong, shadowsOf } from "../metrics/slicedWasserstein.ts";
import { chosenRows } from "../someRows.ts";
import { checkSplit, momentsOf } from "./checkSplit.ts";
import { type Spread, spreadOf } from "./estimate.ts";

/** How to compare samples with test rows. */
export interface DistancesToTestOptions {
  /** Draws the rows that are compared, and the directions. */
  readonly key: Key;
  /** How often other rows are compared, from 2; 20 unless said. */
  readonly repeats?: number;
  /** `data.normalMoments(training, { shrinkage: "leave-one-out" })`, where that is known already. */
  readonly moments?: NormalMoments;
}

/** How far equally many of each are from test rows: sliced Wasserstein distances of order 2. */
export interface DistancesToTest {
  /** How many are compared with how many: the test rows, or half the training rows or samples where these are fewer. */
  readonly rows: number;
  readonly samples: Spread;
  /** Of training rows: what perfect samples get. */
  readonly training: Spread;
  /** Of draws of a Gaussian with mean and shrunk covariance of the training rows. */
  readonly gaussian: Spread;
  /** Of draws of each column for itself: what who knows the columns' distributions, but no relation, gets. */
  readonly independent: Spread;
}

/** So many rows are compared at most. */
const MOST_ROWS = 1000;
const [DIRECTIONS, ORDER] = [64, 2];

/**
 * Compares samples with test rows by the sliced Wasserstein distance, and for comparison equally many training rows,
 * draws of a Gaussian, and draws of independent columns, each with the same test rows along the same directions. The
 * distance of two finite sets is never 0, and falls with their size: only sets of equal size can be compared.
 *
 * @param samples standardised like the rows, [m, d], m ≥ 2
 * @param training [n, d], n ≥ 2
 * @param test [k, d], k ≥ 2
 * @returns means over repetitions with other rows, and the middle nine tenths of them
 * @throws ShapeError when they are not matrices of equal width with two rows or more
 * @throws RangeError when an element is not finite
 *
 * @example
 * ```ts
 * import { random } from "@scoretape/autograd";
 * import { data, distancesToTest } from "@scoretape/score";
 *
 * const rows = (i: number) => data.moons.sample(random.key(i), 400);
 * const { samples, training, gaussian } = distancesToTest(rows(0), rows(1), rows(2), { key: random.key(3) });
 * console.log(samples.value < training.high, samples.high < gaussian.low); // true true
 * ```
 */
export function distancesToTest(
  samples: Tensor,
  training: Tensor,
  test: Tensor,
  options: DistancesToTestOptions,
): DistancesToTest {
  const name = "distancesToTest";
  checkOptions(name, options, { key: "any", repeats: "number", moments: "any" });
  checkSplit(name, { samples, training, test });
  const { key, repeats = 20 } = options;
  checkKey(name, key);
  checkCount(name, repeats, "repeats");
  if (repeats < 2) throw new RangeError(`${name}: repeats is 1; two have a spread`);
  const half = (x: Tensor): number => Math.ceil((x.shape[0] ?? 0) / 2);
  const rows = Math.min(test.shape[0] ?? 0, half(training), half(samples), MOST_ROWS);
  const moments = momentsOf(name, training, options.moments);
  const draws = {
    samples: (own: Key) => chosenRows(samples, rows, own),
    training: (own: Key) => chosenRows(training, rows, own),
    gaussian: (own: Key) => normals(moments, rows, own),
    independent: (own: Key) => independentColumns(training, rows, own),
  };
  const distances: Record<keyof typeof draws, number[]> = {
    samples: [],
    training: [],
    gaussian: [],
    independent: [],
  };
  for (let repeat = 0; repeat < repeats; repeat++) {
    const own = random.foldIn(key, repeat);
    const directions = directionsOf(random.foldIn(own, 1), DIRECTIONS, test.shape[1] ?? 1);
    const compared = shadowsOf(chosenRows(test, rows, random.foldIn(own, 0)), directions);
    for (const [i, what] of (["samples", "training", "gaussian", "independent"] as const).entries()) {
      const drawn = draws[what](random.foldIn(own, 2 + i));
      distances[what].push(distanceAlong(shadowsOf(drawn, directions), compared, ORDER));
    }
  }
  return {
    rows,
    samples: spreadOf(distances.samples),
    training: spreadOf(distances.training),
    gaussian: spreadOf(distances.gaussian),
    independent: spreadOf(distances.independent),
  };
}

/** Draws of N(μ, Σ). */
function normals({ mean, axes, deviation }: NormalMoments, rows: number, key: Key): Tensor {
  const z = random.normal(key, [rows, deviation.size], { dtype: "float64" });
  return add(mean, matmul(mul(deviation, z), axes, { transposeY: true }));
}

/** In each column values of its own, drawn with replacement. */
function independentColumns(x: Tensor, rows: number, key: Key): Tensor {
  const [n = 0, d = 0] = x.shape;
  const u = random.uniform(key, [rows, d], { dtype: "float64" }).data;
  const values = Float64Array.from(u, (at, i) => x.data[Math.floor(at * n) * d + (i % d)] as number);
  return tensor(values, { shape: [rows, d] });
}
