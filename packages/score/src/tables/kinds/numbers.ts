import { portable } from "@scoretape/autograd";
import type { Cells } from "../mixedTable.ts";
import type { BoundedColumn, PositiveColumn, RealColumn } from "../schema.ts";
import type { Coordinate, Refuse } from "./cellCoordinate.ts";
import { normalScored, scaled } from "./normalScore.ts";
import { linear, logarithmic, logistic, type Scale } from "./scale.ts";

/** The coordinate of numbers that vary continuously. */
export function continuousNumbers(column: RealColumn | PositiveColumn | BoundedColumn): Coordinate {
  const scale = scaleOf(column);
  const { marginal, decimals } = column;
  const continuum = marginal === undefined ? scaled(scale) : normalScored(marginal, scale);
  const decoded = (z: number): number => {
    const x = continuum.decode(z);
    return decimals === undefined ? x : written(x, decimals, column);
  };
  return {
    encode: (cells, uniform, refuse) =>
      numbersOf(cells, refuse).map((x, row) => {
        const fault = faultOf(x, column);
        if (fault !== null) return refuse(row, String(x), fault);
        return Number.isNaN(x) ? x : inReach(continuum.encode(x, uniform(row)), x, row, refuse);
      }),
    decode: (z) => ({
      kind: "number",
      values: z.map((value) => (Number.isNaN(value) ? value : decoded(value))),
    }),
    logJacobian: continuum.logJacobian,
  };
}

function scaleOf(column: RealColumn | PositiveColumn | BoundedColumn): Scale {
  if (column.kind === "real") return linear;
  return column.kind === "positive" ? logarithmic : logistic(column.low, column.high);
}

function faultOf(x: number, column: RealColumn | PositiveColumn | BoundedColumn): string | null {
  if (column.kind === "positive" && x <= 0) return "not above 0, as a positive column is; make it real";
  if (column.kind !== "bounded") return null;
  return x < column.low || x > column.high
    ? `not from ${column.low} to ${column.high}, the column's bounds; widen them, or leave the row out`
    : null;
}

/** A number with so many decimals, still of its kind. */
function written(x: number, decimals: number, column: RealColumn | PositiveColumn | BoundedColumn): number {
  const step = portable.pow(10, -decimals);
  const rounded = Number(x.toFixed(decimals)) + 0;
  if (column.kind === "real") return rounded;
  if (column.kind === "positive") return rounded > 0 ? rounded : Number(step.toFixed(decimals));
  if (rounded > column.high) return Number((rounded - step).toFixed(decimals)) + 0;
  return rounded < column.low ? Number((rounded + step).toFixed(decimals)) + 0 : rounded;
}

/** The numbers of a column, NaN for gaps. */
export function numbersOf(cells: Cells, refuse: Refuse): Float64Array {
  if (cells.kind === "number") return cells.values;
  const row = cells.codes.findIndex((code) => code >= 0);
  if (row < 0) return new Float64Array(cells.codes.length).fill(Number.NaN);
  return refuse(
    row,
    JSON.stringify(cells.texts[cells.codes[row] ?? 0]),
    "not a number, as the column's cells are",
  );
}

/** A point, unless its number is beyond an atom at the end. */
export function inReach(z: number, x: number, row: number, refuse: Refuse): number {
  return Number.isFinite(z)
    ? z
    : refuse(row, String(x), "beyond the column's last value, which many rows share; leave the row out");
}
