import { gapTest, numberOf } from "./cells.ts";
import type { Column } from "./columns.ts";
import type { Layout } from "./layout.ts";
import type { Reading } from "./reading.ts";
import { rowsOf } from "./rows.ts";

/** A cell that is no number, and where it is. */
export interface Cell {
  readonly text: string;
  readonly line: number;
}

/** What was found in a column. */
export interface ColumnFacts {
  readonly column: Column;
  numbers: number;
  gaps: number;
  /** Cells that are neither numbers nor gaps: how many there are, … */
  faults: number;
  /** … the first of them, … */
  readonly faulty: Cell[];
  /** … and the first different ones, with how often they were seen. */
  readonly texts: Map<string, number>;
  /** Whether every cell is a whole number above the one before, and by how much the last ones rose: 1 throughout? */
  rises: boolean;
  counts: boolean;
  /** Whether a whole number has more digits than a float64 keeps. */
  rounds: boolean;
  /** Whether a whole number begins with a 0 that a number would lose, as codes do. */
  padded: boolean;
}

/** All that one pass over a text tells. */
export interface Scan {
  readonly columns: readonly ColumnFacts[];
  readonly rows: number;
  /** Row after row; NaN where a cell is no number. */
  readonly values: Float64Array;
  /** Rows of another length: how many there are, and the first of them. */
  readonly ragged: number;
  readonly firstRagged: readonly { readonly line: number; readonly cells: number }[];
}

/** As many cases as a message names. */
export const mostCases = 5;

/** Reads the rows of a text, in time in proportion to its length and memory in proportion to its numbers. */
export function scan(
  text: Iterable<string>,
  layout: Layout,
  selected: readonly Column[],
  reading: Reading,
): Scan {
  const { delimiter, comment, decimal, header } = layout;
  const isGap = gapTest(reading.missing);
  const columns = selected.map(factsOf);
  const last = new Float64Array(columns.length).fill(Number.NaN);
  const firstRagged: { line: number; cells: number }[] = [];
  let values = new Float64Array(1024 * columns.length);
  let [rows, ragged] = [0, 0];

  for (const { line, cells } of rowsOf(text, { delimiter, comment })) {
    if (line < header.start || cells.every((cell) => cell === "")) continue;
    if (cells.length < header.width || cells.slice(header.width).some((cell) => cell !== "")) {
      ragged += 1;
      if (firstRagged.length < mostCases) firstRagged.push({ line, cells: cells.length });
      continue;
    }
    const start = rows * columns.length;
    if (start >= values.length) {
      const grown = new Float64Array(2 * values.length);
      grown.set(values);
      values = grown;
    }
    columns.forEach((facts, j) => {
      const cell = cells[facts.column.at] ?? "";
      // No number is a gap, unless some were said to be.
      const value = reading.missing !== undefined && isGap(cell) ? Number.NaN : numberOf(cell, decimal);
      values[start + j] = Number.isFinite(value) ? value : Number.NaN;
      if (Number.isFinite(value)) {
        facts.numbers += 1;
        facts.rises &&= Number.isInteger(value) && !(value <= (last[j] ?? 0));
        facts.counts &&= facts.rises && !(value !== (last[j] ?? 0) + 1 && facts.numbers > 1);
        facts.rounds ||= Math.abs(value) > Number.MAX_SAFE_INTEGER && /^\d+$/.test(cell);
        facts.padded ||= cell.startsWith("0") && /^0\d+$/.test(cell);
        last[j] = value;
        return;
      }
      facts.rises = facts.counts = false;
      if (isGap(cell)) facts.gaps += 1;
      else note(facts, cell, line);
    });
    rows += 1;
  }
  return { columns, rows, values: values.subarray(0, rows * columns.length), ragged, firstRagged };
}

function factsOf(column: Column): ColumnFacts {
  return {
    column,
    numbers: 0,
    gaps: 0,
    faults: 0,
    faulty: [],
    texts: new Map(),
    rises: true,
    counts: true,
    rounds: false,
    padded: false,
  };
}

function note(facts: ColumnFacts, text: string, line: number): void {
  const { faulty, texts } = facts;
  facts.faults += 1;
  if (faulty.length < mostCases) faulty.push({ text, line });
  const seen = texts.get(text);
  if (seen !== undefined || texts.size < mostCases) texts.set(text, (seen ?? 0) + 1);
}
