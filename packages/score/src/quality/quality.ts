import {
  cast,
  checkFunction,
  checkOptions,
  concat,
  type Key,
  random,
  type Tensor,
} from "@scoretape/autograd";
import { checkCount, checkKey, checkNumbers } from "../check.ts";
import type { NormalMoments } from "../data/normalMoments.ts";
import { type Memorization, memorization } from "../metrics/memorization.ts";
import type { SamplerBackend } from "../samplers/compiled.ts";
import type { NoiseConditionalScore } from "../score.ts";
import { someRows } from "../someRows.ts";
import { checkSplit, momentsOf } from "./checkSplit.ts";
import { type ColumnsCompared, compareColumns } from "./compareColumns.ts";
import { denoisingSkill, type LevelSkill } from "./denoisingSkill.ts";
import { type DistancesToTest, distancesToTest } from "./distancesToTest.ts";
import { type HeldOutLogLikelihood, heldOutLogLikelihood } from "./heldOutLogLikelihood.ts";

/** Rows and samples, all standardised alike. */
export interface QualityRows {
  /** What the score was learned from, [n, d], n ≥ 2. */
  readonly training: Tensor;
  /** Rows that neither training nor the choice of the model saw, [k, d], k ≥ 2; null where there are none. */
  readonly test: Tensor | null;
  /** Draws of the model, [m, d], m ≥ 2. */
  readonly samples: Tensor;
}

/** How to measure. */
export interface QualityOptions {
  /** Decides all that is drawn on the way. */
  readonly key: Key;
  /** `data.normalMoments(training, { shrinkage: "leave-one-out" })`, where that is known already. */
  readonly moments?: NormalMoments;
  /**
   * Whether to compute the likelihood of test rows; true unless said. It takes a derivative of the score for each column, and
   * says little of rows whose numbers are few, as those of pixels are: a density that is high there has no bound.
   */
  readonly likelihood?: boolean;
  /** How many points are denoised at each level; see {@link denoisingSkill}. */
  readonly points?: number;
  /** What runs compiled steps; `eager` for a score that reads elements. WebAssembly unless said. */
  readonly backend?: SamplerBackend;
}

/** What is known about a model from rows that it has not seen, and about its samples. Without test rows the first four are null. */
export interface Quality extends ColumnsCompared {
  /** How many rows and samples there are. */
  readonly rows: { readonly training: number; readonly test: number; readonly samples: number };
  readonly heldOut: HeldOutLogLikelihood | null;
  /** At ten noise levels at most, from the largest. */
  readonly denoising: readonly LevelSkill[] | null;
  readonly distances: DistancesToTest | null;
  readonly memorization: Memorization | null;
}

/** So many levels are looked at at most. */
const LEVELS = 10;
/** The search for nearest training rows takes so many of them, and so many differences of coordinates. */
const [MOST_TRAINING, DIFFERENCES, FEWEST] = [20_000, 1e8, 200];

/**
 * What can be known of a model: the likelihood of test rows beside a Gaussian's and a kernel density estimate's
 * ({@link heldOutLogLikelihood}), its skill as a denoiser ({@link denoisingSkill}), the distance of its samples to test
 * rows ({@link distancesToTest}), whether they are copies ({@link memorization}), and their columns beside those of all
 * rows ({@link compareColumns}). {@link verdict} says it in words. Large tables are looked at in part, and the errors that
 * this makes are in the numbers.
 *
 * @param score s(z, σ)
 * @param sigmas its noise levels, from the largest
 * @throws ShapeError when rows and samples are not matrices of equal width with two rows or more
 * @throws RangeError when an element is not finite, or there is no level
 *
 * @example
 * ```ts
 * import { random } from "@scoretape/autograd";
 * import { data, quality, verdict } from "@scoretape/score";
 *
 * const set = data.eightGaussians;
 * const rows = (i: number, n: number) => set.sample(random.key(i), n);
 * const found = quality(
 *   (z, sigma) => set.score(z, sigma),
 *   [1, 0.1],
 *   { training: rows(0, 500), test: rows(1, 200), samples: rows(2, 500) },
 *   { key: random.key(3) },
 * );
 * console.log(verdict(found).kind); // good
 * ```
 */
export function quality(
  score: NoiseConditionalScore,
  sigmas: readonly number[],
  rows: QualityRows,
  options: QualityOptions,
): Quality {
  const name = "quality";
  checkOptions(name, options, {
    key: "any",
    moments: "any",
    likelihood: "boolean",
    points: "number",
    backend: "any",
  });
  checkOptions(`${name}: rows`, rows, { training: "any", test: "any", samples: "any" });
  checkFunction(name, score, "the score");
  const { training, test, samples } = rows;
  checkSplit(name, { training, ...(test === null ? {} : { test }), samples });
  checkNumbers(name, sigmas, "sigmas");
  const { key, likelihood = true, backend } = options;
  checkKey(name, key);
  if (options.points !== undefined) checkCount(name, options.points, "points");
  const [largest, smallest] = [sigmas[0], sigmas.at(-1)];
  if (largest === undefined || smallest === undefined) {
    throw new RangeError(`${name}: sigmas is empty; give the noise levels of the score`);
  }
  const count = (x: Tensor | null): number => x?.shape[0] ?? 0;
  const known = {
    rows: { training: count(training), test: count(test), samples: count(samples) },
    ...compareColumns(samples, test === null ? training : concat([training, cast(test, training.dtype)], 0), {
      key: random.foldIn(key, 0),
    }),
  };
  if (test === null) return { ...known, heldOut: null, denoising: null, distances: null, memorization: null };
  const moments = momentsOf(name, training, options.moments);
  const ends = { sigmaMin: smallest, sigmaMax: largest };
  return {
    ...known,
    heldOut: likelihood
      ? heldOutLogLikelihood(score, training, test, {
          ...ends,
          moments,
          key: random.foldIn(key, 1),
          ...(backend === undefined ? {} : { backend }),
        })
      : null,
    denoising: denoisingSkill(score, someOf(sigmas), training, test, {
      key: random.foldIn(key, 2),
      moments,
      ...(options.points === undefined ? {} : { points: options.points }),
    }),
    distances: distancesToTest(samples, training, test, { key: random.foldIn(key, 3), moments }),
    memorization: copies(samples, training, test, random.foldIn(key, 4)),
  };
}

/** At most ten levels, the ends among them. */
function someOf(sigmas: readonly number[]): number[] {
  const count = Math.min(LEVELS, sigmas.length);
  const step = (sigmas.length - 1) / Math.max(1, count - 1);
  return Array.from({ length: count }, (_, i) => sigmas[Math.round(i * step)] ?? 1);
}

function copies(samples: Tensor, training: Tensor, test: Tensor, key: Key): Memorization {
  const among = someRows(training, MOST_TRAINING, random.foldIn(key, 0));
  const most = Math.max(FEWEST, Math.floor(DIFFERENCES / among.size));
  return memorization(
    someRows(samples, most, random.foldIn(key, 1)),
    among,
    someRows(test, most, random.foldIn(key, 2)),
  );
}
