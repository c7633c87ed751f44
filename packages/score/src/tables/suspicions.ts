import { labelOf } from "./columns.ts";
import type { Layout } from "./layout.ts";
import type { Remark } from "./remark.ts";
import type { ColumnFacts } from "./scan.ts";

/** Columns that may be no data: numbers of rows, and such as have no name. */
export function suspicions(columns: readonly ColumnFacts[], { header }: Layout, rows: number): Remark[] {
  return columns.flatMap(({ column, rises, counts, rounds }): Remark[] => {
    const remarks: Remark[] = [];
    const isNumbering = columns.length > 1 && ((counts && rows >= 3) || (rises && rows >= 8));
    const drop = { drop: [column.name] };
    if (isNumbering) {
      const what = counts ? "rises by 1 from row to row" : "holds whole numbers that rise from row to row";
      remarks.push([`${labelOf(column)}, ${what}: if it numbers the rows, drop it with `, drop]);
    } else if (!column.isNamed && header.names !== null) {
      remarks.push([
        `column ${column.at + 1} has no name in line ${header.line}: it is called ${column.name}`,
      ]);
    }
    if (rounds)
      remarks.push([
        `${labelOf(column)}, holds whole numbers too long for a float64, which are rounded: drop it with `,
        drop,
      ]);
    return remarks;
  });
}
