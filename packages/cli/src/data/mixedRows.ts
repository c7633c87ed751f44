import {
  type Cells,
  type MixedTable,
  type Reading,
  readMixedTable,
  remarkText,
  TableError,
} from "@scoretape/score/tables";
import { bytesIn, nameOf } from "../files/read.ts";
import { typed } from "../flags/reading.ts";
import { UserError } from "../terminal/user-error.ts";
import { rejectConstantColumns, zerosRefused } from "./rows.ts";

/** A file's rows of numbers and texts, and what the user should know of how they were read. */
export interface MixedRows {
  readonly table: MixedTable;
  /** How it was read: what was asked for, and what was guessed. */
  readonly reading: Reading;
  readonly remarks: readonly string[];
}

/**
 * A CSV file, or standard input, as a table: each call reads it, with these columns as texts even where all are numbers.
 *
 * @param how - The least number of rows, and whether a column may be of gaps alone.
 * @throws UserError, at the call, if it cannot be read, is no table, or has fewer rows than the least
 */
export function mixedFile(
  path: string,
  reading: Reading,
  { least = 2, empty = false }: { readonly least?: number; readonly empty?: boolean } = {},
): (text?: readonly string[]) => MixedRows {
  const name = nameOf(path);
  let bytes: Iterable<Uint8Array> | undefined;
  return (text = []) => {
    // What comes by standard input is there once.
    bytes ??= bytesIn(path, () => zerosRefused(path, reading));
    try {
      const {
        table,
        reading: found,
        remarks,
      } = readMixedTable(bytes, reading, { text, ...(empty ? { empty } : {}) });
      if (table.rows < least) {
        const rows = table.rows === 1 ? "1 row" : `${table.rows} rows`;
        throw new UserError(`${name} has ${rows}; at least ${least} ${least === 1 ? "is" : "are"} needed`);
      }
      return {
        table,
        reading: found,
        remarks: remarks.map((remark) => `${name}: ${remarkText(remark, typed)}`),
      };
    } catch (error) {
      if (!(error instanceof TableError)) throw error;
      throw new UserError(`${name}: ${remarkText(error.remark, typed)}`, { cause: error });
    }
  };
}

/**
 * A CSV file, in which every column varies, as a table.
 *
 * @param texts - Columns that are texts even where every cell is a number.
 * @throws UserError if it cannot be read, is no table, has fewer than 2 rows, or a column of one value
 */
export function readMixedRows(path: string, reading: Reading, texts: readonly string[]): MixedRows {
  const rows = mixedFile(path, reading)(texts);
  const { columns, cells } = rows.table;
  rejectConstantColumns(columns, (j) => placesOf(cells[j]), nameOf(path));
  return rows;
}

/** Numbers, or the places of texts; gaps are NaN. */
function placesOf(cells: Cells | undefined): Float64Array {
  if (cells === undefined) return new Float64Array();
  return cells.kind === "number"
    ? cells.values
    : Float64Array.from(cells.codes, (code) => (code < 0 ? Number.NaN : code));
}

/** A column of texts of which all are gaps, which look like numbers. */
export function withoutCells(cells: Cells, isText: boolean): Cells {
  if (!isText || cells.kind === "text" || !cells.values.every(Number.isNaN)) return cells;
  return { kind: "text", texts: [], codes: new Int32Array(cells.values.length).fill(-1) };
}
