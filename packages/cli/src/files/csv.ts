import { CsvError, parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import type { Table } from "../table.ts";
import { UserError } from "../terminal/user-error.ts";
import { writeAtomically } from "./atomic.ts";
import { readText } from "./read.ts";

export interface CsvOptions {
  /** Whether the first line names the columns; by default it does if none of its cells is a number. */
  readonly header?: boolean;
  /** Accept columns that hold one value only; not by default, since such a column has no density to learn. */
  readonly constantColumns?: boolean;
}

/** Reads a table of numbers from a CSV file; see `parseCsv`. */
export function readCsv(path: string, options: CsvOptions = {}): Table {
  return parseCsv(readText(path), path, options);
}

/** Writes a table as CSV with a header line, atomically. See `formatCsv`. */
export function writeCsv(path: string, table: Table, significantDigits?: number): void {
  writeAtomically(path, formatCsv(table, significantDigits));
}

/** A table as CSV text: numbers as JavaScript prints them, exact unless `significantDigits` rounds them. */
export function formatCsv({ columns, rows, values }: Table, significantDigits?: number): string {
  const width = columns.length;
  const cell = (value: number): string =>
    `${significantDigits === undefined ? value : Number(value.toPrecision(significantDigits))}`;
  const records = Array.from({ length: rows }, (_, i) =>
    Array.from(values.subarray(i * width, (i + 1) * width), cell),
  );
  return stringify([columns, ...records]);
}

/**
 * Reads a table of numbers from CSV text: cells apart by comma, semicolon or tab (whichever most of the
 * first lines hold), empty lines skipped, columns named by the first line or else x1, x2, …
 *
 * @param source - Names the text in errors.
 * @throws UserError, naming lines and columns, if a cell is not a finite number, a row is longer or shorter
 *   than the first, there are fewer than 2 rows, or a column holds one value only.
 */
export function parseCsv(text: string, source: string, options: CsvOptions = {}): Table {
  const lines = parseLines(text, source);
  const first = lines[0];
  if (first === undefined) throw new UserError(`${source} is empty: give it at least 2 rows of numbers`);
  const named = options.header ?? first.cells.every((cell) => !isNumberLike(cell));
  const columns = first.cells.map((cell, j) => (named && cell !== "" ? cell : `x${j + 1}`));
  const body = named ? lines.slice(1) : lines;

  const faults = body.flatMap((line) => faultsOf(line, columns));
  if (faults.length > 0) throw new UserError(`${source}: ${listed(faults)}`);
  if (body.length < 2) {
    throw new UserError(
      `${source} has ${body.length} row${body.length === 1 ? "" : "s"} of numbers; at least 2 are needed`,
    );
  }
  const table = {
    columns,
    rows: body.length,
    values: Float64Array.from(body.flatMap(({ cells }) => cells.map(Number))),
  };
  if (options.constantColumns !== true) rejectConstantColumns(table, source);
  return table;
}

interface Line {
  /** Counted from 1 in the file, empty lines and the header included. */
  readonly number: number;
  readonly cells: readonly string[];
}

function parseLines(text: string, source: string): Line[] {
  const lines: Line[] = [];
  try {
    parse(text, {
      bom: true,
      delimiter: delimiterOf(text),
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      on_record: (cells, { lines: number }) => {
        lines.push({ number, cells });
        return null;
      },
    });
  } catch (error) {
    if (error instanceof CsvError)
      throw new UserError(`${source} is not CSV: ${error.message}`, { cause: error });
    throw error;
  }
  return lines;
}

/** The delimiter that stands, outside quotes, in the most of the first lines; a comma if hardly any holds one. */
function delimiterOf(text: string): string {
  const lines = text
    .slice(0, 10_000)
    .replace(/"[^"]*"/g, "")
    .split(/[\r\n]+/)
    .filter((line) => line.trim() !== "")
    .slice(0, 20);
  const share = (delimiter: string): number =>
    lines.filter((line) => line.includes(delimiter)).length / lines.length;
  const best = [",", ";", "\t"].reduce((most, next) => (share(next) > share(most) ? next : most));
  return share(best) >= 0.5 ? best : ",";
}

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const notFinite = /^([+-]?(nan|inf(inity)?)|na|null)?$/i;

/** A number, or what stands in a number's place where one is missing. */
function isNumberLike(cell: string): boolean {
  return decimal.test(cell) || (cell !== "" && notFinite.test(cell));
}

function faultsOf({ number, cells }: Line, columns: readonly string[]): string[] {
  if (cells.length !== columns.length) {
    return [`line ${number} has ${cells.length} cell${cells.length === 1 ? "" : "s"}, not ${columns.length}`];
  }
  return cells.flatMap((cell, j) => {
    const place = `line ${number}, column ${j + 1} (${columns[j]})`;
    if (cell === "") return [`${place} is empty`];
    if (!decimal.test(cell)) {
      return [
        `${place}: ${JSON.stringify(shortened(cell))} is not a ${notFinite.test(cell) ? "finite " : ""}number`,
      ];
    }
    return Number.isFinite(Number(cell)) ? [] : [`${place}: ${shortened(cell)} is too large`];
  });
}

function shortened(cell: string): string {
  return cell.length <= 40 ? cell : `${cell.slice(0, 39)}…`;
}

/** The first few faults; a file of text would fill the screen. */
function listed(faults: readonly string[]): string {
  const most = 5;
  const rest = faults.length - most;
  return `${faults.slice(0, most).join("; ")}${rest > 0 ? `; and ${rest} more` : ""}; correct or remove these lines`;
}

function rejectConstantColumns({ columns, values }: Table, source: string): void {
  const width = columns.length;
  columns.forEach((name, j) => {
    const value = values[j];
    for (let at = j; at < values.length; at += width) if (values[at] !== value) return;
    throw new UserError(`${source}: column ${j + 1} (${name}) is ${value} in every row; remove that column`);
  });
}
