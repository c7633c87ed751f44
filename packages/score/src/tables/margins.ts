import type { ColumnSchema, Schema } from "./schema.ts";

/** Neighbours are so far apart that noise of the smallest level does not take one for the other; see docs/learning.md. */
export const MARGIN = 3;

/** Columns whose labels touch: in those coordinates a normal distribution has the labels' own shares. */
export function withoutMargins(schema: Schema): Schema {
  return schema.map((column): ColumnSchema => {
    if (column.kind === "category" || column.kind === "integer") {
      const { margin: _, ...rest } = column;
      return rest;
    }
    if (column.kind === "date" || column.marginal === undefined) return column;
    const { margin: _, ...marginal } = column.marginal;
    return { ...column, marginal };
  });
}
