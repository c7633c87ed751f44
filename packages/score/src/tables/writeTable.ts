import { checkTable, type Table } from "./table.ts";
import { penOf, type Writing, written } from "./writing.ts";

/**
 * A table as delimited text, which `readTable` reads back to the same table.
 *
 * @throws RangeError if a value is not finite, or an option is none of its choices.
 * @throws TypeError if the table is none.
 * @example
 * ```ts
 * import { writeTable } from "@scoretape/score/tables";
 *
 * const table = { columns: ["a", "b"], rows: 2, values: Float64Array.of(1, 2.5, 3, 4) };
 * console.log(JSON.stringify(writeTable(table, { delimiter: ";", decimal: "," }))); // "a;b\n1;2,5\n3;4\n"
 * ```
 */
export function writeTable(table: Table, writing: Writing = {}): string {
  checkTable("writeTable", table);
  const pen = penOf("writeTable", writing);
  const { columns, rows, values } = table;
  const width = columns.length;
  const number = (value: number, i: number): string => {
    if (Number.isFinite(value)) return pen.number(value);
    const j = i % width;
    throw new RangeError(
      `writeTable: row ${(i - j) / width + 1}, column ${j + 1}, ${columns[j]}, is ${value}; a cell is a finite number`,
    );
  };
  return written(pen, columns, rows, (row) => {
    const start = row * width;
    return pen.line(
      Array.from(values.subarray(start, start + width), (value, j) => number(value, start + j)),
    );
  });
}
