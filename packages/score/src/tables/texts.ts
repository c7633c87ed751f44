import { gapTest } from "./cells.ts";
import type { Column } from "./columns.ts";
import type { Layout } from "./layout.ts";
import type { Cells } from "./mixedTable.ts";
import type { Reading } from "./reading.ts";
import { rowsOf } from "./rows.ts";

/** The cells of a column as texts. */
export type TextCells = Extract<Cells, { kind: "text" }>;

/** The texts of some columns of a text whose rows are all as long as its header, in one more pass over it. */
export function textsOf(
  text: Iterable<string>,
  { delimiter, comment, header }: Layout,
  columns: readonly Column[],
  rows: number,
  { missing }: Reading,
): TextCells[] {
  if (columns.length === 0) return [];
  const isGap = gapTest(missing);
  const found = columns.map(({ at }) => ({
    at,
    places: new Map<string, number>(),
    codes: new Int32Array(rows).fill(-1),
  }));
  let row = 0;
  for (const { line, cells } of rowsOf(text, { delimiter, comment })) {
    if (line < header.start || cells.every((cell) => cell === "")) continue;
    for (const { at, places, codes } of found) {
      const cell = cells[at] ?? "";
      let place = places.get(cell);
      if (place === undefined) {
        if (isGap(cell)) continue;
        place = places.size;
        places.set(cell, place);
      }
      codes[row] = place;
    }
    row += 1;
  }
  return found.map(({ places, codes }) => ({ kind: "text", texts: [...places.keys()], codes }));
}

/** Some rows of a column's cells. */
export function cellsAt(cells: Cells, rows: ArrayLike<number>): Cells {
  return cells.kind === "number"
    ? { kind: "number", values: Float64Array.from(rows, (row) => cells.values[row] ?? Number.NaN) }
    : { ...cells, codes: Int32Array.from(rows, (row) => cells.codes[row] ?? -1) };
}

/** Whether a row of a column is a gap. */
export function isGapAt(cells: Cells, row: number): boolean {
  return cells.kind === "number" ? Number.isNaN(cells.values[row]) : (cells.codes[row] ?? -1) < 0;
}
