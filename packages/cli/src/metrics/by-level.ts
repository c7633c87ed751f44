import { type Key, random, type Tensor, take } from "@scoretape/autograd";
import {
  fisherDivergenceByLevel,
  type LevelFisherDivergence,
  multiLevelDenoisingScoreMatching,
} from "@scoretape/score";
import type { Source } from "../data/source.ts";
import type { Model } from "../model/model.ts";
import { exactIn } from "./exact.ts";

/** How well a model knows the score at one noise level, in the model's units. */
export interface LevelError {
  readonly sigma: number;
  /** σ²·½E‖s(x + σz, σ) + z/σ‖². */
  readonly denoisingLoss: number;
  /** ½E‖s − s*‖² on fresh points, s* the exact score of the blurred set; null where it is not known. */
  readonly fisherDivergence: LevelFisherDivergence | null;
}

/** So many points are looked at on each level; few rows are repeated, with noise of their own. */
const ROWS = 2000;

/** The errors of a model at its noise levels, on rows [n, d] in standard units and on fresh points of their set. */
export function errorsByLevel(model: Model, rows: Tensor, source: Source, key: Key): LevelError[] {
  const count = rows.shape[0] ?? 0;
  const x = take(
    rows,
    Array.from({ length: ROWS }, (_, i) => i % count),
  );
  const { score, sigmas } = model;
  const exact = exactIn(source, model.description.standardization);
  const divergences =
    exact === null
      ? []
      : fisherDivergenceByLevel(score, exact, sigmas, {
          key: random.foldIn(key, sigmas.length),
          samples: ROWS,
        });
  return sigmas.map((sigma, i) => {
    const noise = random.normal(random.foldIn(key, i), x.shape);
    return {
      sigma,
      denoisingLoss: multiLevelDenoisingScoreMatching(score, x, noise, sigma).item(),
      fisherDivergence: divergences[i] ?? null,
    };
  });
}
