import type { Key } from "@scoretape/autograd";
import type { Cells, MixedTable } from "@scoretape/score/tables";

/** A table of numbers, labels and dates to learn from. */
export interface MixedSubject {
  readonly name: string;
  /** The columns that are predicted from the others. */
  readonly targets: readonly string[];
  /** Rows to learn from and rows to test by, of a seed. */
  split(key: Key): MixedSplit;
}

export interface MixedSplit {
  readonly training: MixedTable;
  readonly test: MixedTable;
}

/** A column of numbers or of texts; null is a gap. */
export function cellsOf(values: readonly (number | string | null)[]): Cells {
  if (values.every((value): value is number | null => typeof value !== "string")) {
    return { kind: "number", values: Float64Array.from(values, (value) => value ?? Number.NaN) };
  }
  const texts = [...new Set(values.flatMap((value) => (value === null ? [] : [String(value)])))].sort();
  const places = new Map(texts.map((text, place) => [text, place]));
  const codes = Int32Array.from(values, (value) => (value === null ? -1 : (places.get(String(value)) ?? -1)));
  return { kind: "text", texts, codes };
}

/** Some rows of a table. */
export function someOf({ columns, cells }: MixedTable, rows: ArrayLike<number>): MixedTable {
  return {
    columns,
    rows: rows.length,
    cells: cells.map((column) =>
      column.kind === "number"
        ? { ...column, values: Float64Array.from(rows, (row) => column.values[row] ?? Number.NaN) }
        : { ...column, codes: Int32Array.from(rows, (row) => column.codes[row] ?? -1) },
    ),
  };
}

/** The rows of both tables, whose columns are the same. */
export function joined(a: MixedTable, b: MixedTable): MixedTable {
  return {
    columns: a.columns,
    rows: a.rows + b.rows,
    cells: a.cells.map((column, j) => cellsOf([...valuesOf(column), ...valuesOf(b.cells[j])])),
  };
}

function valuesOf(cells: Cells | undefined): (number | string | null)[] {
  if (cells === undefined) return [];
  if (cells.kind === "number") return [...cells.values].map((value) => (Number.isNaN(value) ? null : value));
  return [...cells.codes].map((code) => cells.texts[code] ?? null);
}
