import { checkOptions, type Rule, readingRules } from "./reading.ts";

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

/** How cells and lines are written. */
export interface Pen {
  readonly header: boolean;
  /** A text, in quotes where that is needed or wanted. */
  text(text: string): string;
  /** What stands for a gap. */
  readonly gap: string;
  /** A finite number. */
  number(value: number): string;
  line(cells: readonly string[]): string;
}

/** What writes a table for a function of that name. @throws RangeError if an option is none of its choices */
export function penOf(name: string, writing: Writing): Pen {
  checkOptions(name, writing, writingRules);
  const {
    delimiter = ",",
    decimal = ".",
    header = true,
    lineEnd = "\n",
    quotes = "needed",
    digits,
  } = writing;
  const text = (cell: string): string => {
    const needsQuotes =
      /["\r\n#]|^\s|\s$|^$/.test(cell) || cell.includes(delimiter) || (delimiter === " " && /\s/.test(cell));
    return quotes === "all" || needsQuotes ? `"${cell.replaceAll('"', '""')}"` : cell;
  };
  return {
    header,
    text,
    // Between blanks an empty cell would be none.
    gap: delimiter === " " ? "NA" : "",
    number(value) {
      const exact = Object.is(value, -0)
        ? "-0"
        : `${digits === undefined ? value : Number(value.toPrecision(digits))}`;
      return text(exact.replace(".", decimal));
    },
    line: (cells) => `${cells.join(delimiter)}${lineEnd}`,
  };
}

/** The lines of a table: the names of its columns, and the text of each row. */
export function written(
  pen: Pen,
  columns: readonly string[],
  rows: number,
  rowText: (row: number) => string,
): string {
  const blocks = pen.header ? [pen.line(columns.map(pen.text))] : [];
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
