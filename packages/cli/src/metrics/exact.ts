import { data } from "@scoretape/score";
import { isRows, type Source } from "../data/source.ts";
import { standardized, type Units } from "../data/units.ts";

/**
 * A data set with its exact score in the model's units. Rows of their own are a mixture of as many normals whatever
 * the units; of another set the blur must be round in its units too, so that they must share one deviation.
 */
export function exactIn({ set, columns, values }: Source, units: Units): data.ExactDataSet | null {
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
