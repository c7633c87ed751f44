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
  checkTable("column", table);
  const width = table.columns.length;
  if (!Number.isInteger(j) || j < 0 || j >= width) {
    throw new RangeError(`column: there is no column ${String(j)} in a table of ${width} columns`);
  }
  const { rows, values } = table;
  const own = new Float64Array(rows);
  for (let i = 0; i < rows; i++) own[i] = values[i * width + j] ?? Number.NaN;
  return own;
}

/** Throws, naming the function, unless a value is a table whose values are as many as its rows and columns ask for. */
export function checkTable(name: string, table: Table): void {
  const { columns, rows, values } = table ?? {};
  const remedy = "give { columns, rows, values }, as readTable does";
  if (!Array.isArray(columns) || !columns.every((title) => typeof title === "string")) {
    throw new TypeError(`${name}: the table's columns are no list of texts; ${remedy}`);
  }
  if (!(values instanceof Float64Array)) {
    throw new TypeError(`${name}: the table's values are no Float64Array; ${remedy}`);
  }
  if (!Number.isSafeInteger(rows) || rows < 0 || rows * columns.length !== values.length) {
    throw new RangeError(
      `${name}: the table has ${values.length} values, which is not ${String(rows)} rows of ${columns.length} columns`,
    );
  }
}
