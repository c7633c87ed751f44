import { hasOwn } from "./own.ts";

/** The cells of a column: numbers, or texts of which every row has one by its place in a list. */
export type Cells =
  | {
      readonly kind: "number";
      /** NaN is a gap. */
      readonly values: Float64Array;
    }
  | {
      readonly kind: "text";
      readonly texts: readonly string[];
      /** The place of each row's text; −1 is a gap. */
      readonly codes: Int32Array;
    };

/** A table whose columns are numbers or texts, column by column. */
export interface MixedTable {
  readonly columns: readonly string[];
  readonly rows: number;
  readonly cells: readonly Cells[];
}

/** Throws, naming the function, unless a value is a table whose columns have as many cells as it has rows. */
export function checkMixedTable(name: string, table: MixedTable): void {
  const { columns, rows, cells } = table ?? {};
  const remedy = "give { columns, rows, cells }, as readMixedTable does";
  if (!Array.isArray(columns) || !columns.every((title) => typeof title === "string")) {
    throw new TypeError(`${name}: the table's columns are no list of texts; ${remedy}`);
  }
  if (!Array.isArray(cells) || cells.length !== columns.length) {
    throw new TypeError(`${name}: the table's cells are no list of a column's cells each; ${remedy}`);
  }
  if (!Number.isSafeInteger(rows) || rows < 0) {
    throw new RangeError(`${name}: the table has ${String(rows)} rows; ${remedy}`);
  }
  cells.forEach((column: unknown, j) => {
    const length = lengthOf(column);
    if (length === null) {
      throw new TypeError(
        `${name}: the cells of column ${j + 1}, ${columns[j]}, are neither { kind: "number", values } nor { kind: "text", texts, codes }`,
      );
    }
    if (length !== rows) {
      throw new RangeError(`${name}: column ${j + 1}, ${columns[j]}, has ${length} cells, not ${rows}`);
    }
  });
}

/** How many cells a column has; null where it is none. */
function lengthOf(cells: unknown): number | null {
  if (hasOwn(cells, "values") && hasOwn(cells, "kind") && cells.kind === "number") {
    return cells.values instanceof Float64Array ? cells.values.length : null;
  }
  if (!hasOwn(cells, "codes") || !hasOwn(cells, "texts") || !hasOwn(cells, "kind") || cells.kind !== "text") {
    return null;
  }
  const { codes, texts } = cells;
  if (!(codes instanceof Int32Array) || !Array.isArray(texts)) return null;
  const areTexts = texts.every((text) => typeof text === "string");
  return areTexts && codes.every((code) => code >= -1 && code < texts.length) ? codes.length : null;
}
