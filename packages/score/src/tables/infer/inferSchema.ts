import { shown, some } from "../columns.ts";
import { type Cells, checkMixedTable, type MixedTable } from "../mixedTable.ts";
import { checkOptions, type Rule } from "../reading.ts";
import { quoted, type Remark, TableError } from "../remark.ts";
import type { ColumnSchema, Schema } from "../schema.ts";
import type { TextCells } from "../texts.ts";
import { categoryColumn } from "./categoryColumn.ts";
import { dateColumn, dateColumnOf, usedIn } from "./dateColumn.ts";
import { continuousColumn, type Found, integerColumn } from "./numberColumn.ts";
import type { Inference, Marginals, Types } from "./options.ts";
import { principalCoordinate } from "./order.ts";
import { strangeRemark, unitRemarks } from "./strangeTexts.ts";
import { type ToldKind, toldKind } from "./types.ts";

/** What the columns of a table were found to hold. */
export interface InferredSchema {
  readonly schema: Schema;
  /** What was guessed that is not plain. */
  readonly remarks: readonly Remark[];
}

/** Texts are categories where they are so many at most, each twice on average. */
const [MOST_LABELS, REPEATS] = [50, 2];

/**
 * What the columns of a table hold, as far as it is not told. Numbers are `integer` where all are whole, else `real`; `positive`,
 * by their logarithm, where they span a factor of ten and that takes away most of their skewness; `bounded` where they fill
 * (0, 1) or (0, 100) to the ends. Texts are dates where all have one of the usual forms, and a `category` where they are at
 * most 50 and repeat.
 *
 * @throws TableError if a column is text that is neither a date nor a category, is empty, or is not what it is told to be
 * @throws TypeError | RangeError if an argument or an option is not what it should be
 * @example
 * ```ts
 * import { inferSchema, readMixedTable } from "@scoretape/score/tables";
 *
 * const { table } = readMixedTable("mass,sex\n3.5,male\n4.25,female\n3.25,female\n4.5,male\n");
 * const { schema } = inferSchema(table, { types: { mass: "positive" }, marginals: "plain" });
 * console.log(schema[0]); // { name: 'mass', kind: 'positive', decimals: 2 }
 * console.log(schema[1]?.kind); // category
 * ```
 */
export function inferSchema(table: MixedTable, inference: Inference = {}): InferredSchema {
  checkMixedTable("inferSchema", table);
  checkOptions("inferSchema", inference, inferenceRules);
  const { types = {}, marginals = "auto" } = inference;
  const { columns } = table;
  for (const name of Object.keys(types)) {
    if (!columns.includes(name)) {
      refuse([
        `there is no column ${shown(name)} to be ${types[name]}; the columns are ${some(columns.map(shown))}`,
      ]);
    }
  }
  const found = schemaOf(table, types, marginals);
  const isMixed = found.schema.some(({ kind }) => kind !== "real");
  return marginals === "auto" && isMixed ? schemaOf(table, types, "normal-score") : found;
}

function schemaOf(table: MixedTable, types: Types, marginals: Marginals): InferredSchema {
  const { columns } = table;
  const strange: { name: string; cells: Cells }[] = [];
  const along = lazily(() => principalCoordinate(table));
  const found = table.cells.map((cells, j): Found<ColumnSchema> => {
    const name = columns[j] ?? "";
    if (isEmpty(cells)) refuse([`${shown(name)} is empty: drop it with `, { drop: [name] }]);
    const type = Object.hasOwn(types, name) ? types[name] : undefined;
    const told = type === undefined ? null : toldKind("inferSchema", name, type);
    const own =
      told === null
        ? guessed(name, cells, along, marginals)
        : toldColumn(name, cells, told, along, marginals);
    if (own === null) strange.push({ name, cells });
    return { column: { name, ...(own?.column ?? { kind: "real" }) }, remarks: own?.remarks ?? [] };
  });
  if (strange.length > 0) refuse(strangeRemark(strange));
  return { schema: found.map(({ column }) => column), remarks: found.flatMap(({ remarks }) => remarks) };
}

