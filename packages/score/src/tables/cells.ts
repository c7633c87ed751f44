/** The sign of decimal fractions. */
export type Decimal = "." | ",";

const numbers: Readonly<Record<Decimal, RegExp>> = {
  ".": /^\s*[+\-−]?(?:\d+\.?\d*|\.\d+)(?:e[+\-−]?\d+)?\s*$/i,
  ",": /^\s*[+\-−]?(?:\d+(?:,\d+)?|,\d+)(?:e[+\-−]?\d+)?\s*$/i,
};

/** The number that a cell writes out; infinite where it is too large, NaN where it is none. */
export function numberOf(cell: string, decimal: Decimal): number {
  if (!numbers[decimal].test(cell)) return Number.NaN;
  const value = Number(decimal === "." ? cell : cell.replace(",", "."));
  // The typographic minus.
  return Number.isNaN(value) ? Number(cell.replace(",", ".").replaceAll("−", "-")) : value;
}

/** Whether digits stand in groups of three, as in 1,234.5 or 1.234,5 or 1'234 or 1 234. */
export function hasThousands(cell: string): boolean {
  return /^[+\-−]?\d{1,3}(?:(?:,\d{3})+(?:\.\d*)?|(?:\.\d{3})+(?:,\d*)?|(?:[' ’\u00a0\u202f]\d{3})+(?:[.,]\d*)?)$/.test(
    cell,
  );
}

/** Whether a cell is a number in any of these ways with a percent sign or a currency's, as in 5 % or $1,234.50 or 12,34 €. */
export function hasUnit(cell: string): boolean {
  const bare = cell.replace(/^([+\-−]?)\p{Sc}\s*|\s*[%‰\p{Sc}]$/u, "$1");
  const isNumber = (decimal: Decimal): boolean => !Number.isNaN(numberOf(bare, decimal));
  return bare !== cell && (isNumber(".") || isNumber(",") || hasThousands(bare));
}

/** Whether a cell stands for a number without end, or too large for its program. */
export function isInfinite(cell: string): boolean {
  return /^[+\-−]?(?:inf(?:inity)?|∞|1\.#inf)$/i.test(cell);
}

/** What tells gaps from other cells, where some texts stand for gaps besides the usual ones. */
export function gapTest(missing: readonly string[] = []): (cell: string) => boolean {
  const texts = new Set(missing);
  const values = new Set(missing.map((text) => numberOf(text, ".")).filter(Number.isFinite));
  return (text) => {
    const cell = text.trim();
    return (
      cell === "" ||
      texts.has(cell) ||
      (values.size > 0 && (values.has(numberOf(cell, ".")) || values.has(numberOf(cell, ",")))) ||
      /^(?:n\/?a|#n\/?a|<na>|[+-]?nan(?:\(ind\))?|1\.#(?:qnan|ind)|null|none|nil)$/i.test(cell)
    );
  };
}

/** Whether a cell that is no number looks like what stands for gaps in some data: `?`, `-`, `***`, `missing`. */
export function looksMissing(cell: string): boolean {
  return /^(?:[^\p{L}\p{N}]+|missing|unknown|undefined|n\.\s?a\.|nd|#(?:div\/0|value|ref|num|name)[!?]?)$/iu.test(
    cell,
  );
}

/** What the cells of a column are that are no numbers, for a sentence such as "column 1 holds dates". */
export function kindOf(cells: readonly string[]): string {
  const all = (pattern: RegExp): boolean => cells.every((cell) => pattern.test(cell));
  if (all(/^(?:true|false|yes|no|t|f|y|n)$/i)) return "true or false";
  if (all(dates)) return "dates";
  if (all(/^\d{1,2}:\d\d(?::\d\d)?/)) return "times";
  return "text";
}

const month = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*";
const dates = new RegExp(
  "^(?:\\d{4}([-/.])\\d{1,2}(?:\\1\\d{1,2})?(?:[T ].*)?|\\d{1,2}([-/.])\\d{1,2}\\2\\d{2,4}(?: .*)?|" +
    `(?:[a-z]{2,9},? )?${month}\\.? \\d{1,4}(?:,? .*)?|\\d{1,2}[- ]${month}[- ]?\\d{0,4}(?: .*)?)$`,
  "i",
);
