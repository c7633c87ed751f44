/** A table of numbers: named columns (units, if any, are part of the name) and values row after row. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: number;
  /** Length rows × columns; row i, column j at i · columns + j. */
  readonly values: Float64Array | Float32Array;
}

/** Column j of a table, [rows]. */
export function column(table: Table, j: number): Float64Array {
  const width = table.columns.length;
  if (!Number.isInteger(j) || j < 0 || j >= width) {
    throw new RangeError(`column: there is no column ${j} in a table of ${width} columns`);
  }
  return Float64Array.from({ length: table.rows }, (_, i) => table.values[i * width + j] as number);
}
