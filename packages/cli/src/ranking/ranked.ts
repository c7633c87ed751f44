import type { Cells, MixedTable } from "@scoretape/score/tables";

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

/**
 * Rows by density, the least likely first: the number of each in its file, log p, its percentile, and where it was looked at the
 * cells to blame and what is likeliest there.
 *
 * @param rows - The number of each row.
 * @param heldOut - log p of rows that the training has not seen; null where there are none.
 */
export function rankedTable(
  table: MixedTable,
  rows: readonly number[],
  logs: Float64Array,
  heldOut: Float64Array | null,
  blames: readonly Blame[],
): MixedTable {
  const order = orderOf(logs);
  const sorted = heldOut?.toSorted();
  const percentiles = order.map((row) =>
    sorted === undefined ? Number.NaN : percentileIn(sorted, logs[row] as number),
  );
  const byRow = new Map(blames.map((blame) => [blame.row, blame]));
  const guilty = order.map((row) => {
    const cells = byRow.get(row)?.cells ?? [];
    return cells.filter(({ gain }) => gain >= LEAST_GAIN).sort((a, b) => b.gain - a.gain);
  });
  const own: readonly (readonly [string, Cells])[] = [
    ["row", numbers(order.map((row) => rows[row] as number))],
    ["log_density", numbers(order.map((row) => Number((logs[row] as number).toPrecision(6))))],
    ["percentile", numbers(percentiles.map((value) => Number(value.toPrecision(3))))],
    ["blame", texts(guilty.map((cells) => cells.map(({ column }) => column).join("; ")))],
    ["gain", texts(guilty.map((cells) => cells.map(({ gain }) => gain.toPrecision(3)).join("; ")))],
    ["best", texts(guilty.map((cells) => cells.map(({ best }) => best).join("; ")))],
  ];
  return {
    columns: [...own.map(([name]) => unlike(table.columns, name)), ...table.columns],
    rows: table.rows,
    cells: [...own.map(([, cells]) => cells), ...table.cells.map((cells) => taken(cells, order))],
  };
}

/** The rows, the least likely first. */
export function orderOf(logs: Float64Array): number[] {
  return Array.from(logs.keys()).sort((a, b) => (logs[a] as number) - (logs[b] as number) || a - b);
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

function taken(cells: Cells, order: readonly number[]): Cells {
  return cells.kind === "text"
    ? { ...cells, codes: Int32Array.from(order, (row) => cells.codes[row] ?? -1) }
    : { ...cells, values: Float64Array.from(order, (row) => cells.values[row] ?? Number.NaN) };
}
