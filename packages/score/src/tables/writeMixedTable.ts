import { type Cells, checkMixedTable, type MixedTable } from "./mixedTable.ts";
import { penOf, type Writing, written } from "./writing.ts";

/**
 * A table of numbers and texts as delimited text, which `readMixedTable` reads back to the same table, where its texts are not
 * all numbers. Gaps are empty cells; of a row of nothing but gaps, which would be an empty line, the first is NA.
 *
 * @throws RangeError if a number is infinite, or an option is none of its choices.
 * @throws TypeError if the table is none.
 * @example
 * ```ts
 * import { type MixedTable, writeMixedTable } from "@scoretape/score/tables";
 *
 * const table: MixedTable = {
 *   columns: ["city", "height"],
 *   rows: 2,
 *   cells: [
 *     { kind: "text", texts: ["Bonn, on Rhine", "Rome"], codes: Int32Array.of(1, 0) },
 *     { kind: "number", values: Float64Array.of(1.5, Number.NaN) },
 *   ],
 * };
 * console.log(JSON.stringify(writeMixedTable(table))); // "city,height\nRome,1.5\n\"Bonn, on Rhine\",\n"
 * ```
 */
export function writeMixedTable(table: MixedTable, writing: Writing = {}): string {
  checkMixedTable("writeMixedTable", table);
  const pen = penOf("writeMixedTable", writing);
  const { columns, rows, cells } = table;
  const texts = cells.map((column) => (column.kind === "text" ? column.texts.map(pen.text) : []));
  const cellText = (column: Cells, j: number, row: number): string => {
    if (column.kind === "text") return texts[j]?.[column.codes[row] ?? -1] ?? pen.gap;
    const value = column.values[row] ?? Number.NaN;
    if (Number.isNaN(value)) return pen.gap;
    if (Number.isFinite(value)) return pen.number(value);
    throw new RangeError(
      `writeMixedTable: row ${row + 1}, column ${j + 1}, ${columns[j]}, is ${value}; a cell is a finite number`,
    );
  };
  return written(pen, columns, rows, (row) => {
    const own = cells.map((column, j) => cellText(column, j, row));
    return pen.line(own.every((cell) => cell === "") ? own.map((_, j) => (j === 0 ? "NA" : "")) : own);
  });
}
