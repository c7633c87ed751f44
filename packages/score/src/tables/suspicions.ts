import { labelOf } from "./columns.ts";
import type { Layout } from "./layout.ts";
import { listed, type Remark } from "./remark.ts";
import type { ColumnFacts, Scan } from "./scan.ts";

/** Columns that may be no data: numbers of rows, and such as have no name; and numbers that may stand for gaps. */
export function suspicions(columns: readonly ColumnFacts[], { header }: Layout, scan: Scan): Remark[] {
  const { rows } = scan;
  return columns.flatMap((facts): Remark[] => {
    const { column, rises, counts, rounds } = facts;
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
    const marks = gapMarks(scan, facts);
    if (marks.length > 0)
      remarks.push([
        `${labelOf(column)}, holds ${listed(marks)}, far from all other numbers: if that stands for gaps, say so with `,
        { missing: marks },
      ]);
    return remarks;
  });
}

/** Numbers that stand for gaps in some data. */
const usualMarks = new Set([-99, -999, -9999, -99999, 999, 9999, 99999]);

/** Which of these come again in a column, farther from all other numbers than those are from each other. */
function gapMarks({ columns, rows, values }: Scan, facts: ColumnFacts): string[] {
  const [width, j] = [columns.length, columns.indexOf(facts)];
  const counts = new Map<number, number>();
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let row = 0; row < rows; row++) {
    const value = values[row * width + j] ?? Number.NaN;
    if (usualMarks.has(value)) counts.set(value, (counts.get(value) ?? 0) + 1);
    else if (value < low || value > high) [low, high] = [Math.min(low, value), Math.max(high, value)];
  }
  return [...counts]
    .filter(([value, count]) => count > 1 && low <= high && Math.max(low - value, value - high) > high - low)
    .map(([value]) => String(value));
}
