import { quoted, TableError } from "./remark.ts";

/** The cells of a line, or of several where a line end is in quotes. */
export interface Row {
  /** Where it begins, counted from 1. */
  readonly line: number;
  /** Without the blanks and the quotes around them. */
  readonly cells: readonly string[];
  /** Which of them were in quotes; null where none was. */
  readonly quotes: readonly boolean[] | null;
}

/** What cuts a text into rows and cells. */
export interface Cut {
  /** One character, or a blank for any run of blanks and tabs. */
  readonly delimiter: string;
  /** What lines begin with that are left out. */
  readonly comment?: string | undefined;
  /** Whether quotes that do not end are taken as they stand: while a delimiter is only tried. */
  readonly lenient?: boolean;
}

/**
 * The rows of a text, without empty lines and comments. Line ends are `\n`, `\r\n` and `\r` in any mixture; cells in
 * quotes may hold delimiters, line ends and, doubled, quotes.
 *
 * @throws TableError if a quote does not end, or its cell goes on behind it.
 */
export function* rowsOf(text: string, { delimiter, comment, lenient = false }: Cut): Generator<Row> {
  const between = delimiter === " " ? /[ \t]+/ : delimiter;
  const pattern = cellPattern(delimiter);
  const lineEnd = lineEndFinder(text);
  let line = 1;
  for (let at = 0; at < text.length; ) {
    const stop = lineEnd(at);
    const whole = text.slice(at, stop);
    const content = whole.trim();
    const isSkipped = content === "" || (comment !== undefined && content.startsWith(comment));
    if (isSkipped || !whole.includes('"')) {
      if (!isSkipped) {
        // A tab at an end is a delimiter where cells are apart by tabs.
        const cells = (delimiter === "\t" ? whole : content).split(between);
        yield { line, cells: cells.map((cell) => cell.trim()), quotes: null };
      }
      at = stop + (text.startsWith("\r\n", stop) ? 2 : 1);
      line += 1;
    } else {
      const { cells, quotes, end, unclosed } = rowWithQuotes(text, at, pattern);
      if (unclosed !== null && !lenient) {
        throw new TableError([
          `line ${line + lineEnds(text.slice(at, unclosed))}: the quote before ` +
            `${quoted(text.slice(unclosed + 1).split(/[\r\n]/, 1)[0] ?? "")} does not end where its cell does; ` +
            "close it, or double the quotes inside a cell",
        ]);
      }
      yield { line, cells, quotes };
      line += lineEnds(text.slice(at, end));
      at = end;
    }
  }
}

/** Finds the first line end from a place on; the places must not fall. */
function lineEndFinder(text: string): (from: number) => number {
  const next = { "\n": -1, "\r": -1 };
  const find = (mark: "\n" | "\r", from: number): number => {
    if (next[mark] < from) {
      const found = text.indexOf(mark, from);
      next[mark] = found < 0 ? text.length : found;
    }
    return next[mark];
  };
  return (from) => Math.min(find("\n", from), find("\r", from));
}

function lineEnds(text: string): number {
  return text.match(/\r\n?|\n/g)?.length ?? 0;
}

/** One cell, in quotes or bare, and what ends it. */
function cellPattern(delimiter: string): RegExp {
  const inQuotes = '"([^"]*(?:""[^"]*)*)"';
  if (delimiter === " ") {
    return new RegExp(`[ \\t]*(?:${inQuotes}|([^ \\t\\r\\n]*))([ \\t]*(?:\\r\\n?|\\n|$)|[ \\t]+)`, "y");
  }
  const blank = delimiter === "\t" ? "[ ]" : "[ \\t]";
  const mark = delimiter.replace(/[\\^$.*+?()[\]{}|/-]/, "\\$&");
  return new RegExp(`${blank}*(?:${inQuotes}${blank}*|([^${mark}\\r\\n]*))(${mark}|\\r\\n?|\\n|$)`, "y");
}

/** A row from its start on, where its end is, and where the first quote is that does not end as it should. */
function rowWithQuotes(
  text: string,
  start: number,
  pattern: RegExp,
): { cells: string[]; quotes: boolean[]; end: number; unclosed: number | null } {
  const cells: string[] = [];
  const quotes: boolean[] = [];
  let unclosed: number | null = null;
  pattern.lastIndex = start;
  for (;;) {
    const begin = pattern.lastIndex;
    const [, inQuotes, bare = "", end = ""] = pattern.exec(text) ?? [];
    cells.push(inQuotes === undefined ? bare.trim() : inQuotes.replaceAll('""', '"'));
    quotes.push(inQuotes !== undefined);
    if (bare.trimStart().startsWith('"')) unclosed ??= text.indexOf('"', begin);
    if (end === "" || /[\r\n]$/.test(end)) return { cells, quotes, end: pattern.lastIndex, unclosed };
  }
}

/** The number of cells that most rows have; the first of several. */
export function usualWidth(rows: readonly Row[]): number {
  const counts = new Map<number, number>();
  for (const { cells } of rows) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1);
  let [usual, most] = [0, 0];
  for (const [width, count] of counts) if (count > most) [usual, most] = [width, count];
  return usual;
}
