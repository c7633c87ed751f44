import { checkOptions, type Rule, readingRules } from "./reading.ts";
import { checkTable, type Table } from "./table.ts";

/** How a table is written. */
export interface Writing {
  /** What stands between cells: one character. Default a comma. */
  readonly delimiter?: string;
  /** The decimal sign. Default a point. */
  readonly decimal?: "." | ",";
  /** Whether the first line names the columns. Default true. */
  readonly header?: boolean;
  /** Default `"\n"`. */
  readonly lineEnd?: "\n" | "\r\n" | "\r";
  /** What is in quotes: what needs them, which is the default, or every cell. */
  readonly quotes?: "needed" | "all";
  /** Significant digits of numbers; by default as many as tell a float64 from its neighbours. */
  readonly digits?: number;
}

/**
 * A table as delimited text, which `readTable` reads back to the same table.
 *
 * @throws RangeError if a value is not finite, or an option is none of its choices.
 * @throws TypeError if the table is none.
 * @example
 * ```ts
 * import { writeTable } from "@scoretape/score/tables";
 *
 * const table = { columns: ["a", "b"], rows: 2, values: Float64Array.of(1, 2.5, 3, 4) };
 * console.log(JSON.stringify(writeTable(table, { delimiter: ";", decimal: "," }))); // "a;b\n1;2,5\n3;4\n"
 * ```
 */
export function writeTable(table: Table, writing: Writing = {}): string {
  checkTable("writeTable", table);
  checkOptions("writeTable", writing, writingRules);
  const { columns, rows, values } = table;
  const {
    delimiter = ",",
    decimal = ".",
    header = true,
    lineEnd = "\n",
    quotes = "needed",
    digits,
  } = writing;
  const width = columns.length;
  const cell = (text: string): string => {
    const needsQuotes =
      /["\r\n#]|^\s|\s$|^$/.test(text) || text.includes(delimiter) || (delimiter === " " && /\s/.test(text));
    return quotes === "all" || needsQuotes ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const number = (value: number, i: number): string => {
    if (!Number.isFinite(value)) {
      const j = i % width;
      throw new RangeError(
        `writeTable: row ${(i - j) / width + 1}, column ${j + 1}, ${columns[j]}, is ${value}; a cell is a finite number`,
      );
    }
    const exact = Object.is(value, -0)
      ? "-0"
      : `${digits === undefined ? value : Number(value.toPrecision(digits))}`;
    return cell(exact.replace(".", decimal));
  };
  const line = (cells: readonly string[]): string => `${cells.join(delimiter)}${lineEnd}`;
  const rowText = (row: number): string => {
    const start = row * width;
    return line(Array.from(values.subarray(start, start + width), (value, j) => number(value, start + j)));
  };
  const blocks = header ? [line(columns.map(cell))] : [];
  for (let from = 0; from < rows; from += BLOCK) {
    const length = Math.min(BLOCK, rows - from);
    blocks.push(Array.from({ length }, (_, i) => rowText(from + i)).join(""));
  }
  return blocks.join("");
}

/** So many rows become one text at a time: a text for each row would take as much memory again. */
const BLOCK = 1024;

const lineEnds: readonly unknown[] = ["\n", "\r\n", "\r"];
const writingRules: Readonly<Record<keyof Writing, Rule>> = {
  delimiter: readingRules.delimiter,
  decimal: readingRules.decimal,
  header: readingRules.header,
  lineEnd: [(value) => lineEnds.includes(value), '"\\n", "\\r\\n" or "\\r"'],
  quotes: [(value) => value === "needed" || value === "all", '"needed" or "all"'],
  digits: [
    (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 100,
    "a whole number from 1 to 100",
  ],
};
