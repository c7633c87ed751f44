import type { Table } from "./table.ts";

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
 * @example
 * ```ts
 * import { writeTable } from "@scoretape/score/tables";
 *
 * const table = { columns: ["a", "b"], rows: 2, values: Float64Array.of(1, 2.5, 3, 4) };
 * console.log(JSON.stringify(writeTable(table, { delimiter: ";", decimal: "," }))); // "a;b\n1;2,5\n3;4\n"
 * ```
 */
export function writeTable({ columns, rows, values }: Table, writing: Writing = {}): string {
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
  const lines = header ? [columns.map(cell).join(delimiter)] : [];
  for (let row = 0; row < rows; row++) {
    const start = row * width;
    lines.push(
      Array.from(values.subarray(start, start + width), (value, j) => number(value, start + j)).join(
        delimiter,
      ),
    );
  }
  return lines.map((line) => `${line}${lineEnd}`).join("");
}
