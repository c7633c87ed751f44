import { add, cast, type Key, mul, random, type Tensor, take } from "@scoretape/autograd";
import { data, fisherDivergence, multiLevelDenoisingScoreMatching } from "@scoretape/score";
import { isRows, type Source } from "../data/source.ts";
import { restored, standardized, type Units } from "../data/units.ts";
import type { Model } from "../model/model.ts";

/** How well a model knows the score at one noise level. */
export interface LevelError {
  readonly sigma: number;
  /** σ²·½E‖s(x + σz, σ) + z/σ‖². */
  readonly denoisingLoss: number;
  /** σ²·½E‖s − t‖² at the same points, t the exact score of the blurred set; null where it is not known. */
  readonly fisherDivergence: number | null;
}

/** Few rows are repeated up to this many, with noise of their own. */
const ROWS = 2000;

/** The errors of a model at its noise levels, on rows [n, d] in standard units. */
export function errorsByLevel(model: Model, rows: Tensor, source: Source, key: Key): LevelError[] {
  const count = rows.shape[0] ?? 0;
  const x = take(
    rows,
    Array.from({ length: ROWS }, (_, i) => i % count),
  );
  const exact = exactScore(source, model.description.standardization);
  return model.sigmas.map((sigma, i) => {
    const noise = random.normal(random.foldIn(key, i), x.shape);
    return {
      sigma,
      denoisingLoss: multiLevelDenoisingScoreMatching(model.score, x, noise, sigma).item(),
      fisherDivergence:
        exact === null
          ? null
          : sigma ** 2 *
            fisherDivergence(
              (y) => model.score(y, sigma),
              (y) => exact(y, sigma),
              add(x, mul(sigma, noise)),
            ).item(),
    };
  });
}

/**
 * The exact score of a data set blurred by σ, in the model's units. Rows of their own are a mixture of as many
 * normals whatever the units; of another set the blur must be round in its units too, so that they must share one
 * deviation.
 */
function exactScore(
  { set, columns, values }: Source,
  units: Units,
): ((z: Tensor, sigma: number) => Tensor) | null {
  if (set === null) return null;
  if (isRows(set)) {
    const inUnits = data.fromRows(standardized(units, values), columns);
    return (z, sigma) => inUnits.score(z, sigma);
  }
  const [deviation] = units.deviation;
  if (set.score === undefined || deviation === undefined) return null;
  if (units.deviation.some((other) => other !== deviation)) return null;
  const score = set.score.bind(set);
  return (z, sigma) => cast(mul(deviation, score(restored(units, z), deviation * sigma)), "float32");
}
