import { labelled } from "../tables/kinds/categories.ts";
import type { MixedTable } from "../tables/mixedTable.ts";
import type { ColumnSchema, Schema } from "../tables/schema.ts";
import { tableEncoder } from "../tables/tableEncoder.ts";

/** A column as numbers; NaN is a gap. */
export interface FeatureColumn {
  readonly name: string;
  /** Whether the numbers are those of labels, from 0. */
  readonly isCategory: boolean;
  readonly values: Float64Array;
}

/** The rows of a table as columns of numbers. */
export interface Features {
  readonly rows: number;
  readonly columns: readonly FeatureColumn[];
}

/** The middle of what a whole number becomes. */
const MIDDLE = 0.5;

/**
 * The columns of a table as numbers that rise with the values: numbers and dates by their coordinates, labels by their places
 * in the schema.
 */
export function featuresOf(schema: Schema, table: MixedTable): Features {
  const d = schema.length;
  const points = tableEncoder(schema).encode(table, new Float64Array(table.rows * d).fill(MIDDLE));
  return {
    rows: table.rows,
    columns: schema.map((column, j): FeatureColumn => {
      const { name } = column;
      return column.kind === "category"
        ? { name, isCategory: true, values: placesOf(column, table) }
        : {
            name,
            isCategory: false,
            values: Float64Array.from({ length: table.rows }, (_, row) => points[row * d + j] as number),
          };
    }),
  };
}

function placesOf(
  { name, labels }: ColumnSchema & { readonly kind: "category" },
  table: MixedTable,
): Float64Array {
  const cells = table.cells[table.columns.indexOf(name)];
  if (cells === undefined) return new Float64Array();
  const { texts, codes } = labelled(cells);
  const places = texts.map((text) => labels.indexOf(text));
  return Float64Array.from(codes, (code) => (code < 0 ? Number.NaN : (places[code] as number)));
}

/** Some of the rows, in their order. */
export function rowsOf({ columns }: Features, chosen: ArrayLike<number>): Features {
  const some = (values: Float64Array): Float64Array =>
    Float64Array.from(chosen, (row) => values[row] as number);
  return {
    rows: chosen.length,
    columns: columns.map((column) => ({ ...column, values: some(column.values) })),
  };
}

/** The rows of both, one after the other. */
export function joined(a: Features, b: Features): Features {
  return {
    rows: a.rows + b.rows,
    columns: a.columns.map((column, j) => {
      const values = new Float64Array(a.rows + b.rows);
      values.set(column.values);
      values.set(b.columns[j]?.values ?? [], a.rows);
      return { ...column, values };
    }),
  };
}
