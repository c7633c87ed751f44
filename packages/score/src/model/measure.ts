import { type Key, random, type Tensor } from "@scoretape/autograd";
import { type ModeWeight, modeWeights } from "../metrics/modeWeights.ts";
import { type Resemblance, resemblance } from "../metrics/resemblance.ts";
import { errorsByLevel, type LevelError } from "./byLevel.ts";
import { keysOf } from "./keys.ts";
import type { Model } from "./model.ts";
import { modesOf } from "./modes.ts";
import { type Rows, restored, standardized } from "./units.ts";

/** The share of samples and of data in one mode, each with its 95 % confidence interval. */
export interface ModeShare {
  readonly name: string;
  readonly samples: ModeWeight;
  readonly data: ModeWeight;
}

/** How good a model is. */
export interface Measurements {
  /** How many samples and rows were compared. */
  readonly samples: number;
  readonly rows: number;
  readonly resemblance: Resemblance;
  /** Empty where the data's modes are not known beforehand. */
  readonly modes: readonly ModeShare[];
  readonly byLevel: readonly LevelError[];
}

/**
 * Measures a model against rows: how far its samples are from them, the share of each known mode, and the errors of its
 * score at each noise level. These are the numbers of the command's reports.
 *
 * @param samples standardised samples of the model, [m, d], m ≥ 2, as {@link samplingSteps} returns them
 * @param key decides what is drawn on the way; unless said it is the same for all models, so that their numbers can be
 *   compared
 *
 * @example
 * ```ts
 * import { data } from "@scoretape/score";
 * import { loadModel, measure, standardized } from "@scoretape/score/model";
 * import { readFile } from "node:fs/promises";
 *
 * const model = loadModel(await readFile("packages/score/test/fixtures/version2/model.safetensors"));
 * const { columns, standardization } = model.description;
 * const set = data.fromRows([[99.4, -5006], [98, -5007], [101.2, -5005], [99.4, -5003]], columns);
 * const rows = { columns, values: set.rows(), set };
 * const found = measure(model, standardized(standardization, set.rows()), rows);
 * console.log(found.resemblance.slicedWasserstein, found.byLevel.length); // 0 3
 * ```
 */
export function measure(
  model: Model,
  samples: Tensor,
  rows: Rows,
  key: Key = keysOf(0).measurements,
): Measurements {
  const units = model.description.standardization;
  const standard = standardized(units, rows.values);
  return {
    samples: samples.shape[0] ?? 0,
    rows: standard.shape[0] ?? 0,
    resemblance: resemblance(samples, standard, random.foldIn(key, 0)),
    modes: modeShares(rows, restored(units, samples)),
    byLevel: errorsByLevel(model, rows, random.foldIn(key, 1)),
  };
}

function modeShares({ set, values }: Rows, samples: Tensor): ModeShare[] {
  const known = modesOf(set);
  if (known === undefined) return [];
  const ofSamples = modeWeights(samples, known.modes);
  const ofData = modeWeights(values, known.modes);
  return known.names.flatMap((name, i) => {
    const [inSamples, inData] = [ofSamples[i], ofData[i]];
    return inSamples === undefined || inData === undefined
      ? []
      : [{ name, samples: inSamples, data: inData }];
  });
}
