import { labelsOf } from "./columns.ts";
import type { Reading } from "./reading.ts";
import { counted, type Remark } from "./remark.ts";
import type { ColumnFacts, Scan } from "./scan.ts";

/** The rows of some columns that are numbers throughout, or with gaps all rows. */
export function chosenRows(
  { columns, rows, values }: Scan,
  chosen: readonly ColumnFacts[],
  withGaps: boolean,
): { rows: number; values: Float64Array } {
  const width = columns.length;
  const isChosen = new Set(chosen);
  const places = columns.flatMap((column, j) => (isChosen.has(column) ? [j] : []));
  let count = 0;
  const isFull = (row: number): boolean =>
    withGaps || places.every((j) => !Number.isNaN(values[row * width + j]));
  for (let row = 0; row < rows; row++) if (isFull(row)) count += 1;
  const full = new Float64Array(count * places.length);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    if (!isFull(row)) continue;
    for (const j of places) full[at++] = values[row * width + j] ?? Number.NaN;
  }
  return { rows: count, values: full };
}

/** That rows have gaps, and in which columns; what to do about it, where leaving them out would leave none. */
export function gapsRemark(
  columns: readonly ColumnFacts[],
  count: number,
  rows: number,
  { gaps }: Reading,
): Remark {
  const gappy = columns.filter((facts) => facts.gaps > 0);
  const cells = gappy.reduce((sum, facts) => sum + facts.gaps, 0);
  const where = `${labelsOf(gappy.map(({ column }) => column))}`.replace(/,$/, "");
  const what = `${count} of ${counted(rows, "row")} ${count === 1 ? "has" : "have"} gaps (${counted(cells, "cell")}), in ${where}: `;
  if (gaps !== "drop") return [`${what}leave ${count === 1 ? "it" : "them"} out with `, { gaps: "drop" }];
  const worst = gappy.reduce((most, next) => (next.gaps > most.gaps ? next : most));
  return [`${what}no row is left; drop the emptiest column with `, { drop: [worst.column.name] }];
}
