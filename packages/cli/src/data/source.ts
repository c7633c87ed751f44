import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { cast, type Key, type Tensor, tensor } from "@scoretape/autograd";
import { data } from "@scoretape/score";
import type { Rows } from "@scoretape/score/model";
import type { Reading, Table } from "@scoretape/score/tables";
import { reused, typed } from "../flags/reading.ts";
import { STREAM } from "../flags/value.ts";
import { suggestion } from "../terminal/nearest.ts";
import { UserError } from "../terminal/user-error.ts";
import { readRows } from "./rows.ts";

/** The name of rows that came by standard input. No path of a file is as short: those are absolute. */
export const STDIN = "stdin";

/** Rows to learn from or to compare with, in float64, and where they come from. */
export interface Source extends Rows {
  /** The name of a data set, the absolute path of a file, or that of standard input. */
  readonly name: string;
  /** Whether the rows were drawn for the occasion: neither measured nor read. */
  readonly generated: boolean;
  /** The unit of each column; empty where they have none. */
  readonly units: readonly string[];
  /** What the user should know of how a file was read. */
  readonly remarks: readonly string[];
}

/** How to come by rows. */
export interface Way {
  /** How the rows of a data set that has none of its own are drawn. */
  readonly key: Key;
  readonly rows: number;
  /** How a file is to be read, as far as that was said. */
  readonly reading?: Reading;
  /** How the file of the model was read, which holds where nothing else is said. */
  readonly kept?: Reading | undefined;
}

/**
 * The rows of a data set or of a CSV file.
 *
 * @param name - A data set's name, `-` for standard input, or else a path.
 * @throws UserError if there is neither a set nor a file of that name, or the file does not hold a table of
 *   numbers that vary.
 */
export function openSource(name: string, way: Way): Source {
  const set = findSet(name);
  const { reading = {}, kept = {} } = way;
  if (set === undefined) return openFile(name, reused(kept, reading));
  const said = typed(reading);
  if (said !== "")
    throw new UserError(`${said}: that is for files, and ${set.name} is a data set; leave it out`);
  const own = data.isRows(set);
  const rows = own ? set.rows() : set.sample(way.key, way.rows);
  const { columns, units = [] } = set;
  return { name: set.name, set, generated: !own, columns, units, values: cast(rows, "float64"), remarks: [] };
}

/** The files that a source is read from. */
export function filesOf({ name, set }: Source): string[] {
  return set === null ? [name === STDIN ? "/dev/stdin" : name] : [];
}

/** @throws UserError if a number of rows was asked for of data that have their own */
export function checkRows(given: ReadonlySet<string>, { name, generated }: Source): void {
  if (!given.has("rows") || generated) return;
  throw new UserError(`--rows is for generated data sets; ${name} has its own rows`);
}

/** The data set that a name stands for, if any. */
export function findSet(name: string): data.DataSet | undefined {
  if (name === STREAM) return undefined;
  try {
    return data.byName(name);
  } catch {
    return undefined;
  }
}

function openFile(name: string, reading: Reading): Source {
  if (name !== STREAM && !existsSync(name) && !/[./\\]/.test(name)) {
    const names = data.names();
    throw new UserError(
      `there is no data set and no file "${name}";${suggestion(name, names)} the sets are ${names.join(", ")}`,
    );
  }
  const { table, remarks } = readRows(name, reading);
  return {
    name: name === STREAM ? STDIN : resolve(name),
    set: null,
    generated: false,
    columns: table.columns,
    units: [],
    values: tensor(table.values, { shape: [table.rows, table.columns.length] }),
    remarks,
  };
}

/** Points in their own units as a table whose columns carry their units: for people to read. */
export function labelled({ columns, units }: Pick<Source, "columns" | "units">, points: Tensor): Table {
  return tableOf(
    columns.map((column, j) => (units[j] === undefined ? column : `${column} (${units[j]})`)),
    points,
  );
}

/** Points [n, d] as a table. */
export function tableOf(columns: readonly string[], points: Tensor): Table {
  return { columns, rows: points.shape[0] ?? 0, values: Float64Array.from(points.data) };
}
