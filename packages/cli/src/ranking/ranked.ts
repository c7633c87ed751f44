import type { Cells, MixedTable } from "@scoretape/score/tables";
import { rowsAt } from "./modelRows.ts";

/** What is known of a row's cells. */
export interface Blame {
  readonly row: number;
  readonly cells: readonly {
    readonly column: string;
    /** In nats, by which the row would be likelier with the best value there. */
    readonly gain: number;
    /** The value that is likeliest there given the others, as text. */
    readonly best: string;
  }[];
}

/** A cell is to blame from so many nats on: then its row is e times likelier without it. */
const LEAST_GAIN = 1;

/** How likely each row is. */
export interface Ranking {
  /** log p; NaN of a row of gaps alone. */
  readonly logs: Float64Array;
  /** In percent; NaN where there are no rows to compare with. */
  readonly percentiles: Float64Array;
  /** What rows of one percentile are ordered by: log p above that of rows with which it is compared. */
  readonly excess: Float64Array;
  /** The standard error of log p, NaN where it has none; null where no row has gaps. */
  readonly errors: Float64Array | null;
}

/**
 * Rows by density, the least likely first: the number of each in its file, log p, its percentile, and where it was looked at the
 * cells to blame and what is likeliest there.
 *
 * @param rows - The number of each row.
 */
export function rankedTable(
  table: MixedTable,
  rows: readonly number[],
  ranking: Ranking,
  blames: readonly Blame[],
): MixedTable {
  const { logs, percentiles, errors } = ranking;
  const order = orderOf(ranking);
  const rounded = (values: Float64Array, digits: number): Cells =>
    numbers(order.map((row) => Number((values[row] as number).toPrecision(digits))));
  const byRow = new Map(blames.map((blame) => [blame.row, blame]));
  const guilty = order.map((row) => {
    const cells = byRow.get(row)?.cells ?? [];
    return cells.filter(({ gain }) => gain >= LEAST_GAIN).sort((a, b) => b.gain - a.gain);
  });
  const ofErrors = errors === null ? [] : [["standard_error", rounded(errors, 2)] as const];
  const own: readonly (readonly [string, Cells])[] = [
    ["row", numbers(order.map((row) => rows[row] as number))],
    ["log_density", rounded(logs, 6)],
    ...ofErrors,
    ["percentile", rounded(percentiles, 3)],
    ["blame", texts(guilty.map((cells) => cells.map(({ column }) => column).join("; ")))],
    ["gain", texts(guilty.map((cells) => cells.map(({ gain }) => gain.toPrecision(3)).join("; ")))],
    ["best", texts(guilty.map((cells) => cells.map(({ best }) => best).join("; ")))],
  ];
  return {
    columns: [...own.map(([name]) => unlike(table.columns, name)), ...table.columns],
    rows: table.rows,
    cells: [...own.map(([, cells]) => cells), ...rowsAt(table, order).cells],
  };
}

/** The rows, the least likely first: by percentile, and those of one percentile by log p; what has none is last. */
export function orderOf({ logs, percentiles, excess }: Ranking): number[] {
  const by = (values: Float64Array, a: number, b: number): number => {
    const [x, y] = [values[a] as number, values[b] as number];
    return Number.isNaN(x) || Number.isNaN(y) ? Number(Number.isNaN(x)) - Number(Number.isNaN(y)) : x - y;
  };
  return Array.from(logs.keys()).sort(
    (a, b) => by(percentiles, a, b) || by(excess, a, b) || by(logs, a, b) || a - b,
  );
}

/** The share of held-out rows that are less likely, in percent; ties count half. */
export function percentileIn(sorted: Float64Array, value: number): number {
  let [below, upTo] = [0, 0];
  for (const other of sorted) {
    if (other < value) below++;
    if (other <= value) upTo++;
  }
  return (50 * (below + upTo)) / sorted.length;
}

/** A column's name, with an underscore where the table has one of that name. */
function unlike(columns: readonly string[], name: string): string {
  return columns.includes(name) ? unlike(columns, `${name}_`) : name;
}

function numbers(values: readonly number[]): Cells {
  return { kind: "number", values: Float64Array.from(values) };
}

/** Empty texts are gaps. */
function texts(values: readonly string[]): Cells {
  const all = [...new Set(values.filter((text) => text !== ""))];
  return { kind: "text", texts: all, codes: Int32Array.from(values, (text) => all.indexOf(text)) };
}
