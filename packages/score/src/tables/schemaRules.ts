import { dateFormat } from "./kinds/dateFormat.ts";
import { hasOwn } from "./own.ts";
import { columnKinds, type Schema } from "./schema.ts";

/** Throws, naming the function, unless a value is a schema. */
export function checkSchema(name: string, schema: unknown): asserts schema is Schema {
  const fault = schemaFault(schema);
  if (fault !== null) throw new RangeError(`${name}: the schema ${fault}`);
}

// The bounds are far from anything that trains; they keep a forged schema from asking for all the memory.
const MOST_COLUMNS = 100_000;
const MOST_LABELS = 1_000_000;
const MOST_KNOTS = 10_000;
const MOST_DECIMALS = 20;
const MOST_MARGIN = 8;

/** What keeps a value from being a schema, as the end of a sentence; null where nothing does. */
export function schemaFault(schema: unknown): string | null {
  if (!Array.isArray(schema) || schema.length === 0 || schema.length > MOST_COLUMNS) {
    return "is no list of a description of each column";
  }
  const names = new Set<unknown>();
  for (const [j, column] of schema.entries()) {
    const fault = columnFault(column);
    if (fault !== null) return `has a column ${j + 1} ${fault}`;
    if (hasOwn(column, "name")) names.add(column.name);
  }
  return names.size === schema.length ? null : "names two columns alike";
}

/** A field's rule: a test, and the words for it. */
type Rule = readonly [holds: (value: unknown, column: object) => boolean, rule: string];

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const isText = (value: unknown): value is string => typeof value === "string" && !/\0/.test(value);
const isRising = (values: readonly number[]): boolean =>
  values.every((value, i) => i === 0 || value > (values[i - 1] ?? value));
const isList = <T>(value: unknown, holds: (item: unknown) => item is T, most: number): value is T[] =>
  Array.isArray(value) && value.length > 0 && value.length <= most && value.every(holds);

