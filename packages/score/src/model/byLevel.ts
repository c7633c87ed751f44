import { type Key, random, type Tensor, take } from "@scoretape/autograd";
import { multiLevelDenoisingScoreMatching } from "../losses/multiLevel.ts";
import { fisherDivergenceByLevel, type LevelFisherDivergence } from "../metrics/fisherDivergenceByLevel.ts";
import { exactIn } from "./exact.ts";
import type { Model } from "./model.ts";
import { type Rows, standardized } from "./units.ts";

/** How well a model knows the score at one noise level, in the model's units. */
export interface LevelError {
  readonly sigma: number;
  /** σ²·½E‖s(x + σz, σ) + z/σ‖². */
  readonly denoisingLoss: number;
  /** ½E‖s − s*‖² on fresh points, s* the exact score of the blurred set; null where it is not known. */
  readonly fisherDivergence: LevelFisherDivergence | null;
}

/** So many points are looked at on each level, of images fewer; few rows are repeated, with noise of their own. */
const [POINTS, IMAGES] = [2000, 200];

/** The errors of a model at its noise levels, on rows and on fresh points of their set. */
export function errorsByLevel(model: Model, rows: Rows, key: Key): LevelError[] {
  const { standardScore, sigmas, description } = model;
  const standard = standardized(description.standardization, rows.values);
  const x = repeated(standard, model.conditionalScore === undefined ? POINTS : IMAGES);
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
    return {
      sigma,
      denoisingLoss: multiLevelDenoisingScoreMatching(standardScore, x, noise, sigma).item(),
      fisherDivergence: divergences[i] ?? null,
    };
  });
}

function repeated(rows: Tensor, count: number): Tensor {
  const [there = 1] = rows.shape;
  return take(
    rows,
    Array.from({ length: count }, (_, i) => i % there),
  );
}
