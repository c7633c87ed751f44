import { type Decimal, hasThousands, hasUnit, numberOf } from "./cells.ts";
import { type Row, usualWidth } from "./rows.ts";

/** A way to cut and to read cells that is tried. */
export interface Trial {
  readonly delimiter: string;
  readonly decimal: Decimal;
  /** Whether the decimal sign was said. */
  readonly isTold: boolean;
  readonly isGap: (cell: string) => boolean;
}

/**
 * How well a delimiter and a decimal sign explain some rows: the share of rows of the same width, times the mean worth of
 * their cells, numbers being worth most. The first row of that width may be a header and is not looked at.
 */
export function worthOf(rows: readonly Row[], trial: Trial): number {
  const width = usualWidth(rows);
  const start = rows.findIndex(({ cells }) => cells.length === width);
  const body = rows.length - start > 1 ? rows.slice(start + 1) : rows.slice(Math.max(start, 0));
  const fitting = body.filter(({ cells }) => cells.length === width);
  if (fitting.length === 0 || isForced(rows, width, trial)) return 0;
  let worth = 0;
  for (const { cells, quotes } of fitting) {
    cells.forEach((cell, j) => {
      worth += worthOfCell(cell, quotes?.[j] === true, trial);
    });
  }
  const share = fitting.length / body.length;
  // Lines that stand before the table are likelier a table that is cut wrongly.
  return (start > 0 ? 0.95 : 1) * share * (worth / (fitting.length * width));
}

/**
 * Whether a decimal comma would be forced on rows that commas cut: "1,5" is one number between other delimiters, between
 * commas if it is in quotes, and alone in its line if no other line has a comma in its text and the first is a name.
 */
function isForced(rows: readonly Row[], width: number, { delimiter, decimal, isTold }: Trial): boolean {
  if (decimal === ".") return false;
  const isComma = (cell: string): boolean => !Number.isNaN(numberOf(cell, ",")) && cell.includes(",");
  if (delimiter === ",") {
    return !rows.some(({ cells, quotes }) => cells.some((cell, j) => quotes?.[j] === true && isComma(cell)));
  }
  if (width > 1) return false;
  const isTaken = ({ cells: [cell = ""] }: Row): boolean => cell.includes(",") && !isComma(cell);
  const isNamed = rows.length > 1 && Number.isNaN(numberOf(rows[0]?.cells[0] ?? "", ","));
  return rows.some(isTaken) || (!isNamed && !isTold);
}

function worthOfCell(cell: string, isQuoted: boolean, { delimiter, decimal, isGap }: Trial): number {
  // "1,234" in quotes because of its comma: thousands, as long as nothing else speaks for a decimal comma.
  if (!Number.isNaN(numberOf(cell, decimal))) return delimiter === decimal && hasThousands(cell) ? 0.6 : 1;
  if (cell === "") return 0.75;
  if (isGap(cell)) return 1;
  if (hasThousands(cell) || hasUnit(cell)) return 0.7;
  // Text, unless another delimiter stands in it.
  return isQuoted || !/[,;\t|]/.test(cell) ? 0.5 : 0;
}
