import { checkOptions, type Key, type Tensor } from "@scoretape/autograd";
import { checkKey } from "../check.ts";
import { checkSplit } from "./checkSplit.ts";
import { type CorrelationGap, correlationGap } from "./correlationGap.ts";
import { meanOf, quantilesOf } from "./estimate.ts";

/** How to compare columns. */
export interface CompareColumnsOptions {
  /** Draws what correlations differ by chance. */
  readonly key: Key;
}

/** One column of samples beside that of data, in its unit. */
export interface ColumnComparison {
  /** Quantiles at 1, 5, 25, 50, 75, 95 and 99 %. */
  readonly quantiles: { readonly samples: readonly number[]; readonly data: readonly number[] };
  /** The share of samples below the smallest or above the largest value of the data. */
  readonly outside: number;
  /** How wide samples are beside data. */
  readonly deviation: {
    readonly samples: number;
    readonly data: number;
    /** samples/data; null where the data do not vary. */
    readonly ratio: number | null;
    /** The standard error of log ratio for fresh rows of the same kind, √((κ − 1)/4·(1/n + 1/m)), κ the data's kurtosis. */
    readonly standardError: number;
  };
}

/** Columns of samples beside those of data. */
export interface ColumnsCompared {
  readonly columns: readonly ColumnComparison[];
  /** Null for one column. */
  readonly correlations: CorrelationGap | null;
}

const PROBABILITIES = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

/**
 * Compares samples with data column by column, and in their correlations: quantiles (linear between the values), the
 * share out of the data's range, standard deviations, and the largest difference of a correlation beside what chance makes.
 * Of n rows fresh ones leave the range with probability 2/(n + 1).
 *
 * @param samples [m, d], m ≥ 2, in the unit of the rows
 * @param rows [n, d], n ≥ 2
 * @throws ShapeError when they are not matrices of equal width with two rows or more
 * @throws RangeError when an element is not finite
 *
 * @example
 * ```ts
 * import { mul, random } from "@scoretape/autograd";
 * import { compareColumns, data } from "@scoretape/score";
 *
 * const rows = data.moons.sample(random.key(0), 500);
 * const { columns } = compareColumns(mul(3, rows), rows, { key: random.key(1) });
 * console.log(columns.map(({ deviation }) => deviation.ratio?.toFixed(3)).join(" ")); // 3.000 3.000
 * ```
 */
export function compareColumns(
  samples: Tensor,
  rows: Tensor,
  options: CompareColumnsOptions,
): ColumnsCompared {
  const name = "compareColumns";
  checkOptions(name, options, { key: "any" });
  checkSplit(name, { samples, rows });
  checkKey(name, options.key);
  const [, d = 0] = rows.shape;
  return {
    columns: Array.from({ length: d }, (_, j) => compared(columnOf(samples, j), columnOf(rows, j))),
    correlations: d === 1 ? null : correlationGap(samples, rows, options.key),
  };
}

function compared(samples: Float64Array, data: Float64Array): ColumnComparison {
  const low = data.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = data.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const [ofSamples, ofData] = [deviationAndKurtosis(samples), deviationAndKurtosis(data)];
  const size = 1 / samples.length + 1 / data.length;
  return {
    quantiles: { samples: quantilesOf(samples, PROBABILITIES), data: quantilesOf(data, PROBABILITIES) },
    outside: meanOf(samples.map((value) => (value < low || value > high ? 1 : 0))),
    deviation: {
      samples: ofSamples.deviation,
      data: ofData.deviation,
      ratio: ofData.deviation > 0 ? ofSamples.deviation / ofData.deviation : null,
      standardError: Math.sqrt(0.25 * (ofData.kurtosis - 1) * size),
    },
  };
}

function columnOf({ data, shape: [n = 0, d = 0] }: Tensor, j: number): Float64Array {
  const column = new Float64Array(n);
  for (let i = 0; i < n; i++) column[i] = data[i * d + j] as number;
  return column;
}

/** √E(x − μ)² and E(x − μ)⁴/(E(x − μ)²)², which is 1 at least. */
function deviationAndKurtosis(values: Float64Array): { deviation: number; kurtosis: number } {
  const mean = meanOf(values);
  const squares = values.map((value) => (value - mean) * (value - mean));
  const variance = meanOf(squares);
  const kurtosis =
    variance > 0 ? meanOf(squares.map((square) => (square / variance) * (square / variance))) : 1;
  return { deviation: Math.sqrt(variance), kurtosis };
}
