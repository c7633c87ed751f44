import type { Tensor } from "@scoretape/autograd";
import {
  type Cells,
  type ColumnSchema,
  type Schema,
  type Table,
  tableEncoder,
} from "@scoretape/score/tables";
import type { Labels } from "../plots/axis-labels.ts";

/** Labels lie so far from each other that their rows are spread over so much of the distance. */
const SPREAD = 0.7;

/** Points [n, d] of a schema in numbers that can be drawn: labels by their places, dates in days since 1970. */
export function drawable(schema: Schema, points: Tensor): Table {
  const [rows = 0, d = 0] = points.shape;
  const values = new Float64Array(rows * d);
  schema.forEach((column, j) => {
    const z = Float64Array.from({ length: rows }, (_, i) => points.data[i * d + j] ?? Number.NaN);
    numbersOf(column, z, j).forEach((value, i) => {
      values[i * d + j] = value;
    });
  });
  return { columns: schema.map(({ name }) => name), rows, values };
}

/** How the axes of a schema's columns are labelled; null where they are of numbers. */
export function labelsOf(schema: Schema): (Labels | null)[] {
  return schema.map((column) => {
    if (column.kind === "date") return { kind: "dates" };
    return column.kind === "category" ? { kind: "places", names: column.labels } : null;
  });
}

function numbersOf(column: ColumnSchema, z: Float64Array, j: number): Float64Array {
  const [cells] = tableEncoder([column]).decode(z).cells;
  if (cells === undefined) return z;
  if (cells.kind === "number") return cells.values;
  if (column.kind === "category")
    return Float64Array.from(cells.codes, (code, i) => (code < 0 ? Number.NaN : code + spread(i, j)));
  return daysOf(column, cells);
}

/** The days of dates, by the same column as it is without a distribution of its own. */
function daysOf(column: ColumnSchema, cells: Cells): Float64Array {
  if (column.kind !== "date" || cells.kind !== "text") return new Float64Array();
  const { name, kind, format } = column;
  const rows = cells.codes.length;
  const { encode } = tableEncoder([{ name, kind, format }]);
  return encode({ columns: [name], rows, cells: [cells] }, new Float64Array(rows).fill(0.5));
}

/** Evenly over a stretch by roots that no fraction comes near, another for each column, so that rows do not cover each other. */
function spread(row: number, j: number): number {
  const root = Math.sqrt(5 + 4 * j * (j + 3)) / 2 + 0.5;
  return SPREAD * (((row + 1) * root) % 1) - SPREAD / 2;
}
