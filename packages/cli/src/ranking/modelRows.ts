import { tensor } from "@scoretape/autograd";
import type { Description } from "@scoretape/score/model";
import {
  type Cells,
  type MixedTable,
  type Reading,
  remarkText,
  type Schema,
  TableError,
  tableEncoder,
} from "@scoretape/score/tables";
import { mixedFile, withoutCells } from "../data/mixedRows.ts";
import { checkReach } from "../data/reach.ts";
import { nameOf } from "../files/read.ts";
import { reused, typed } from "../flags/reading.ts";
import { suggestion } from "../terminal/nearest.ts";
import { UserError } from "../terminal/user-error.ts";

/** Rows of a model's columns. */
export interface ModelRows {
  /** Its columns in the model's order. */
  readonly table: MixedTable;
  readonly schema: Schema;
  /** The number of each row in its file, counted from 1: rows with gaps may be left out. */
  readonly numbers: readonly number[];
  /** How it was read, and is to be written. */
  readonly reading: Reading;
  /** Columns of numbers that were asked for beside the model's. */
  readonly beside: readonly Float64Array[];
  /** What the user should know of how it was read. */
  readonly remarks: readonly string[];
}

/** @throws UserError unless a model is one of rows, of all of their columns */
export function checkOfRows(path: string, { image, target, given = [] }: Description, verb: string): void {
  if (image !== undefined) {
    throw new UserError(
      `${path} is a model of images, and ${verb} is for models of rows; train one on a table`,
    );
  }
  if (target === undefined) return;
  throw new UserError(
    `${path} is a model of ${target.join(", ")} given ${given.join(", ")}, and ${verb} needs one of all columns; train one without --target`,
  );
}

/** What each column of a model holds: any number, where nothing is said. */
export function schemaOf({ columns, schema }: Description): Schema {
  return schema ?? columns.map((name) => ({ name, kind: "real" }));
}

/**
 * Rows for a model of rows, read as its own were but for what is said now; columns in any order, and others are passed over, which
 * is told.
 *
 * @param how - Columns of numbers to read too, and what becomes of rows with gaps where nothing is said.
 * @throws UserError if the file is no table, lacks a column, or has a gap in one that is not to be kept
 */
export function readModelRows(
  path: string,
  description: Description,
  said: Reading,
  {
    beside = [],
    gaps = "refuse",
  }: { readonly beside?: readonly string[]; readonly gaps?: "keep" | "refuse" } = {},
): ModelRows {
  const name = nameOf(path);
  const { columns } = description;
  const schema = schemaOf(description);
  const text = schema.filter(({ kind }) => kind === "category" || kind === "date").map((own) => own.name);
  const wanted = { ...reused(description.reading ?? {}, said), gaps: "keep" } as const;
  const { table, reading, remarks } = mixedFile(path, wanted, { least: 1, empty: gaps === "keep" })(text);
  const asked = [...columns, ...beside];
  checkColumns(name, table.columns, columns, beside);
  const others = table.columns.filter((column) => !asked.includes(column));
  const all = {
    columns: asked,
    rows: table.rows,
    cells: asked.flatMap((column) => {
      const own = table.cells[table.columns.indexOf(column)];
      return own === undefined ? [] : [withoutCells(own, text.includes(column))];
    }),
  };
  const keeps = gaps === "keep" && said.gaps !== "refuse";
  const rows = said.gaps === "drop" ? rowsWithoutGaps(all) : keeps ? allRows(all) : everyRow(name, all);
  const cells = all.cells.map((each) => cellsAt(each, rows));
  const [own, further] = [cells.slice(0, columns.length), cells.slice(columns.length)];
  checkNumbers(name, schema, own);
  checkCells(name, description, {
    columns,
    rows: all.rows,
    cells: own.map((each) => spreadOut(each, rows, all.rows)),
  });
  return {
    table: { columns, rows: rows.length, cells: own },
    numbers: rows.map((row) => row + 1),
    beside: further.map((cells, i) => numbersIn(name, beside[i] ?? "", cells)),
    schema,
    reading,
    remarks: [
      ...remarks,
      ...(others.length === 0
        ? []
        : [`${name}: passed over ${others.join(", ")}, which the model does not have`]),
    ],
  };
}

