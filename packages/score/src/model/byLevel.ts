import { type Key, mean, random, type Tensor, take, tensor } from "@scoretape/autograd";
import { multiLevelDenoisingScoreMatching } from "../losses/multiLevel.ts";
import { fisherDivergenceByLevel, type LevelFisherDivergence } from "../metrics/fisherDivergenceByLevel.ts";
import { estimateOf, meanOf } from "../quality/estimate.ts";
import { exactIn } from "./exact.ts";
import type { Model } from "./model.ts";
import { type Rows, standardized } from "./units.ts";

/** How well a model knows the score at one noise level, in the model's units. */
export interface LevelError {
  readonly sigma: number;
  /** σ²·½E‖s(x + σz, σ) + z/σ‖². */
  readonly denoisingLoss: number;
  /** Its standard error, with the rows as independent. */
  readonly standardError: number;
  /** ½E‖s − s*‖² on fresh points, s* the exact score of the blurred set; null where it is not known. */
  readonly fisherDivergence: LevelFisherDivergence | null;
}

/**
 * So many points are looked at on each level, fewer from 100 columns on, and of images; few rows are repeated, with noise of
 * their own.
 */
const [POINTS, FEWEST, VALUES] = [2000, 200, 2e5];

/** The errors of a model at its noise levels, on rows and on fresh points of their set. */
export function errorsByLevel(model: Model, rows: Rows, key: Key): LevelError[] {
  const { standardScore, sigmas, description } = model;
  const standard = standardized(description.standardization, rows.values);
  const [there = 1, d = 1] = standard.shape;
  const points = Math.min(POINTS, Math.max(FEWEST, Math.floor(VALUES / d)));
  const x = repeated(standard, model.conditionalScore === undefined ? points : FEWEST);
  const exact = exactIn(rows, description.standardization);
  const divergences =
    exact === null
      ? []
      : fisherDivergenceByLevel(standardScore, exact, sigmas, {
          key: random.foldIn(key, sigmas.length),
          samples: POINTS,
        });
  return sigmas.map((sigma, i) => {
    const noise = random.normal(random.foldIn(key, i), x.shape);
    const losses = multiLevelDenoisingScoreMatching(standardScore, x, noise, sigma, { reduction: "none" });
    return {
      sigma,
      denoisingLoss: mean(losses).item(),
      standardError: estimateOf(meansOf(losses.data, there)).standardError,
      fisherDivergence: divergences[i] ?? null,
    };
  });
}

function repeated(rows: Tensor, count: number): Tensor {
  const [there = 1] = rows.shape;
  return take(rows, tensor(Uint32Array.from({ length: count }, (_, i) => i % there)));
}

/** The mean value of each row over its repetitions. */
function meansOf(values: ArrayLike<number>, there: number): number[] {
  return Array.from({ length: Math.min(there, values.length) }, (_, row) => {
    const repeats = Math.ceil((values.length - row) / there);
    return meanOf(Array.from({ length: repeats }, (_, i) => values[i * there + row] ?? 0));
  });
}
