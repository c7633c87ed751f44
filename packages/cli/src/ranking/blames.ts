import { type Key, random, type Tensor, take } from "@scoretape/autograd";
import { cellGains, type LogDensityOptions, type Model, rounded } from "@scoretape/score/model";
import { type MixedTable, type Schema, tableEncoder } from "@scoretape/score/tables";
import { finite } from "../sampling/flow.ts";
import { pointsOf } from "./densities.ts";
import type { Blame } from "./ranked.ts";

/** Which cells of some rows do not fit the others. */
export function blamesOf(
  model: Model,
  schema: Schema,
  table: MixedTable,
  rows: readonly number[],
  { key, ...flow }: LogDensityOptions & { readonly key: Key },
): Blame[] {
  if (rows.length === 0) return [];
  const points = take(pointsOf(schema, table, key, true), [...rows]);
  const { gain, best } = finite(() => cellGains(model, points, { ...flow, key: random.foldIn(key, 1) }));
  const shown = bestIn(model, schema, best);
  const d = schema.length;
  return rows.map((row, i) => ({
    row,
    cells: schema.map(({ name }, j) => ({
      column: name,
      gain: gain.data[i * d + j] as number,
      best: shown(i, j),
    })),
  }));
}

/** Cells as texts: numbers with four digits, and labels, whole numbers and dates as they are. */
function bestIn({ description }: Model, schema: Schema, points: Tensor) {
  const { cells } = tableEncoder(schema).decode(
    Float64Array.from(rounded(description.standardization, points).data),
  );
  return (row: number, j: number): string => {
    const column = cells[j];
    if (column?.kind === "text") return column.texts[column.codes[row] ?? -1] ?? "";
    const value = column?.values[row] ?? Number.NaN;
    return schema[j]?.kind === "integer" ? String(value) : String(Number(value.toPrecision(4)));
  };
}