const inferenceRules: Readonly<Record<keyof Inference, Rule>> = {
  types: [
    (value) =>
      typeof value === "object" &&
      value !== null &&
      !Array.isArray(value) &&
      Object.values(value).every((kind) => typeof kind === "string"),
    'an object of kinds by name, such as { year: "integer" }',
  ],
  marginals: [
    (value) => value === "auto" || value === "plain" || value === "normal-score",
    '"auto", "plain" or "normal-score"',
  ],
};

type Unnamed = ColumnSchema extends infer C ? (C extends unknown ? Omit<C, "name"> : never) : never;
type Along = () => Float64Array | null;

/** What a column is by its cells; null where that is not to be told. */
function guessed(name: string, cells: Cells, along: Along, marginals: Marginals): Found<Unnamed> | null {
  if (cells.kind === "number") {
    const numbers = { name, sorted: sortedIn(cells.values), told: null, marginals };
    return numbers.sorted.every(Number.isSafeInteger) ? integerColumn(numbers) : continuousColumn(numbers);
  }
  const dates = dateColumn(name, cells, marginals);
  if (dates !== null) return dates;
  const texts = usedIn(cells);
  const count = cells.codes.filter((code) => code >= 0).length;
  const isTrueOrFalse = texts.every((text) => /^(?:true|false|yes|no|t|f|y|n)$/i.test(text));
  if (!isTrueOrFalse && !(texts.length <= MOST_LABELS && REPEATS * texts.length <= count)) return null;
  return { column: categoryColumn(cells, along()), remarks: unitRemarks(name, texts) };
}

/** What a column is told to be. @throws TableError if it is not */
function toldColumn(
  name: string,
  cells: Cells,
  told: ToldKind,
  along: Along,
  marginals: Marginals,
): Found<Unnamed> {
  if (told.kind === "category") return { column: categoryColumn(cells, along()), remarks: [] };
  const fail = (row: number, cell: string, why: string, ...remedy: Remark): never =>
    refuse([
      `row ${row + 1}, column ${shown(name)}: ${cell} is ${why}, and the column is told to be ${told.kind}: `,
      ...remedy,
    ]);
  if (told.kind === "date") {
    if (cells.kind === "number") {
      const row = cells.values.findIndex((x) => !Number.isNaN(x));
      return fail(row, String(cells.values[row]), "a number", "take it for one with ", {
        types: { [name]: "integer" },
      });
    }
    if (told.format !== undefined) return dateColumnOf(name, cells, told.format, marginals);
    const dates = dateColumn(name, cells, marginals);
    const [text = ""] = usedIn(cells);
    return (
      dates ??
      fail(firstFilled(cells), quoted(text), "no date of a form that all have", "say which, such as ", {
        types: { [name]: "date(D/M/YYYY)" },
      })
    );
  }
  if (cells.kind === "text") {
    const row = firstFilled(cells);
    return fail(row, quoted(cells.texts[cells.codes[row] ?? 0] ?? ""), "text", "take it for labels with ", {
      types: { [name]: "category" },
    });
  }
  const [low, high] = told.bounds ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const asReal = { types: { [name]: "real" } };
  const check = (holds: (x: number) => boolean, why: string, ...remedy: Remark): void => {
    const row = cells.values.findIndex((x) => !Number.isNaN(x) && !holds(x));
    if (row >= 0) fail(row, String(cells.values[row]), why, ...remedy);
  };
  if (told.kind === "integer")
    check(
      Number.isSafeInteger,
      "no whole number that keeps its digits",
      "take it for any number with ",
      asReal,
    );
  if (told.kind === "positive")
    check((x) => x > 0, "not above 0", "correct it, or take it for any number with ", asReal);
  check((x) => x >= low && x <= high, `not from ${low} to ${high}`, "correct it, or widen the bounds");
  const numbers = { name, sorted: sortedIn(cells.values), told, marginals };
  return told.kind === "integer" ? integerColumn(numbers) : continuousColumn(numbers);
}

function isEmpty(cells: Cells): boolean {
  return cells.kind === "number" ? cells.values.every(Number.isNaN) : firstFilled(cells) < 0;
}

function firstFilled({ codes }: TextCells): number {
  return codes.findIndex((code) => code >= 0);
}

function sortedIn(values: Float64Array): Float64Array {
  return values.filter((x) => !Number.isNaN(x)).sort();
}

function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function refuse(remark: Remark): never {
  throw new TableError(remark, "inferSchema");
}