function checkColumns(
  name: string,
  found: readonly string[],
  columns: readonly string[],
  beside: readonly string[],
): void {
  const missing = [...columns, ...beside].find((column) => !found.includes(column));
  if (missing === undefined) return;
  const which = columns.includes(missing) ? ", which the model has" : "";
  throw new UserError(
    `${name} has no column ${missing}${which};${suggestion(missing, found)} its columns are ${found.join(", ")}`,
  );
}

/** @throws UserError if a column of numbers is text */
function checkNumbers(name: string, schema: Schema, cells: readonly Cells[]): void {
  schema.forEach(({ name: column, kind }, j) => {
    const own = cells[j];
    if (own !== undefined && kind !== "category" && kind !== "date") numbersIn(name, column, own);
  });
}

function numbersIn(name: string, column: string, cells: Cells): Float64Array {
  if (cells.kind === "number") return cells.values;
  throw new UserError(
    `${name}: column ${column} is text ("${cells.texts[0] ?? ""}"), and is to hold numbers`,
  );
}

/** @throws UserError if a cell is one that its column cannot hold, such as a label that the model does not know, or far off all data */
function checkCells(name: string, description: Description, table: MixedTable): void {
  const schema = schemaOf(description);
  const shape = [table.rows, schema.length];
  try {
    const points = tableEncoder(schema).encode(table, new Float64Array(table.rows * schema.length).fill(0.5));
    checkReach(name, description, tensor(points, { shape }));
  } catch (error) {
    if (!(error instanceof TableError)) throw error;
    throw new UserError(`${name}: ${remarkText(error.remark, typed)}`, { cause: error });
  }
}

function gapAt(table: MixedTable, row: number): string | undefined {
  return table.columns.find((_, j) => {
    const cells = table.cells[j];
    return cells?.kind === "text"
      ? (cells.codes[row] ?? -1) < 0
      : Number.isNaN(cells?.values[row] ?? Number.NaN);
  });
}

function allRows({ rows }: MixedTable): number[] {
  return Array.from({ length: rows }, (_, row) => row);
}

function everyRow(name: string, table: MixedTable): number[] {
  return allRows(table).map((row) => {
    const column = gapAt(table, row);
    if (column === undefined) return row;
    throw new UserError(
      `${name}: row ${row + 1} has a gap in column ${column}; fill it with scoretape impute, or leave such rows out with ` +
        typed({ gaps: "drop" }),
    );
  });
}

function rowsWithoutGaps(table: MixedTable): number[] {
  return allRows(table).filter((row) => gapAt(table, row) === undefined);
}

/** Some rows of a table. */
export function rowsAt({ columns, cells }: MixedTable, rows: readonly number[]): MixedTable {
  return { columns, rows: rows.length, cells: cells.map((own) => cellsAt(own, rows)) };
}

/** Cells at some rows. */
export function cellsAt(cells: Cells, rows: readonly number[]): Cells {
  return cells.kind === "text"
    ? { ...cells, codes: Int32Array.from(rows, (row) => cells.codes[row] ?? -1) }
    : { ...cells, values: Float64Array.from(rows, (row) => cells.values[row] ?? Number.NaN) };
}

/** Cells at their rows among all of a file's, and gaps in the others, so that what is told of one names its row. */
function spreadOut(cells: Cells, rows: readonly number[], count: number): Cells {
  const places = new Int32Array(count).fill(-1);
  rows.forEach((row, at) => {
    places[row] = at;
  });
  return cellsAt(cells, [...places]);
}
