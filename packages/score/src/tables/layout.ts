import { type Decimal, gapTest } from "./cells.ts";
import { guessHeader, type Header } from "./header.ts";
import type { Reading } from "./reading.ts";
import { TableError } from "./remark.ts";
import { type Row, rowsOf, usualWidth } from "./rows.ts";
import { worthOf } from "./worth.ts";

/** What a text's rows look like, as told or as guessed from its first lines. */
export interface Layout {
  readonly delimiter: string;
  readonly decimal: Decimal;
  readonly comment: string | undefined;
  readonly header: Header;
  /** Lines at the beginning that are comments without having been called that. */
  readonly commentLines: number;
}

/** Enough to tell. */
const sampleRows = 1000;
const sampleCells = 100_000;

/** The layout of a text: what `reading` says, and for the rest what explains the first thousand rows best. */
export function layoutOf(text: Iterable<string>, reading: Reading): Layout {
  const { comment = "#" } = reading;
  const { lines, last } = leadingLines(text, comment);
  const commentLines = reading.comment === undefined ? lines : 0;
  const cut = { comment: reading.comment ?? (lines > 0 ? comment : undefined), lenient: true };
  const hint = /^sep=(.)[ \t]*[\r\n]/i.exec(firstLine(text))?.[1];
  const delimiters = reading.delimiter ?? hint;
  const isGap = gapTest(reading.missing);
  const candidates = (delimiters === undefined ? usualDelimiters : [delimiters]).flatMap((delimiter) => {
    const rows = sample(text, { ...cut, delimiter }).slice(hint === undefined ? 0 : 1);
    return (reading.decimal === undefined ? decimals : [reading.decimal]).map((decimal) => ({
      delimiter,
      decimal,
      rows,
      worth: worthOf(rows, { delimiter, decimal, isTold: reading.decimal !== undefined, isGap }),
    }));
  });
  // The first of the best: the plain one, if it is among them.
  const best = candidates.reduce((most, next) => (next.worth > most.worth + 1e-9 ? next : most));
  const { delimiter, decimal, rows } = best;
  if (rows.length === 0) throw new TableError(["the text is empty; give it rows of numbers"]);
  const width = usualWidth(rows);
  const inComment =
    commentLines > 0 && last !== null ? sample([last.text], { delimiter, lenient: true })[0] : undefined;
  const header = guessHeader(
    rows.map((row) => fitted(row, width)),
    {
      width,
      decimal,
      isGap,
      given: reading.header,
      comment: inComment === undefined ? undefined : { ...inComment, line: last?.line ?? 0 },
    },
  );
  return { delimiter, decimal, comment: cut.comment, header, commentLines };
}

const usualDelimiters = [",", ";", "\t", "|", " "];
const decimals: readonly Decimal[] = [".", ","];

/** As many of the first parts as it takes to have the first line with its end. */
function firstLine(text: Iterable<string>): string {
  let start = "";
  for (const part of text) {
    start += part;
    if (/[\r\n]/.test(part)) break;
  }
  return start;
}

/** Lines at the beginning that start with a mark: how many there are, and the last one without its mark. */
function leadingLines(
  text: Iterable<string>,
  mark: string,
): { lines: number; last: { text: string; line: number } | null } {
  let lines = 0;
  let last: { text: string; line: number } | null = null;
  for (const { cells, line } of rowsOf(text, { delimiter: "\n", lenient: true })) {
    const [whole = ""] = cells;
    if (!whole.startsWith(mark)) break;
    lines += 1;
    last = { text: whole.slice(mark.length), line };
  }
  return { lines, last };
}

/** A row without the empty cells beyond a width, which delimiters at its end make. */
function fitted(row: Row, width: number): Row {
  const isLonger = row.cells.length > width && row.cells.slice(width).every((cell) => cell === "");
  return isLonger ? { ...row, cells: row.cells.slice(0, width) } : row;
}

function sample(text: Iterable<string>, cut: Parameters<typeof rowsOf>[1]): Row[] {
  const rows: Row[] = [];
  let cells = 0;
  for (const row of rowsOf(text, cut)) {
    if (row.cells.every((cell) => cell === "")) continue;
    rows.push(row);
    cells += row.cells.length;
    if (rows.length >= sampleRows || cells >= sampleCells) break;
  }
  return rows;
}

/** What stands between cells, in words. */
export function nameOfDelimiter(delimiter: string): string {
  return delimiter === " " ? "blanks" : delimiter === "\t" ? "tabs" : `"${delimiter}"`;
}
