/** A table of numbers: named columns (units, if any, are part of the name) and values row after row. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: number;
  /** Length rows × columns; row i, column j at i · columns + j. */
  readonly values: Float64Array;
}

/**
 * Column j of a table, [rows].
 *
 * @throws RangeError if there is no such column.
 * @example
 * ```ts
 * import { column } from "@scoretape/score/tables";
 *
 * const table = { columns: ["a", "b"], rows: 2, values: Float64Array.of(1, 2, 3, 4) };
 * console.log(column(table, 1)); // Float64Array(2) [ 2, 4 ]
 * ```
 */
export function column(table: Table, j: number): Float64Array {
  const width = table.columns.length;
  if (!Number.isInteger(j) || j < 0 || j >= width) {
    throw new RangeError(`column: there is no column ${j} in a table of ${width} columns`);
  }
  return Float64Array.from({ length: table.rows }, (_, i) => table.values[i * width + j] ?? Number.NaN);
}
