import type { ExactDataSet } from "../data/dataSet.ts";
import { fromRows, isRows } from "../data/fromRows.ts";
import { rescaled } from "../data/rescaled.ts";
import { type Rows, standardized, type Units } from "./units.ts";

/**
 * The data set that rows come from, with its exact score, in a model's units; null where it is not known. Rows of their
 * own are a mixture of as many normals whatever the units; of another set the blur must be round in its units too, so
 * that they must share one deviation.
 *
 * @example
 * ```ts
 * import { random, tensor } from "@scoretape/autograd";
 * import { data } from "@scoretape/score";
 * import { exactIn } from "@scoretape/score/model";
 *
 * const set = data.gaussian({ mean: [10] });
 * const rows = { columns: ["x"], values: set.sample(random.key(0), 5), set };
 * // N(10, 1) with 2 as the unit is N(5, ¼): its score at 5 + ½ is −½/¼.
 * console.log(exactIn(rows, { mean: [0], deviation: [2] })?.score(tensor([[5.5]])).item()); // -2
 * ```
 */
export function exactIn({ set, columns, values }: Rows, units: Units): ExactDataSet | null {
  if (set === null) return null;
  if (isRows(set)) return fromRows(standardized(units, values), columns);
  const [deviation] = units.deviation;
  const { logDensity, score } = set;
  if (logDensity === undefined || score === undefined || deviation === undefined) return null;
  if (units.deviation.some((other) => other !== deviation)) return null;
  return rescaled({ ...set, logDensity, score }, { mean: units.mean, deviation });
}
