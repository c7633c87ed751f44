import {
  type MixedTable,
  type Reading,
  readMixedTable,
  remarkText,
  TableError,
} from "@scoretape/score/tables";
import { bytesIn, nameOf } from "../files/read.ts";
import { typed } from "../flags/reading.ts";
import { UserError } from "../terminal/user-error.ts";
import { zerosRefused } from "./rows.ts";

/** A file's rows of numbers and texts, and what the user should know of how they were read. */
export interface MixedRows {
  readonly table: MixedTable;
  readonly remarks: readonly string[];
}

/**
 * A CSV file, or standard input, as a table: each call reads it, with these columns as texts even where all are numbers.
 *
 * @throws UserError, at the call, if it cannot be read, is no table, or has fewer than 2 rows
 */
export function mixedFile(path: string, reading: Reading): (text?: readonly string[]) => MixedRows {
  const name = nameOf(path);
  let bytes: Iterable<Uint8Array> | undefined;
  return (text = []) => {
    // What comes by standard input is there once.
    bytes ??= bytesIn(path, () => zerosRefused(path, reading));
    try {
      const { table, remarks } = readMixedTable(bytes, reading, { text });
      if (table.rows < 2) {
        throw new UserError(
          `${name} has ${table.rows} row${table.rows === 1 ? "" : "s"}; at least 2 are needed`,
        );
      }
      return { table, remarks: remarks.map((remark) => `${name}: ${remarkText(remark, typed)}`) };
    } catch (error) {
      if (!(error instanceof TableError)) throw error;
      throw new UserError(`${name}: ${remarkText(error.remark, typed)}`, { cause: error });
    }
  };
}
