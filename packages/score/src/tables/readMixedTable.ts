import { looksMissing } from "./cells.ts";
import { labelOf } from "./columns.ts";
import { badCells, isMiswritten, isWholeFault, raggedRows, wholeColumns } from "./faults.ts";
import { gapsRemark } from "./gaps.ts";
import type { Cells, MixedTable } from "./mixedTable.ts";
import { checkOptions, type Reading, type Rule } from "./reading.ts";
import { joined, listed, quoted, type Remark, TableError } from "./remark.ts";
import type { ColumnFacts, Scan } from "./scan.ts";
import { survey } from "./survey.ts";
import { suspicions } from "./suspicions.ts";
import { cellsAt, isGapAt, textsOf } from "./texts.ts";

/** A table of numbers and texts, and how its text was understood. */
export interface ReadMixedTable {
  readonly table: MixedTable;
  /** How it was read: what was asked for, and what was guessed. */
  readonly reading: Reading;
  /** What was guessed that is not plain (commas, a decimal point, a header), and what looks suspicious. */
  readonly remarks: readonly Remark[];
}

/** What is known of the columns beforehand. */
export interface MixedReading {
  /** Columns that are texts even where every cell is a number; those that are not there are passed over. */
  readonly text?: readonly string[];
  /** Whether columns of gaps alone are taken, where gaps are kept. */
  readonly empty?: boolean;
}

/**
 * Reads a table of numbers and texts from delimited text such as CSV, as `readTable` reads one of numbers. A column is text
 * where most of its cells are no numbers, or where whole numbers in it begin with a 0, as codes do.
 *
 * @param input - As of `readTable`.
 * @throws TableError if the text is no table: rows of another length or with gaps, columns of numbers with some cells
 *   that are none, empty columns, columns of one name, columns asked for that are not there.
 * @throws TypeError | RangeError if an argument or an option is not what it should be.
 * @example
 * ```ts
 * import { readMixedTable } from "@scoretape/score/tables";
 *
 * const { table } = readMixedTable("zip,height\n01234,1.5\n98765,2\n01234,2.5\n");
 * console.log(table.cells.map(({ kind }) => kind)); // [ 'text', 'number' ]
 * ```
 */
export function readMixedTable(
  input: string | Uint8Array | Iterable<Uint8Array>,
  reading: Reading = {},
  known: MixedReading = {},
): ReadMixedTable {
  checkOptions("readMixedTable", known, knownRules);
  const { text, layout, facts, kept, remarks, ...found } = survey("readMixedTable", input, reading);
  const told = new Set(known.text);
  const isText = (column: ColumnFacts): boolean => {
    const { numbers, faults, padded } = column;
    if (numbers + faults === 0) return false;
    return (
      told.has(column.column.name) || padded || (faults > numbers && !isMiswritten(column, layout.decimal))
    );
  };
  const texts = kept.filter(isText);
  const numbers = kept.filter((column) => !isText(column));
  const isFaulty = (column: ColumnFacts): boolean =>
    isMistaken(column) && !(known.empty === true && reading.gaps === "keep" && column.faults === 0);
  refuse([
    ...raggedRows(facts, layout),
    ...wholeColumns(
      numbers.filter(isFaulty),
      kept.filter((column) => isText(column) || !isFaulty(column)).map(({ column }) => column.name),
      layout.decimal,
    ),
    ...badCells(
      numbers.filter((column) => !isFaulty(column)),
      layout,
      true,
    ),
  ]);
  const places = new Map(texts.map((column, i) => [column, i]));
  const textCells = textsOf(
    text,
    layout,
    texts.map(({ column }) => column),
    facts.rows,
    reading,
  );
  const cells = kept.map((column): Cells => textCells[places.get(column) ?? -1] ?? numbersOf(facts, column));
  const { table, left } = tableOf(facts, kept, cells, reading);
  return {
    table,
    reading: found.reading,
    remarks: [
      ...remarks,
      ...(left > 0 ? [[`${left} of ${facts.rows} rows left out, for they have gaps`]] : []),
      ...seemingGaps(kept, cells),
      ...suspicions(numbers, layout, facts),
    ],
  };
}

const knownRules: Readonly<Record<keyof MixedReading, Rule>> = {
  text: [
    (value) => Array.isArray(value) && value.every((name) => typeof name === "string"),
    "a list of columns' names",
  ],
  empty: [(value) => typeof value === "boolean", "true or false"],
};

/** A column that is no numbers though it should be: empty, or of numbers that are written in another way. */
function isMistaken(column: ColumnFacts): boolean {
  const seemGaps = column.faults > 0 && [...column.texts.keys()].every(looksMissing);
  return isWholeFault(column) && !seemGaps;
}

function numbersOf({ columns, rows, values }: Scan, column: ColumnFacts): Cells {
  const [width, j] = [columns.length, columns.indexOf(column)];
  return {
    kind: "number",
    values: Float64Array.from({ length: rows }, (_, i) => values[i * width + j] ?? Number.NaN),
  };
}

/** The table of the rows that are wanted, and how many are left out. */
function tableOf(
  facts: Scan,
  kept: readonly ColumnFacts[],
  cells: readonly Cells[],
  reading: Reading,
): { table: MixedTable; left: number } {
  const columns = kept.map(({ column }) => column.name);
  const full = Array.from({ length: facts.rows }, (_, row) => row).filter(
    (row) => !cells.some((column) => isGapAt(column, row)),
  );
  const gaps = facts.rows - full.length;
  if (gaps === 0 || reading.gaps === "keep") return { table: { columns, rows: facts.rows, cells }, left: 0 };
  if (reading.gaps !== "drop" || full.length === 0) refuse([gapsRemark(kept, gaps, facts.rows, reading)]);
  const chosen = cells.map((column) => cellsAt(column, full));
  return { table: { columns, rows: full.length, cells: chosen }, left: gaps };
}

/** Texts that may stand for gaps. */
function seemingGaps(kept: readonly ColumnFacts[], cells: readonly Cells[]): Remark[] {
  return kept.flatMap(({ column }, j): Remark[] => {
    const own = cells[j];
    const marks = own?.kind === "text" && own.texts.length > 1 ? own.texts.filter(looksMissing) : [];
    return marks.length === 0 || marks.length > 3
      ? []
      : [
          [
            `${labelOf(column)}, has cells that are ${listed(marks.map(quoted), " or ")}: if these are gaps, say so with `,
            { missing: marks },
          ],
        ];
  });
}

function refuse(faults: readonly Remark[]): void {
  if (faults.length > 0) throw new TableError(joined(faults, "; "), "readMixedTable");
}
