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
import { mixedFile } from "../data/mixedRows.ts";
import { nameOf } from "../files/read.ts";
import { reused, typed } from "../flags/reading.ts";
import { suggestion } from "../terminal/nearest.ts";
import { UserError } from "../terminal/user-error.ts";

/** Rows of a model's columns. */
export interface ModelRows {
  /** Its columns in the model's order. */
  readonly table: MixedTable;
  readonly schema: Schema;
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
 * @param beside - Columns of numbers to read too.
 * @throws UserError if the file is no table, lacks a column, or has a gap in one
 */
export function readModelRows(
  path: string,
  description: Description,
  said: Reading,
  beside: readonly string[] = [],
): ModelRows {
  const name = nameOf(path);
  const { columns } = description;
  const schema = schemaOf(description);
  const text = schema.filter(({ kind }) => kind === "category" || kind === "date").map((own) => own.name);
  const wanted = { ...reused(description.reading ?? {}, said), gaps: "keep" } as const;
  const { table, reading, remarks } = mixedFile(path, wanted, 1)(text);
  const asked = [...columns, ...beside];
  checkColumns(name, table.columns, columns, beside);
  const others = table.columns.filter((column) => !asked.includes(column));
  const all = {
    columns: asked,
    rows: table.rows,
    cells: asked.flatMap((column) => table.cells[table.columns.indexOf(column)] ?? []),
  };
  const whole = said.gaps === "drop" ? withoutGaps(all) : refusedGaps(name, all);
  const [own, further] = [whole.cells.slice(0, columns.length), whole.cells.slice(columns.length)];
  checkNumbers(name, schema, own);
  checkCells(name, schema, { columns, rows: whole.rows, cells: own });
  return {
    table: { columns, rows: whole.rows, cells: own },
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

/** @throws UserError if a cell is one that its column cannot hold, such as a label that the model does not know */
function checkCells(name: string, schema: Schema, table: MixedTable): void {
  try {
    tableEncoder(schema).encode(table, new Float64Array(table.rows * schema.length).fill(0.5));
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

function refusedGaps(name: string, table: MixedTable): MixedTable {
  for (let row = 0; row < table.rows; row++) {
    const column = gapAt(table, row);
    if (column === undefined) continue;
    throw new UserError(
      `${name}: row ${row + 1} has a gap in column ${column}, and a row with gaps has no density; leave such rows out with ` +
        typed({ gaps: "drop" }),
    );
  }
  return table;
}

function withoutGaps(table: MixedTable): MixedTable {
  const whole = Array.from({ length: table.rows }, (_, row) => row).filter(
    (row) => gapAt(table, row) === undefined,
  );
  return {
    columns: table.columns,
    rows: whole.length,
    cells: table.cells.map((cells) =>
      cells.kind === "text"
        ? { ...cells, codes: Int32Array.from(whole, (row) => cells.codes[row] ?? -1) }
        : { ...cells, values: Float64Array.from(whole, (row) => cells.values[row] ?? Number.NaN) },
    ),
  };
}
