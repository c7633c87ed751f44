import type { ColumnSchema } from "../schema.ts";
import { categories } from "./categories.ts";
import type { Coordinate } from "./cellCoordinate.ts";
import { dates } from "./dates.ts";
import { integers } from "./integers.ts";
import { continuousNumbers } from "./numbers.ts";

/** The coordinate of a column. */
export function coordinateOf(column: ColumnSchema): Coordinate {
  switch (column.kind) {
    case "category":
      return categories(column);
    case "integer":
      return integers(column);
    case "date":
      return dates(column);
    default:
      return continuousNumbers(column);
  }
}
