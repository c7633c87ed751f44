import { type Key, random, slice, type Tensor, take, tensor } from "@scoretape/autograd";
import { holmAdjusted, type TwoSampleStatistic, twoSampleTest } from "@scoretape/score";
import { featuresOf } from "./features.ts";
import type { Pair } from "./pair.ts";

/** Whether two tables may be of one distribution, and where they differ. */
export interface Comparison {
  /** How many rows each table has, and how many of them were compared. */
  readonly rows: readonly [number, number];
  readonly compared: readonly [number, number];
  readonly permutations: number;
  /** All columns together, by each distance. */
  readonly together: readonly {
    readonly statistic: TwoSampleStatistic;
    readonly distance: number;
    readonly pValue: number;
  }[];
  /** Each column alone, and the share of its gaps where there are any. */
  readonly columns: readonly ColumnResult[];
}

/** How far the distributions of a column are apart. */
export interface ColumnResult {
  readonly name: string;
  /** The mean distance of quantiles, in standard deviations of the column; of gaps the difference of their shares. */
  readonly distance: number;
  readonly pValue: number;
  /** p by Holm's method, for all columns together. */
  readonly adjusted: number;
}

const statistics: readonly TwoSampleStatistic[] = [
  "energy",
  "maximum-mean-discrepancy",
  "sliced-wasserstein",
];
/** So many rows of each table are compared at most: all pairs of them are looked at. */
const ROWS = 1000;
/** The least permutations, and so many for each column, that after Holm's adjustment p can still be a hundredth. */
const [PERMUTATIONS, PER_COLUMN] = [999, 100];

/** Compares two tables, column by column and as a whole, by permutation tests. */
export function comparisonOf({ columns, points }: Pair, key: Key): Comparison {
  const some = (x: Tensor, i: number): Tensor => someRows(x, random.foldIn(key, i));
  const chosen = [some(points[0], 0), some(points[1], 1)] as const;
  const { alone, together } = featuresOf(columns, chosen);
  const permutations = Math.max(PERMUTATIONS, PER_COLUMN * alone.length - 1);
  const rowsOf = ([a, b]: readonly [Tensor, Tensor]) => [a.shape[0] ?? 0, b.shape[0] ?? 0] as const;
  const tests = alone.map(({ name, values: [a, b] }, j) => {
    const own = { key: random.foldIn(key, 10 + j), permutations };
    return { name, ...columnTest(a, b, own) };
  });
  const adjusted = holmAdjusted(tests.map(({ pValue }) => pValue));
  return {
    rows: rowsOf(points),
    compared: rowsOf(chosen),
    permutations,
    together: statistics.map((statistic, i) => {
      const { distance, pValue } = twoSampleTest(...together, {
        key: random.foldIn(key, 2 + i),
        statistic,
        permutations: PERMUTATIONS,
      });
      return { statistic, distance, pValue };
    }),
    columns: tests.map((test, j) => ({ ...test, adjusted: adjusted[j] ?? 1 })),
  };
}

/** ∫|F − G| of a column; nothing is known of one that has gaps alone. */
function columnTest(
  a: Float64Array,
  b: Float64Array,
  { key, permutations }: { readonly key: Key; readonly permutations: number },
): Pick<ColumnResult, "distance" | "pValue"> {
  if (Math.min(a.length, b.length) < 2) return { distance: 0, pValue: 1 };
  const asPoints = (values: Float64Array): Tensor => tensor(values, { shape: [values.length, 1] });
  const statistic = "sliced-wasserstein";
  return twoSampleTest(asPoints(a), asPoints(b), { key, statistic, permutations });
}

function someRows(x: Tensor, key: Key): Tensor {
  const [n = 0] = x.shape;
  return n <= ROWS ? x : take(x, slice(random.permutation(key, n), [0], [ROWS]));
}
