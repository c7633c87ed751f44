import { checkOptions } from "@scoretape/autograd";
import { type Estimate, estimateOf } from "../quality/estimate.ts";
import type { MixedTable } from "../tables/mixedTable.ts";
import type { Schema } from "../tables/schema.ts";
import { checkedFeatures } from "./check.ts";
import { type Features, rowsOf } from "./features.ts";
import { boostedClasses, boostedNumbers } from "./trees/boosting.ts";

/** Samples, and the rows that they stand in for. */
export interface UsefulnessTables {
  readonly samples: MixedTable;
  /** What the samples' model learned from. */
  readonly training: MixedTable;
  /** Rows that neither saw. */
  readonly test: MixedTable;
}

/** What samples are to be useful for. */
export interface UsefulnessOptions {
  /** The column to predict from the others. */
  readonly target: string;
}

/** How well a column of test rows is predicted from the others, by trees that saw samples, and by such that saw rows. */
export interface Usefulness {
  /** Of labels the share that is right; of numbers 1 − E(ŷ − y)²/Var y, of their coordinates. */
  readonly measure: "accuracy" | "skill";
  readonly samples: Estimate;
  readonly training: Estimate;
  /** Samples less training, row by row: below 0 samples teach less. */
  readonly difference: Estimate;
}

/**
 * Whether samples teach what rows do: a column of test rows is predicted from the others by gradient boosting that saw samples
 * only, and by such that saw the training rows (train on synthetic, test on real; Esteban, Hyland & Rätsch 2017, section 4.2).
 * Give as many samples as training rows.
 *
 * @param schema what the columns hold, two or more, as `inferSchema` finds it
 * @throws ShapeError | RangeError | TypeError when a table has fewer than 10 rows, is none, or is not of the schema, or there is no
 *   such target
 *
 * @example
 * ```ts
 * import { random } from "@scoretape/autograd";
 * import { usefulness } from "@scoretape/score/synthetic";
 * import { inferSchema, readMixedTable } from "@scoretape/score/tables";
 *
 * const draw = (seed: number) => {
 *   const z = Array.from(random.normal(random.key(seed), [300]).data);
 *   return readMixedTable(["x,sign", ...z.map((x) => `${x},${x > 0 ? "plus" : "minus"}`)].join("\n")).table;
 * };
 * const tables = { samples: draw(0), training: draw(1), test: draw(2) };
 * const { measure, samples } = usefulness(inferSchema(tables.test).schema, tables, { target: "sign" });
 * console.log(measure, samples.value > 0.95); // accuracy true
 * ```
 */
export function usefulness(schema: Schema, tables: UsefulnessTables, options: UsefulnessOptions): Usefulness {
  const name = "usefulness";
  checkOptions(name, options, { target: "string" });
  checkOptions(`${name}: tables`, tables, { samples: "any", training: "any", test: "any" });
  const { samples, training, test } = tables;
  const features = checkedFeatures(name, schema, { samples, training, test }, 10);
  const target = schema.findIndex((column) => column.name === options.target);
  if (target < 0 || schema.length < 2) {
    const names = schema.map((column) => column.name).join(", ");
    throw new RangeError(
      `${name}: target is "${options.target}", to be predicted from other columns; the columns are ${names}`,
    );
  }
  for (const [what, { rows, columns }] of Object.entries(features)) {
    const known = columns[target]?.values.filter((value) => !Number.isNaN(value)).length ?? rows;
    if (known < 10) {
      throw new RangeError(
        `${name}: ${what} has ${known} rows where ${options.target} is no gap; give 10 or more`,
      );
    }
  }
  return usefulnessOf(features.samples, features.training, features.test, target);
}

function usefulnessOf(samples: Features, training: Features, test: Features, target: number): Usefulness {
  const isCategory = test.columns[target]?.isCategory ?? false;
  const known = withTarget(test, target);
  const truth = known.columns[target]?.values ?? new Float64Array();
  const errorsOf = (rows: Features): Float64Array =>
    isCategory
      ? classErrors(withTarget(rows, target), known, target)
      : squaredErrors(withTarget(rows, target), known, target);
  // In units in which the difference of two skills is that of their errors.
  const unit = isCategory ? 1 : variance(truth);
  const [ofSamples, ofTraining] = [errorsOf(samples), errorsOf(training)].map((errors) =>
    errors.map((error) => 1 - error / unit),
  );
  const [a, b] = [ofSamples ?? new Float64Array(), ofTraining ?? new Float64Array()];
  return {
    measure: isCategory ? "accuracy" : "skill",
    samples: estimateOf(a),
    training: estimateOf(b),
    difference: estimateOf(a.map((value, i) => value - (b[i] as number))),
  };
}

/** The rows whose target is no gap. */
function withTarget(features: Features, target: number): Features {
  const values = features.columns[target]?.values ?? new Float64Array();
  const rows = Array.from(values.keys()).filter((row) => !Number.isNaN(values[row]));
  return rows.length === features.rows ? features : rowsOf(features, rows);
}

function without({ rows, columns }: Features, target: number): Features {
  return { rows, columns: columns.filter((_, j) => j !== target) };
}

/** 0 where the likeliest label is right, else 1. */
function classErrors(seen: Features, test: Features, target: number): Float64Array {
  const [labels, truth] = [seen, test].map(({ columns }) => columns[target]?.values ?? new Float64Array());
  const all = [...(labels ?? []), ...(truth ?? [])];
  const classes = 1 + all.reduce((most, label) => Math.max(most, label), 0);
  const scores = boostedClasses(without(seen, target), labels ?? [], classes)(without(test, target));
  return Float64Array.from(truth ?? [], (label, row) => {
    const own = scores[label]?.[row] ?? Number.NEGATIVE_INFINITY;
    return scores.some((score, k) => k !== label && (score[row] as number) >= own) ? 1 : 0;
  });
}

function squaredErrors(seen: Features, test: Features, target: number): Float64Array {
  const [targets, truth] = [seen, test].map(({ columns }) => columns[target]?.values ?? new Float64Array());
  const found = boostedNumbers(without(seen, target), targets ?? new Float64Array())(without(test, target));
  return found.map((value, row) => (value - (truth?.[row] as number)) * (value - (truth?.[row] as number)));
}

function variance(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / values.length;
}
