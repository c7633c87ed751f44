import { type Tensor, tensor } from "@scoretape/autograd";
import { type Description, encodedRows } from "@scoretape/score/model";
import {
  type Inference,
  inferSchema,
  type MixedTable,
  type Reading,
  remarkText,
  type Schema,
  TableError,
} from "@scoretape/score/tables";
import { nameOf } from "../files/read.ts";
import { typed } from "../flags/reading.ts";
import { checkColumns } from "../model/match.ts";
import { UserError } from "../terminal/user-error.ts";
import { kindsRemark } from "./kinds.ts";
import { readMixedRows } from "./mixedRows.ts";
import { checkReach } from "./reach.ts";
import { readRows } from "./rows.ts";
import { toldTexts } from "./types.ts";

/** How the columns of a table become coordinates: by what they are found to hold, or as a model's did. */
export type Coordinates =
  | {
      readonly inference: Inference;
      /** What places within labels, whole numbers and days are drawn by. */
      readonly seed: number;
    }
  | { readonly of: Description };

/** A file's rows as points. */
export interface Points {
  readonly columns: readonly string[];
  /** [n, d] in float64. */
  readonly values: Tensor;
  /** What the columns hold; null where they are numbers as they are. */
  readonly schema: Schema | null;
  /** How the file was read: what was asked for, and what was guessed. */
  readonly reading: Reading;
  readonly remarks: readonly string[];
}

/** @throws UserError if the file is no table, or its columns are not what they are told to be or what the model has */
export function readPoints(path: string, reading: Reading, coordinates: Coordinates | undefined): Points {
  const known = coordinates !== undefined && "of" in coordinates ? coordinates.of : null;
  if (coordinates === undefined || (known !== null && known.schema === undefined)) {
    const { table, reading: found, remarks } = readRows(path, reading);
    const { columns, rows } = table;
    const values = tensor(table.values, { shape: [rows, columns.length] });
    if (known !== null && columns.length === known.columns.length) checkReach(nameOf(path), known, values);
    return { columns, values, schema: null, reading: found, remarks };
  }
  return "of" in coordinates
    ? ofModel(path, reading, coordinates.of)
    : inferred(path, reading, coordinates.inference, coordinates.seed);
}

function inferred(path: string, reading: Reading, inference: Inference, seed: number): Points {
  const { table, reading: read, remarks } = readMixedRows(path, reading, toldTexts(inference));
  const found = told(path, () => inferSchema(table, inference));
  const { columns, rows } = table;
  const shape = [rows, columns.length];
  const isPlain = found.schema.every((column) => column.kind === "real" && column.marginal === undefined);
  if (isPlain) {
    return { columns, values: tensor(interleaved(table), { shape }), schema: null, reading: read, remarks };
  }
  const kinds = kindsRemark(found.schema);
  const further = [
    ...(kinds === null ? [] : [kinds]),
    ...found.remarks.map((remark) => remarkText(remark, typed)),
  ];
  return {
    columns,
    values: told(path, () => encodedRows(found.schema, table, seed)),
    schema: found.schema,
    reading: read,
    remarks: [...remarks, ...further.map((remark) => `${nameOf(path)}: ${remark}`)],
  };
}

function ofModel(path: string, reading: Reading, description: Description): Points {
  const { schema = [], settings } = description;
  const texts = schema.flatMap(({ name, kind }) => (kind === "category" || kind === "date" ? [name] : []));
  const { table, reading: read, remarks } = readMixedRows(path, reading, texts);
  checkColumns(description, { name: nameOf(path), set: null, columns: table.columns });
  const values = told(path, () => encodedRows(schema, table, settings.seed));
  checkReach(nameOf(path), description, values);
  return { columns: table.columns, values, schema, reading: read, remarks };
}

/** What the library says of a table. @throws UserError that names the file, if it will not do */
function told<T>(path: string, find: () => T): T {
  try {
    return find();
  } catch (error) {
    if (!(error instanceof TableError)) throw error;
    throw new UserError(`${nameOf(path)}: ${remarkText(error.remark, typed)}`, { cause: error });
  }
}

/** The numbers of a table of numbers, row after row. */
function interleaved({ cells, rows }: MixedTable): Float64Array {
  const values = new Float64Array(rows * cells.length);
  cells.forEach((column, j) => {
    if (column.kind !== "number") return;
    column.values.forEach((value, i) => {
      values[i * cells.length + j] = value;
    });
  });
  return values;
}
