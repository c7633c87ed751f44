import { type Decimal, numberOf } from "./cells.ts";
import type { Row } from "./rows.ts";

/** What the cells are judged by. */
export interface Reader {
  readonly decimal: Decimal;
  readonly isGap: (cell: string) => boolean;
  readonly isText: (cell: string) => boolean;
}

/** Fewer rows than these tell nothing. */
const fewestRows = 3;

/**
 * Whether a first row that holds numbers names the columns below it: years, or the numbers that programs give to columns.
 * It does if its numbers are whole, all different and strictly unlike their columns, or if it is marked as names: it alone
 * is in quotes, or the place above an index is blank.
 */
export function numbersNameColumns(row: Row, body: readonly Row[], reader: Reader): boolean {
  const { decimal, isGap, isText } = reader;
  const columns = row.cells.map((head, j) => {
    const cells = body.map(({ cells }) => cells[j] ?? "").filter((cell) => !isGap(cell));
    const values = cells.map((cell) => numberOf(cell, decimal)).filter(Number.isFinite);
    return {
      head,
      cells,
      values,
      isNumeric: values.length > 0.8 * cells.length,
      hasGaps: cells.length < body.length,
    };
  });
  const numeric = columns.filter(({ isNumeric }) => isNumeric);
  if (numeric.length === 0) return false;
  const areQuoted = row.quotes?.every(Boolean) === true;
  if (areQuoted && body.some(({ quotes }) => quotes?.every(Boolean) !== true)) return true;

  // What recurs below is a value, not a name.
  if (columns.some(({ head, cells, isNumeric }) => !isNumeric && cells.includes(head))) return false;
  const heads = numeric.map(({ head }) => head).filter((head) => !isText(head) && head !== "");
  // Names alone above numbers; a broken number in a row of numbers is none.
  if (heads.length === 0) return numeric.some(({ head }) => isText(head));
  const numbers = heads.map((head) => (/^\d+$/.test(head) ? Number(head) : Number.NaN));
  if (numbers.some(Number.isNaN) || new Set(numbers).size < numbers.length) return false;
  const isRun = counts(numbers) && (numbers[0] ?? 0) < 2;
  const isBlankIndex = columns[0]?.head === "" && !columns[0].hasGaps;
  if (isBlankIndex && (isRun || numbers.length === 1)) return true;
  if (body.length < fewestRows) return false;

  // A run, or years in order, is a row like any other where other rows are such too.
  const areYearsInOrder = numbers.every(isYear) && isMonotone(numbers);
  const hasTitle = columns.some(({ head, isNumeric }) => !isNumeric && isText(head));
  const isAlike = ({ cells }: Row): boolean => {
    const values = cells.map((cell) => numberOf(cell, decimal)).filter(Number.isFinite);
    return isRun ? counts(values) : values.length > 0 && values.every(isYear);
  };
  const isSeries = numbers.length > 2 ? isRun || areYearsInOrder : hasTitle && areYearsInOrder;
  if (isSeries && !body.some(isAlike)) return true;

  return numeric.every(({ head, cells, values }) => {
    if (isText(head) || head === "") return true;
    if (numbers.length < 2 && !areYearsInOrder) return false;
    const fractions = cells.filter((cell) => /[.,e]/i.test(cell)).length;
    const isWholeAboveFractions = fractions >= 0.9 * cells.length;
    const isFromZero = isRun && numbers[0] === 0;
    return (
      isWholeAboveFractions ||
      distance(Number(head), values) > 10 ||
      (isFromZero && distance(Number(head), values) > 0 && !isMonotone(values))
    );
  });
}

function isYear(value: number): boolean {
  return Number.isInteger(value) && value >= 1500 && value <= 2100;
}

/** Whether numbers rise by 1. */
function counts(values: readonly number[]): boolean {
  return values.length > 1 && values.every((value, i) => value === (values[0] ?? 0) + i);
}

/** Whether numbers rise throughout, or fall throughout. */
function isMonotone(values: readonly number[]): boolean {
  const steps = values.slice(1).map((value, i) => Math.sign(value - (values[i] ?? 0)));
  return steps.every((step) => step !== 0 && step === steps[0]);
}

/** How far a number is outside others, in terms of how far they are from each other. */
function distance(value: number, others: readonly number[]): number {
  const [low, high] = [Math.min(...others), Math.max(...others)];
  const spread = Math.max(high - low, 0.1 * Math.max(Math.abs(high), Math.abs(low)), 1);
  return Math.max(low - value, value - high) / spread;
}
