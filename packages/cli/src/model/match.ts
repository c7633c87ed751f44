import type { Description } from "@scoretape/score/model";
import { typed } from "../flags/reading.ts";
import { UserError } from "../terminal/user-error.ts";

/** Rows whose columns have names. */
interface Columned {
  readonly name: string;
  /** The data set that they are drawn from; null where they are read from a file. */
  readonly set: unknown;
  readonly columns: readonly string[];
}

/** @throws UserError unless a source's columns are those of a model, in its order. */
export function checkColumns({ columns }: Pick<Description, "columns">, source: Columned): void {
  const list = (names: readonly string[]): string => names.join(", ");
  const take = source.set === null && columns.every((name) => source.columns.includes(name));
  const remedy = take ? ` with ${typed({ columns })}` : "";
  if (source.columns.length !== columns.length) {
    throw new UserError(
      `${source.name} has ${source.columns.length} columns (${list(source.columns)}), but the model has ` +
        `${columns.length} (${list(columns)}); ${take ? "take these" : "give data with the same columns"}${remedy}`,
    );
  }
  const moved = source.columns.findIndex((name, j) => columns.includes(name) && columns[j] !== name);
  if (moved >= 0) {
    throw new UserError(
      `${source.name} has the columns ${list(source.columns)}, but the model has ${list(columns)}; ` +
        `put them in the same order${remedy}`,
    );
  }
}
