import {
  type Cells,
  type ColumnSchema,
  type Schema,
  TableError,
  tableEncoder,
} from "@scoretape/score/tables";
import { suggestion } from "../terminal/nearest.ts";
import { UserError } from "../terminal/user-error.ts";

/** The numbers between two bounds, which belong to it or not; of dates the numbers that stand for them. */
export interface Range {
  readonly low: number;
  readonly high: number;
  readonly includesLow: boolean;
  readonly includesHigh: boolean;
  /** The bounds as they are typed. */
  readonly texts: { readonly low: string; readonly high: string };
}

/** What samples are to be like: by the names of columns. */
export interface Conditions {
  /** The text of what a column is equal to. */
  readonly equal: ReadonlyMap<string, string>;
  readonly ranges: ReadonlyMap<string, Range>;
}

const EVERYTHING: Range = {
  low: Number.NEGATIVE_INFINITY,
  high: Number.POSITIVE_INFINITY,
  includesLow: true,
  includesHigh: true,
  texts: { low: "", high: "" },
};

/** Whether a number is in a range. */
export function isIn({ low, high, includesLow, includesHigh }: Range, value: number): boolean {
  return (includesLow ? value >= low : value > low) && (includesHigh ? value <= high : value < high);
}

/**
 * Conditions from texts such as `species=Adelie` and `bill>40`.
 *
 * @throws UserError if a column is not the model's, a value none of its column, or no sample can fulfil all of them
 */
export function conditionsOf(texts: readonly string[], schema: Schema): Conditions {
  const equal = new Map<string, string>();
  const ranges = new Map<string, Range>();
  for (const text of texts) {
    const { column, sign, value } = parsed(text, schema);
    if (sign === "=") {
      const other = equal.get(column.name);
      if (other !== undefined && !isSame(column, other, value)) {
        throw contradiction(`${column.name}=${other}`, text);
      }
      checkValue(text, column, value);
      equal.set(column.name, value);
    } else {
      const before = ranges.get(column.name) ?? EVERYTHING;
      const next = narrowed(before, sign, boundOf(text, column, value), value);
      const isEmpty =
        next.low > next.high || (next.low === next.high && !(next.includesLow && next.includesHigh));
      if (isEmpty) throw contradiction(rangeText(column.name, before), text);
      ranges.set(column.name, next);
    }
  }
  for (const [name, value] of equal) {
    const range = ranges.get(name);
    if (range === undefined) continue;
    const column = schema.find((one) => one.name === name);
    const isInside = column !== undefined && isIn(range, boundOf(`${name}=${value}`, column, value));
    if (!isInside) throw contradiction(`${name}=${value}`, rangeText(name, range));
    ranges.delete(name);
  }
  return { equal, ranges };
}

type Sign = "=" | "<" | "<=" | ">" | ">=";

/** The name before the first sign that is a column's: names may hold signs. */
function parsed(
  text: string,
  schema: Schema,
): { readonly column: ColumnSchema; readonly sign: Sign; readonly value: string } {
  const splits = [...text.matchAll(/<=|>=|=|<|>/g)].map(({ 0: sign, index }) => ({
    name: text.slice(0, index).trim(),
    sign,
    value: text.slice(index + sign.length).trim(),
  }));
  for (const { name, sign, value } of splits) {
    const column = schema.find((one) => one.name === name);
    if (column === undefined || !isSign(sign)) continue;
    if (value === "") throw new UserError(`--given ${text}: nothing stands after the ${sign}; give a value`);
    return { column, sign, value };
  }
  const [first] = splits;
  if (first === undefined || first.name === "") {
    throw new UserError(
      `--given ${text} is no condition; give a column, one of = < <= > >=, and a value, such as ${schema[0]?.name}=1`,
    );
  }
  const names = schema.map(({ name }) => name);
  throw new UserError(
    `--given ${text}: the model has no column ${first.name};${suggestion(first.name, names)} it has ${names.join(", ")}`,
  );
}

function isSign(sign: string): sign is Sign {
  return ["=", "<", "<=", ">", ">="].includes(sign);
}

/** Throws unless a column may be equal to a value; what a date is the encoder sees. */
function checkValue(text: string, column: ColumnSchema, value: string): void {
  const { kind, name } = column;
  if (kind === "date") return;
  if (kind === "category") {
    if (column.labels.includes(value)) return;
    const shown = column.labels.slice(0, 12).join(", ");
    throw new UserError(
      `--given ${text}: the model saw no ${value} in column ${name};${suggestion(value, column.labels)} there are ` +
        `${shown}${column.labels.length > 12 ? ", …" : ""}`,
    );
  }
  numberOf(text, name, value);
}

function boundOf(text: string, column: ColumnSchema, value: string): number {
  const { kind, name } = column;
  if (kind === "category") {
    throw new UserError(
      `--given ${text}: < and > are for numbers and dates, and column ${name} has labels; use =`,
    );
  }
  if (kind !== "date") return numberOf(text, name, value);
  try {
    return placesOf(column, { kind: "text", texts: [value], codes: Int32Array.of(0) })[0] ?? Number.NaN;
  } catch (error) {
    if (!(error instanceof TableError)) throw error;
    throw new UserError(
      `--given ${text}: column ${name} has dates of the form ${column.format}, and ${value} is none`,
      {
        cause: error,
      },
    );
  }
}

/** Cells as numbers that rise with them: dates by their coordinates at noon. */
export function placesOf(column: ColumnSchema, cells: Cells): Float64Array {
  if (cells.kind === "number") return cells.values;
  const rows = cells.codes.length;
  const table = { columns: [column.name], rows, cells: [cells] };
  return tableEncoder([column]).encode(table, new Float64Array(rows).fill(0.5));
}

function numberOf(text: string, name: string, value: string): number {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value) && Number.isFinite(Number(value)))
    return Number(value);
  throw new UserError(`--given ${text}: column ${name} has numbers, and ${value} is none`);
}

function isSame({ kind }: ColumnSchema, a: string, b: string): boolean {
  return a === b || (kind !== "category" && kind !== "date" && Number(a) === Number(b));
}

function narrowed(range: Range, sign: Exclude<Sign, "=">, bound: number, typed: string): Range {
  const includes = sign.endsWith("=");
  if (sign.startsWith(">")) {
    if (bound < range.low) return range;
    const includesLow = includes && (bound > range.low || range.includesLow);
    return { ...range, low: bound, includesLow, texts: { ...range.texts, low: typed } };
  }
  if (bound > range.high) return range;
  const includesHigh = includes && (bound < range.high || range.includesHigh);
  return { ...range, high: bound, includesHigh, texts: { ...range.texts, high: typed } };
}

/** A range as it is typed. */
export function rangeText(name: string, { low, high, includesLow, includesHigh, texts }: Range): string {
  return [
    ...(low === Number.NEGATIVE_INFINITY ? [] : [`${name}>${includesLow ? "=" : ""}${texts.low}`]),
    ...(high === Number.POSITIVE_INFINITY ? [] : [`${name}<${includesHigh ? "=" : ""}${texts.high}`]),
  ].join(",");
}

function contradiction(one: string, other: string): UserError {
  return new UserError(`--given ${one} and ${other} contradict each other; no sample fulfils both`);
}
