import type { ColumnSchema, Schema } from "./schema.ts";

/** So far apart, noise of the smallest level takes few labels for their neighbours; see docs/learning.md. */
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
