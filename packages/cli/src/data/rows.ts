import { column, type Reading, readTable, remarkText, type Table, TableError } from "@scoretape/score/tables";
import { bytesIn, nameOf } from "../files/read.ts";
import { typed } from "../flags/reading.ts";
import { UserError } from "../terminal/user-error.ts";

/** A file's rows, and what the user should know of how they were read. */
export interface Rows {
  readonly table: Table;
  /** How it was read: what was asked for, and what was guessed. */
  readonly reading: Reading;
  readonly remarks: readonly string[];
}

/**
 * The rows of a CSV file, in which every column varies.
 *
 * @param path - Of the file, or `-` for standard input.
 * @throws UserError if it cannot be read, is no table of numbers, has fewer than 2 rows, or a column of one value.
 */
export function readRows(path: string, reading: Reading = {}): Rows {
  const name = nameOf(path);
  try {
    const {
      table,
      reading: found,
      remarks,
    } = readTable(
      bytesIn(path, () => zerosRefused(path, reading)),
      reading,
    );
    if (table.rows < 2) {
      throw new UserError(
        `${name} has ${table.rows} row${table.rows === 1 ? "" : "s"} of numbers; at least 2 are needed`,
      );
    }
    rejectConstantColumns(table.columns, (j) => column(table, j), name);
    return {
      table,
      reading: found,
      remarks: remarks.map((remark) => `${name}: ${remarkText(remark, typed)}`),
    };
  } catch (error) {
    if (!(error instanceof TableError)) throw error;
    throw new UserError(`${name}: ${remarkText(error.remark, typed)}`, { cause: error });
  }
}

/** Looks at a file's bytes, of which a device may have no end: reading stops at zeros, which no text but UTF-16 has. */
export function zerosRefused(path: string, { encoding }: Reading): (part: Uint8Array) => void {
  let mayHaveZeros = encoding === undefined ? null : true;
  return (part) => {
    mayHaveZeros ??= (part[0] === 0xff && part[1] === 0xfe) || (part[0] === 0xfe && part[1] === 0xff);
    if (mayHaveZeros || !part.includes(0)) return;
    throw new UserError(`cannot read ${nameOf(path)}: it is not a text file; export it as CSV in UTF-8`);
  };
}

/** @throws UserError if all cells of a column are equal but for gaps, which are NaN */
export function rejectConstantColumns(
  columns: readonly string[],
  valuesOf: (j: number) => Float64Array,
  name: string,
): void {
  const constant = columns.flatMap((title, j) => {
    const values = valuesOf(j);
    const first = values.find((value) => !Number.isNaN(value));
    return values.every((value) => value === first || Number.isNaN(value))
      ? [{ title, place: `${j + 1}, ${title}`, hasGaps: values.some(Number.isNaN) }]
      : [];
  });
  if (constant.length === 0) return;
  const drop = typed({ drop: constant.map(({ title }) => title) });
  const places = constant.slice(0, 5).map(({ place }) => `column ${place}`);
  const rest = constant.length - places.length;
  const where = constant.some(({ hasGaps }) => hasGaps) ? " that has one" : "";
  throw new UserError(
    `${name}: ${places.join(" and ")}${rest > 0 ? ` and ${rest} more` : ""} ` +
      `${constant.length === 1 ? "has" : "have"} the same value in every row${where}: drop ${constant.length === 1 ? "it" : "them"} with ${drop}`,
  );
}