const decimals: Rule = [
  (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MOST_DECIMALS,
  `a whole number from 0 to ${MOST_DECIMALS}`,
];
const marginal: Rule = [
  isNormalScore,
  "values that do not fall, no one more than twice, and as many rising shares of the rows, from 0 to 1 in atoms alone",
];
const sharesOf =
  (key: string): Rule[0] =>
  (value, column) => {
    const list = hasOwn(column, key) ? column[key] : null;
    const isShare = (share: unknown): share is number => isNumber(share) && share >= 1e-9 && share <= 1;
    return isList(value, isShare, MOST_LABELS) && Array.isArray(list) && value.length === list.length;
  };
const shareRule = "a share of the rows for each, above 0";
const isMargin = (value: unknown): value is number => isNumber(value) && value >= 1 && value <= MOST_MARGIN;
const marginRule = `a number from 1 to ${MOST_MARGIN}`;

const continuous = { "decimals?": decimals, "marginal?": marginal };
const rules: Readonly<Record<(typeof columnKinds)[number], Readonly<Record<string, Rule>>>> = {
  real: continuous,
  positive: {
    ...continuous,
    "marginal?": [
      (value) => isNormalScore(value) && value.values.every((x) => x > 0),
      `${marginal[1]}, all above 0`,
    ],
  },
  bounded: {
    ...continuous,
    low: [isNumber, "a finite number"],
    high: [
      (value, column) =>
        isNumber(value) &&
        hasOwn(column, "low") &&
        isNumber(column.low) &&
        value > column.low &&
        isNumber(value - column.low),
      "a finite number above low",
    ],
    "marginal?": [
      (value, column) => isNormalScore(value) && value.values.every((x) => isBetween(x, column)),
      `${marginal[1]}, all from low to high`,
    ],
  },
  integer: {
    "values?": [
      (value, column) =>
        isList(value, (x): x is number => Number.isSafeInteger(x), MOST_LABELS) &&
        isRising(value) &&
        hasOwn(column, "shares") &&
        !["low", "high", "scale", "marginal"].some((key) => hasOwn(column, key)),
      "a rising list of whole numbers, with their shares and without low, high, scale and marginal",
    ],
    "shares?": [sharesOf("values"), shareRule],
    "margin?": [
      (value, column) => isMargin(value) && hasOwn(column, "values"),
      `${marginRule}, beside values`,
    ],
    "low?": [Number.isSafeInteger, "a whole number"],
    "high?": [
      (value, column) =>
        Number.isSafeInteger(value) &&
        isBetween(Number(value), { low: Number.NEGATIVE_INFINITY, ...column, high: value }),
      "a whole number, not below low",
    ],
    "scale?": [
      (value, column) => value === "log" && hasOwn(column, "low") && isNumber(column.low) && column.low >= 0,
      '"log", with a low that is not below 0',
    ],
    "marginal?": [
      (value, column) =>
        isNormalScore(value) && (!hasOwn(column, "scale") || value.values.every((x) => x > 0)),
      `${marginal[1]}, above 0 where the scale is log`,
    ],
  },
  category: {
    labels: [
      (value) => isList(value, isText, MOST_LABELS) && new Set(value).size === value.length,
      "a list of texts in which no text stands twice",
    ],
    shares: [sharesOf("labels"), shareRule],
    "margin?": [isMargin, marginRule],
  },
  date: {
    format: [
      (value) => isText(value) && value.length <= 40 && dateFormat(value) !== null,
      "a way to write dates, such as YYYY-MM-DD",
    ],
    "marginal?": marginal,
  },
};

function columnFault(column: unknown): string | null {
  if (!hasOwn(column, "name") || !isText(column.name) || column.name === "") return "without a name";
  const kind = columnKinds.find((one) => hasOwn(column, "kind") && column.kind === one);
  if (kind === undefined) return `that is none of ${columnKinds.join(", ")}`;
  const own = rules[kind];
  const known = new Set(["name", "kind", ...Object.keys(own).map((key) => key.replace("?", ""))]);
  const strange = Object.keys(column).find((key) => !known.has(key));
  if (strange !== undefined) return `with ${JSON.stringify(strange)}, which is nothing of ${kind} columns`;
  for (const [key, [holds, rule]] of Object.entries(own)) {
    const field = key.replace("?", "");
    const isThere = hasOwn(column, field) && column[field] !== undefined;
    if (!isThere && key !== field) continue;
    if (!isThere || !holds(column[field], column)) return `whose ${field} is not what it must be: ${rule}`;
  }
  return null;
}

function isBetween(x: number, column: object): boolean {
  return (
    hasOwn(column, "low") &&
    hasOwn(column, "high") &&
    typeof column.low === "number" &&
    typeof column.high === "number" &&
    x >= column.low &&
    x <= column.high
  );
}

function isNormalScore(
  value: unknown,
): value is { readonly values: readonly number[]; readonly shares: readonly number[] } {
  if (!hasOwn(value, "values") || !hasOwn(value, "shares")) return false;
  const { values, shares, ...others } = value;
  const isKnown = ([key, own]: readonly [string, unknown]): boolean =>
    key === "margin" && (own === undefined || isMargin(own));
  if (!Object.entries(others).every(isKnown)) return false;
  if (!isList(values, isNumber, MOST_KNOTS) || !isList(shares, isNumber, MOST_KNOTS)) return false;
  const last = values.length - 1;
  const isAtom = (k: number): boolean => values[k] === values[k - 1];
  const fits = shares.length === values.length && isRising(shares) && values[0] !== values[last];
  const isSorted = values.every(
    (x, k) => k === 0 || x > (values[k - 1] ?? x) || (isAtom(k) && (k === 1 || !isAtom(k - 1))),
  );
  const [first = -1, end = 2] = [shares[0], shares[last]];
  const inside = (first > 0 || (first === 0 && isAtom(1))) && (end < 1 || (end === 1 && isAtom(last)));
  return fits && isSorted && inside;
}
