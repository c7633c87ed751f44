import { checkOptions, type Key, random } from "@scoretape/autograd";
import { checkCount, checkKey } from "../check.ts";
import type { Estimate } from "../quality/estimate.ts";
import type { MixedTable } from "../tables/mixedTable.ts";
import type { Schema } from "../tables/schema.ts";
import { areaUnderCurve } from "./areaUnderCurve.ts";
import { checkedFeatures } from "./check.ts";
import { type Features, joined, rowsOf } from "./features.ts";
import { boostedLogit } from "./trees/boosting.ts";

/** How to test samples by a classifier. */
export interface ClassifierTestOptions {
  /** Draws the rows and their folds. */
  readonly key: Key;
  /** From 2; 5 unless said. */
  readonly folds?: number;
}

/** How well a classifier tells samples from rows that it has not seen; ½ is as well as a coin. */
export interface ClassifierTest {
  /** The probability that it takes a sample for one rather than a row: the area under its curve of rates. */
  readonly area: Estimate;
  /** The share that it tells right. */
  readonly accuracy: Estimate;
  /** How many of each there were. */
  readonly rows: number;
}

/**
 * Whether a classifier tells samples of a table from its rows: equally many of both are divided into folds, and those of each are
 * told by gradient boosting (100 trees of four decisions) that saw the others. Where samples are of the rows' own distribution
 * the area under its curve of rates is ½ but for chance; 1 where all are told. Lopez-Paz & Oquab 2017 (Revisiting classifier
 * two-sample tests). Trees see columns of any kind, gaps, and dependences of any form; give rows that the samples' model has not
 * seen, for copies of rows are told from nothing.
 *
 * @param schema what the columns hold, as `inferSchema` finds it
 * @param samples two rows for each fold or more
 * @param rows two rows for each fold or more
 * @throws ShapeError | RangeError | TypeError when a table has too few rows, is none, or is not of the schema, or an option is out
 *   of range
 *
 * @example
 * ```ts
 * import { random } from "@scoretape/autograd";
 * import { classifierTest } from "@scoretape/score/synthetic";
 * import { inferSchema, readMixedTable } from "@scoretape/score/tables";
 *
 * const z = (seed: number) => Array.from(random.normal(random.key(seed), [400]).data);
 * const csv = (x: number[], noise: number[]) =>
 *   readMixedTable(["x,y", ...x.map((value, i) => `${value},${value * value + (noise[i] ?? 0)}`)].join("\n")).table;
 * const [rows, good] = [csv(z(0), z(1)), csv(z(2), z(3))];
 * const bad = csv(z(4), z(5).map((value) => 3 * value));
 * const { schema } = inferSchema(rows);
 * const key = random.key(6);
 * console.log(classifierTest(schema, good, rows, { key }).area.value < 0.6); // true
 * console.log(classifierTest(schema, bad, rows, { key }).area.value > 0.7); // true
 * ```
 */
export function classifierTest(
  schema: Schema,
  samples: MixedTable,
  rows: MixedTable,
  options: ClassifierTestOptions,
): ClassifierTest {
  const name = "classifierTest";
  checkOptions(name, options, { key: "any", folds: "number" });
  const { key, folds = 5 } = options;
  checkKey(name, key);
  checkCount(name, folds, "folds");
  if (folds < 2) throw new RangeError(`${name}: folds is 1; one fold leaves none to learn from`);
  const features = checkedFeatures(name, schema, { samples, rows }, 2 * folds);
  return classifierTestOf(features.samples, features.rows, { key, folds });
}

/** Equally many of both are divided into folds; each fold is told by a classifier of the others. */
function classifierTestOf(
  samples: Features,
  rows: Features,
  { key, folds }: { readonly key: Key; readonly folds: number },
): ClassifierTest {
  const count = Math.min(samples.rows, rows.rows);
  const order = (all: number, i: number): Uint32Array =>
    Uint32Array.from(random.permutation(random.foldIn(key, i), all).data).subarray(0, count);
  const both = joined(rowsOf(samples, order(samples.rows, 0)), rowsOf(rows, order(rows.rows, 1)));
  const all = Array.from({ length: 2 * count }, (_, row) => row);
  const areas: Estimate[] = [];
  let right = 0;
  for (let fold = 0; fold < folds; fold++) {
    const isSeen = (row: number): boolean => (row % count) % folds !== fold;
    const seen = all.filter(isSeen);
    const unseen = all.filter((row) => !isSeen(row));
    const score = boostedLogit(
      rowsOf(both, seen),
      seen.map((row) => (row < count ? 1 : 0)),
    );
    const scores = score(rowsOf(both, unseen));
    const half = unseen.length / 2;
    areas.push(areaUnderCurve(scores.subarray(0, half), scores.subarray(half)));
    scores.forEach((value, i) => {
      if (value !== 0) right += value > 0 === i < half ? 1 : 0;
      else right += 0.5;
    });
  }
  const accuracy = right / (2 * count);
  return {
    area: meanOfEstimates(areas),
    accuracy: { value: accuracy, standardError: Math.sqrt((accuracy * (1 - accuracy)) / (2 * count)) },
    rows: count,
  };
}

/** The mean of independent estimates. */
function meanOfEstimates(estimates: readonly Estimate[]): Estimate {
  const n = estimates.length;
  const squares = estimates.reduce((sum, { standardError }) => sum + standardError * standardError, 0);
  return {
    value: estimates.reduce((sum, { value }) => sum + value, 0) / n,
    standardError: Math.sqrt(squares) / n,
  };
}
