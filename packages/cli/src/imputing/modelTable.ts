import { type Key, random } from "@scoretape/autograd";
import type { Description } from "@scoretape/score/model";
import {
  type MixedTable,
  type Reading,
  readMixedTable,
  remarkText,
  type Schema,
  TableError,
  tableEncoder,
} from "@scoretape/score/tables";
import { withoutCells } from "../data/mixedRows.ts";
import { bytesIn, nameOf } from "../files/read.ts";
import { reused, typed } from "../flags/reading.ts";
import { suggestion } from "../terminal/nearest.ts";
import { UserError } from "../terminal/user-error.ts";

/** A table with the columns of a model, in whatever order, and gaps. */
export interface ModelTable {
  readonly table: MixedTable;
  /** How it was read, and is to be written. */
  readonly reading: Reading;
  /** What the user should know of how it was read. */
  readonly remarks: readonly string[];
}

/** What each column of a model holds: any number, where nothing is said. */
export function schemaOf({ columns, schema }: Description): Schema {
  return schema ?? columns.map((name) => ({ name, kind: "real" }));
}

/**
 * Reads a table with gaps for a model, as the model's own was read but for what is said now.
 *
 * @throws UserError if it is no table, or has other columns than the model
 */
export function readModelTable(path: string, description: Description, said: Reading): ModelTable {
  const name = nameOf(path);
  const schema = schemaOf(description);
  const text = schema.filter(({ kind }) => kind === "category" || kind === "date").map((own) => own.name);
  try {
    const { table, reading, remarks } = readMixedTable(
      bytesIn(path, () => () => {}),
      { ...reused(description.reading ?? {}, said), gaps: "keep" },
      { text, empty: true },
    );
    checkColumns(name, description.columns, table.columns);
    const cells = table.cells.map((own, j) => withoutCells(own, text.includes(table.columns[j] ?? "")));
    return {
      table: { ...table, cells },
      reading,
      remarks: remarks.map((remark) => `${name}: ${remarkText(remark, typed)}`),
    };
  } catch (error) {
    throw asUserError(name, error);
  }
}

function checkColumns(name: string, ofModel: readonly string[], found: readonly string[]): void {
  const strange = found.find((column) => !ofModel.includes(column));
  if (strange !== undefined) {
    throw new UserError(
      `${name} has the column ${strange}, which the model does not know;${suggestion(strange, ofModel)} its columns are ` +
        `${ofModel.join(", ")}; leave others out with ${typed({ drop: [strange] })}`,
    );
  }
  const missing = ofModel.find((column) => !found.includes(column));
  if (missing === undefined) return;
  throw new UserError(
    `${name} has no column ${missing}, which the model has; add it, with empty cells for what is not known`,
  );
}

/** The points of a table's rows in the model's order, [rows·d]: gaps are NaN. A key puts labels and whole numbers into their intervals. */
export function encoded(name: string, schema: Schema, table: MixedTable, key: Key): Float64Array {
  const size = table.rows * schema.length;
  const uniforms = Float64Array.from(random.uniform(key, [size]).data);
  try {
    return tableEncoder(schema).encode(table, uniforms);
  } catch (error) {
    throw asUserError(name, error);
  }
}

/** Whether points of a schema stand for its cells one for one: then one encoding of a row is as good as many. */
export function isExact(schema: Schema): boolean {
  return schema.every((column) => column.kind === "real" && column.marginal === undefined);
}

function asUserError(name: string, error: unknown): unknown {
  if (!(error instanceof TableError)) return error;
  return new UserError(`${name}: ${remarkText(error.remark, typed)}`, { cause: error });
}
