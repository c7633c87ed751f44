import { type Key, random, type Tensor, take } from "@scoretape/autograd";
import {
  data,
  fisherDivergenceByLevel,
  type LevelFisherDivergence,
  multiLevelDenoisingScoreMatching,
} from "@scoretape/score";
import { isRows, type Source } from "../data/source.ts";
import { standardized, type Units } from "../data/units.ts";
import type { Model } from "../model/model.ts";

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
  const exact = exactSet(source, model.description.standardization);
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

/**
 * A data set with its exact score in the model's units. Rows of their own are a mixture of as many normals whatever
 * the units; of another set the blur must be round in its units too, so that they must share one deviation.
 */
function exactSet({ set, columns, values }: Source, units: Units): data.ExactDataSet | null {
  if (set === null) return null;
  if (isRows(set)) return data.fromRows(standardized(units, values), columns);
  const [deviation] = units.deviation;
  if (!isExact(set) || deviation === undefined) return null;
  if (units.deviation.some((other) => other !== deviation)) return null;
  return data.rescaled(set, { mean: units.mean, deviation });
}

function isExact(set: data.DataSet): set is data.ExactDataSet {
  return set.logDensity !== undefined && set.score !== undefined;
}
