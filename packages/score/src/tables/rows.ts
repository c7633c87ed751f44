import { lineEnds } from "./decode.ts";
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
 * The rows of a text that comes in parts, without empty lines and comments. A part may end anywhere: what it leaves of a row
 * waits for the next, and twice as much each time, so that a cell over many parts takes no longer than its length. Line ends are `\n`, `\r\n` and `\r` in any mixture; cells in
 * quotes may hold delimiters, line ends and, doubled, quotes.
 *
 * @throws TableError if a quote does not end, or its cell goes on behind it.
 */
export function* rowsOf(
  parts: Iterable<string>,
  { delimiter, comment, lenient = false }: Cut,
): Generator<Row> {
  const between = delimiter === " " ? /[ \t]+/ : delimiter;
  const pattern = cellPattern(delimiter);
  const window = new Window(parts);
  try {
    yield* rowsIn(window, { between, pattern, comment, lenient });
  } finally {
    window.close();
  }
}

function* rowsIn(
  window: Window,
  {
    between,
    pattern,
    comment,
    lenient,
  }: Pick<Cut, "comment"> & { between: string | RegExp; pattern: RegExp; lenient: boolean },
): Generator<Row> {
  let line = 1;
  for (;;) {
    const { text, at, isLast } = window;
    const stop = window.lineEnd();
    if (!isLast && stop >= text.length - 1) {
      // The line goes on in the next part, or the second half of its end may.
      window.extend();
      continue;
    }
    if (at >= text.length) return;
    const whole = text.slice(at, stop);
    const content = whole.trim();
    const isSkipped = content === "" || (comment !== undefined && content.startsWith(comment));
    if (isSkipped || !whole.includes('"')) {
      if (!isSkipped) {
        // A tab at an end is a delimiter where cells are apart by tabs.
        const cells = (between === "\t" ? whole : content).split(between);
        yield { line, cells: cells.map((cell) => cell.trim()), quotes: null };
      }
      window.at = stop + (text.startsWith("\r\n", stop) ? 2 : 1);
      line += 1;
    } else {
      const { cells, quotes, end, unclosed, isOpen } = rowWithQuotes(text, at, pattern);
      if (!isLast && (isOpen || end >= text.length)) {
        window.extend();
        continue;
      }
      if (unclosed !== null && !lenient) {
        throw new TableError([
          `line ${line + lineEnds(text.slice(at, unclosed))}: the quote before ` +
            `${quoted(text.slice(unclosed + 1).split(/[\r\n]/, 1)[0] ?? "")} does not end where its cell does; ` +
            "close it, or double the quotes inside a cell",
        ]);
      }
      yield { line, cells, quotes };
      line += lineEnds(text.slice(at, end));
      window.at = end;
    }
  }
}

/** The stretch of a text that is being read. */
class Window {
  private readonly parts: Iterator<string>;
  text = "";
  /** Where the next row begins; it must not fall. */
  at = 0;
  /** Whether the text ends with this stretch. */
  isLast = false;
  private next = { "\n": -1, "\r": -1 };

  constructor(parts: Iterable<string>) {
    this.parts = parts[Symbol.iterator]();
  }

  /** Lets go of what was read, and takes at least as much more as is left. */
  extend(): void {
    let text = this.text.slice(this.at);
    const wanted = 2 * text.length + 1;
    while (!this.isLast && text.length < wanted) {
      const { done, value } = this.parts.next();
      if (done === true) this.isLast = true;
      else text += value;
    }
    this.text = text;
    this.at = 0;
    this.next = { "\n": -1, "\r": -1 };
  }

  /** The first line end from the next row on; the end of the stretch where there is none. */
  lineEnd(): number {
    return Math.min(this.find("\n"), this.find("\r"));
  }

  close(): void {
    this.parts.return?.();
  }

  private find(mark: "\n" | "\r"): number {
    if (this.next[mark] < this.at) {
      const found = this.text.indexOf(mark, this.at);
      this.next[mark] = found < 0 ? this.text.length : found;
    }
    return this.next[mark];
  }
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

/**
 * A row from its start on, where its end is, where the first quote is that does not end as it should, and whether one is open to
 * the end of the text, so that it may yet end where there is more.
 */
function rowWithQuotes(
  text: string,
  start: number,
  pattern: RegExp,
): { cells: string[]; quotes: boolean[]; end: number; unclosed: number | null; isOpen: boolean } {
  const cells: string[] = [];
  const quotes: boolean[] = [];
  let unclosed: number | null = null;
  let isOpen = false;
  pattern.lastIndex = start;
  for (;;) {
    const begin = pattern.lastIndex;
    const [, inQuotes, bare = "", end = ""] = pattern.exec(text) ?? [];
    cells.push(inQuotes === undefined ? bare.trim() : inQuotes.replaceAll('""', '"'));
    quotes.push(inQuotes !== undefined);
    if (bare.trimStart().startsWith('"')) {
      toTheEnd.lastIndex = text.indexOf('"', begin);
      unclosed ??= toTheEnd.lastIndex;
      isOpen ||= toTheEnd.test(text);
    }
    if (end === "" || /[\r\n]$/.test(end)) {
      return { cells, quotes, end: pattern.lastIndex, unclosed, isOpen };
    }
  }
}

/** A quote that is not closed, though the last character may be a quote that closes it or the first of two. */
const toTheEnd = /"[^"]*(?:""[^"]*)*"?$/y;

/** The number of cells that most rows have; the first of several. */
export function usualWidth(rows: readonly Row[]): number {
  const counts = new Map<number, number>();
  for (const { cells } of rows) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1);
  let [usual, most] = [0, 0];
  for (const [width, count] of counts) if (count > most) [usual, most] = [width, count];
  return usual;
}
