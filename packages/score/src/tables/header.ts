import { type Decimal, isInfinite, numberOf } from "./cells.ts";
import { numbersNameColumns } from "./numericHeader.ts";
import { TableError } from "./remark.ts";
import type { Row } from "./rows.ts";

/** Where the names of the columns are, and where the rows begin. */
export interface Header {
  /** The names, empty where a column has none; null where no line names the columns. */
  readonly names: readonly string[] | null;
  /** The line of the names; 0 where there is none. */
  readonly line: number;
  /** The line from which the rows are read. */
  readonly start: number;
  /** Lines before the names, or before the rows, that belong to neither. */
  readonly skipped: readonly Row[];
  /** Whether numbers, or a comment, were taken for names, or the first column's name is missing. */
  readonly doubt: "numbers" | "comment" | "short" | null;
  /** Cells of a row. */
  readonly width: number;
}

/** What a header is guessed from, besides the rows. */
export interface HeaderQuestion {
  readonly width: number;
  readonly decimal: Decimal;
  readonly isGap: (cell: string) => boolean;
  /** What was said about a header. */
  readonly given: boolean | undefined;
  /** The last line of the comments at the beginning, which may hold the names. */
  readonly comment: Row | undefined;
}

/** Which of the first rows names the columns. */
export function guessHeader(rows: readonly Row[], question: HeaderQuestion): Header {
  const { width, decimal, isGap, given, comment } = question;
  const fits = ({ cells }: Row): boolean => cells.length === width;
  const isNumber = (cell: string): boolean => !Number.isNaN(numberOf(cell, decimal));
  const isText = (cell: string): boolean => !isNumber(cell) && !isGap(cell) && !isInfinite(cell);
  const isNames = (row: Row | undefined): row is Row => row?.cells.some(isText) === true;

  // The first row that holds a number, and the top of the rows of text right above it.
  const found = rows.findIndex((row) => fits(row) && row.cells.some(isNumber));
  const first = found < 0 ? rows.findIndex(fits) : found;
  let top = Math.max(first, 0);
  for (let row = rows[top - 1]; isNames(row) && fits(row); row = rows[top - 1]) top--;
  const [row, above] = [rows[top], rows[top - 1]];
  if (row === undefined) return { names: null, line: 0, start: 1, skipped: [], doubt: null, width };

  const named = (at: number, names: readonly string[], doubt: Header["doubt"] = null): Header => {
    const line = rows[at]?.line ?? 0;
    return { names, line, start: line + 1, skipped: rows.slice(0, at), doubt, width };
  };
  if (given !== false) {
    if (top < first || (found < 0 && isNames(row))) return named(top, row.cells);
    if (isNames(above) && above.cells.every((cell) => isText(cell) || cell === "")) {
      const names = completed(above, rows.slice(top).filter(fits), width);
      if (names !== null) return named(top - 1, names, names[0] === "" ? "short" : null);
    }
    if (comment !== undefined && width > 1 && fits(comment) && comment.cells.every(isText)) {
      return { ...named(top, comment.cells, "comment"), line: comment.line, start: row.line };
    }
    const body = rows.slice(top + 1).filter(fits);
    if (given === true) return named(top, row.cells);
    if (numbersNameColumns(row, body, { decimal, isGap, isText })) return named(top, row.cells, "numbers");
  }
  // A row of numbers is a row of the table, whatever its length; a line of text above them is none.
  const start = rows.findIndex((row, i) => i >= top || !isNames(row));
  const line = rows[start]?.line ?? 1;
  return { names: null, line: 0, start: line, skipped: rows.slice(0, start), doubt: null, width };
}

/**
 * The names of a header that is not as long as the rows: one name short where the first column names the rows, as R
 * writes it, or shorter or longer by empty names where lines end with a delimiter. Null for a line that is no header.
 *
 * @throws TableError for a header of another length.
 */
function completed({ cells, line, quotes }: Row, rows: readonly Row[], width: number): string[] | null {
  const names = cells.slice(0, cells.findLastIndex((cell) => cell !== "") + 1);
  const missing = width - names.length;
  const isEmpty = (j: number): boolean => rows.every((row) => row.cells[j] === "");
  if (missing >= 0 && Array.from({ length: missing }, (_, j) => names.length + j).every(isEmpty)) {
    return [...names, ...Array<string>(missing).fill("")];
  }
  if (names.length < 2 && quotes === null) return null;
  const first = rows.map((row) => Number(row.cells[0]));
  const isRowName = first.every((value, i) => Number.isNaN(value) || value === (first[0] ?? 0) + i);
  if (missing === 1 && isRowName) return ["", ...names];
  if (names.length < 2 || missing > 1) return null;
  throw new TableError([
    `line ${line} names ${names.length} columns, but the rows have ${width} cells; give each column its name, or say `,
    { header: false },
    " if that line is no header",
  ]);
}
