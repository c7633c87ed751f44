import { type Key, portable, random, type Tensor, tensor } from "@scoretape/autograd";
import { type LogDensityOptions, logDensity, type Model } from "@scoretape/score/model";
import { type MixedTable, type Schema, tableEncoder } from "@scoretape/score/tables";
import { finite } from "../sampling/flow.ts";

/** So often places within labels, whole numbers and days are drawn, over which the probability is the mean. */
const DRAWS = 8;

/** Rows as points of the model: a key puts labels and whole numbers into their intervals. */
export function pointsOf(schema: Schema, table: MixedTable, key: Key): Tensor {
  const shape = [table.rows, schema.length];
  const uniforms = random.uniform(key, shape, { dtype: "float64" });
  return tensor(tableEncoder(schema).encode(table, Float64Array.from(uniforms.data)), { shape });
}

/**
 * log p of each row in the data's own units: of numbers a density, of labels, whole numbers and days a probability,
 * P(x) = E_u[p(z(u))·|dz/du|].
 */
export function logDensities(
  model: Model,
  schema: Schema,
  table: MixedTable,
  { key, ...flow }: LogDensityOptions & { readonly key: Key },
): Float64Array {
  const encoder = tableEncoder(schema);
  const isExact = schema.every(({ kind }) => kind === "real" || kind === "positive" || kind === "bounded");
  const draws = Array.from({ length: isExact ? 1 : DRAWS }, (_, i) => {
    const points = pointsOf(schema, table, random.foldIn(key, i));
    const jacobian = encoder.logJacobian(Float64Array.from(points.data));
    const logs = finite(() => logDensity(model, points, flow)).data;
    return jacobian.map((value, row) => value + (logs[row] as number));
  });
  return Float64Array.from({ length: table.rows }, (_, row) =>
    logMeanExp(draws.map((logs) => logs[row] as number)),
  );
}

function logMeanExp(values: readonly number[]): number {
  const largest = Math.max(...values);
  if (!Number.isFinite(largest)) return largest;
  const mean = values.reduce((sum, value) => sum + portable.exp(value - largest), 0) / values.length;
  return largest + portable.log(mean);
}
