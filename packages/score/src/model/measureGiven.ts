import { cast, type Key, mul, portable, random, type Tensor, take } from "@scoretape/autograd";
import { checkData, checkKey } from "../check.ts";
import { normalQuantile } from "../metrics/normalQuantile.ts";
import { type Estimate, estimateOf, meanOf } from "../quality/estimate.ts";
import { someRows } from "../someRows.ts";
import { unitsOfColumns } from "./conditional.ts";
import { keysOf } from "./keys.ts";
import type { Model } from "./model.ts";
import {
  deviationsOf,
  logDensityOfResiduals,
  numbersOf,
  regressionIn,
  residualsOf,
  targetsOf,
} from "./regression.ts";
import { restored, standardized } from "./units.ts";

/** How often the middle part of the draws of a target has its true value, and how wide that part is. */
export interface IntervalCoverage {
  /** The share of the draws in it, which is the coverage that it should have. */
  readonly interval: number;
  readonly model: Estimate;
  readonly regression: Estimate;
  /** Mean widths, in the target's own unit. */
  readonly width: { readonly model: number; readonly regression: number };
}

/** What rows that a training has not seen say of a model of a target, beside the linear regression with normal residuals. */
export interface GivenMeasurements {
  readonly rows: number;
  /** Mean log p(target | given), in nats a row; null where the flow of the model cannot be followed. */
  readonly logScore: {
    readonly model: Estimate | null;
    readonly regression: Estimate;
    /** Model minus regression, row by row. */
    readonly advantage: Estimate | null;
  };
  /** Column by column of the target. */
  readonly coverage: readonly { readonly column: string; readonly intervals: readonly IntervalCoverage[] }[];
}

/** So many rows are looked at at most. */
const ROWS = 2000;
/** Draws of each row: of m the middle ones from the i-th to the j-th have the coverage (j − i)/(m + 1) exactly. */
const DRAWS = 99;
const INTERVALS = [
  { interval: 0.9, low: 5, high: 95 },
  { interval: 0.5, low: 25, high: 75 },
] as const;

/**
 * Measures a model of a target: how often intervals of its draws have the true value, and log p(target | given), on rows
 * that it has not seen, beside the linear regression that it starts from.
 *
 * @param values rows with all columns of the model, in their own units, [n, d], n ≥ 2
 * @throws RangeError when the model has no target
 *
 * @example
 * ```ts
 * import { random } from "@scoretape/autograd";
 * import { describe, fingerprint, measureGiven, modelOf, trainingOf } from "@scoretape/score/model";
 *
 * const columns = ["x", "y"];
 * const values = random.normal(random.key(0), [300, 2], { dtype: "float64" });
 * const origin = { kind: "file", name: "xy.csv", rows: 300, sha256: fingerprint({ columns, values }) } as const;
 * const description = describe({ data: origin, columns, values, set: null }, { target: ["y"] });
 * // One that has learned nothing is the linear regression.
 * const model = modelOf(description, trainingOf(description, values).model.init(random.key(1)));
 * const { logScore, coverage } = measureGiven(model, random.normal(random.key(2), [200, 2]));
 * console.log(Math.abs(logScore.advantage?.value ?? 1) < 0.01, coverage[0]?.column); // true y
 * ```
 */
export function measureGiven(
  model: Model,
  values: Tensor,
  key: Key = keysOf(0).measurements,
): GivenMeasurements {
  const name = "measureGiven";
  const { description, sampleGiven, logDensityGiven } = model ?? {};
  const numbers = description === undefined ? null : numbersOf(description);
  if (numbers === null || sampleGiven === undefined || logDensityGiven === undefined) {
    throw new RangeError(`${name}: the model has no target; take measure, or describe it with a target`);
  }
  checkData(name, values, "values");
  checkKey(name, key);
  const rows = cast(someRows(values, ROWS, random.foldIn(key, 0)), "float64");
  const [target, given] = [take(rows, numbers.target, 1), take(rows, numbers.given, 1)];
  const [n = 0, t = 0] = target.shape;
  const draws = sampleGiven(random.foldIn(key, 1), given, DRAWS).data;
  const regression = regressionIn(description);
  const units = {
    target: unitsOfColumns(description.standardization, numbers.target),
    given: unitsOfColumns(description.standardization, numbers.given),
  };
  const of = standardized(units.given, given);
  const r = residualsOf(regression, standardized(units.target, target), of);
  const volume = units.target.deviation.reduce((sum, value) => sum + portable.log(value), 0);
  const sigmaMin = model.sigmas.at(-1) ?? 1;
  const line = logDensityOfResiduals(regression, r, sigmaMin).map((value) => value - volume);
  const own = logDensityGiven(target, given);
  const middle = restored(units.target, targetsOf(regression, mul(0, r), of));
  const spread = deviationsOf(regression).map((value, j) => value * (units.target.deviation[j] ?? 1));
  return {
    rows: n,
    logScore: {
      model: own === null ? null : estimateOf(own),
      regression: estimateOf(line),
      advantage: own === null ? null : estimateOf(own.map((value, i) => value - (line[i] ?? 0))),
    },
    coverage: (description.target ?? []).map((column, j) => ({
      column,
      intervals: INTERVALS.map(({ interval, low, high }) => {
        const half = (normalQuantile([(1 + interval) / 2])[0] ?? 0) * (spread[j] ?? 0);
        const seen = Array.from({ length: n }, (_, i) => {
          const sorted = Float64Array.from({ length: DRAWS }, (__, m) => draws[(i * DRAWS + m) * t + j] ?? 0);
          sorted.sort();
          const truth = target.data[i * t + j] ?? Number.NaN;
          const [from = 0, to = 0] = [sorted[low - 1], sorted[high - 1]];
          return {
            model: truth > from && truth <= to ? 1 : 0,
            width: to - from,
            regression: Math.abs(truth - (middle.data[i * t + j] ?? 0)) <= half ? 1 : 0,
          };
        });
        return {
          interval,
          model: estimateOf(seen.map(({ model: inside }) => inside)),
          regression: estimateOf(seen.map(({ regression: inside }) => inside)),
          width: { model: meanOf(seen.map(({ width }) => width)), regression: 2 * half },
        };
      }),
    })),
  };
}
