import { type Key, portable, random, type Tensor, tensor } from "@scoretape/autograd";
import { type LogDensityOptions, logDensity, type Model } from "@scoretape/score/model";
import { type MixedTable, type Schema, tableEncoder } from "@scoretape/score/tables";
import { finite } from "../sampling/flow.ts";

/** So often places within labels, whole numbers and days are drawn, over which the probability is the mean. */
const DRAWS = 8;

/**
 * Rows as points of the model: a key puts labels and whole numbers into their intervals.
 *
 * @param inMiddle - Whether labels that are apart are in the middle of their points.
 */
export function pointsOf(schema: Schema, table: MixedTable, key: Key, inMiddle = false): Tensor {
  const d = schema.length;
  const shape = [table.rows, d];
  const uniforms = random.uniform(key, shape, { dtype: "float64" });
  const isApart = schema.map((column) => inMiddle && widened(column) !== column);
  const places = Float64Array.from(uniforms.data, (u, at) => (isApart[at % d] === true ? 0.5 : u));
  return tensor(tableEncoder(schema).encode(table, places), { shape });
}

/**
 * log p of each row in the data's own units: of numbers a density, of labels, whole numbers and days a probability,
 * P(x) = E_u[p(z(u))·|dz/du|]. Where labels are apart, half of the draws are from wider ones, which reach all that decodes to the
 * label, and each is weighed by both densities (Veach & Guibas 1995, the balance heuristic).
 */
export function logDensities(
  model: Model,
  schema: Schema,
  table: MixedTable,
  { key, ...flow }: LogDensityOptions & { readonly key: Key },
): Float64Array {
  const wider = schema.map(widened);
  const schemas = wider.every((column, j) => column === schema[j]) ? [schema] : [schema, wider];
  const encoders = schemas.map(tableEncoder);
  const isExact =
    schemas.length === 1 &&
    schema.every(({ kind }) => kind === "real" || kind === "positive" || kind === "bounded");
  const draws = Array.from({ length: isExact ? 1 : DRAWS }, (_, i) => {
    const points = pointsOf(schemas[i % schemas.length] ?? schema, table, random.foldIn(key, i));
    const jacobians = encoders.map(({ logJacobian }) => logJacobian(Float64Array.from(points.data)));
    const logs = finite(() => logDensity(model, points, flow)).data;
    return Float64Array.from(logs, (log, row) => {
      const [first = 0, ...others] = jacobians.map((jacobian) => jacobian[row] as number);
      return log + (others.length === 0 ? first : -logMeanExp([first, ...others].map((value) => -value)));
    });
  });
  return Float64Array.from({ length: table.rows }, (_, row) =>
    logMeanExp(draws.map((logs) => logs[row] as number)),
  );
}

/** A column whose labels are as far apart, but reach to the edges. */
function widened(column: Schema[number]): Schema[number] {
  if (column.kind === "category" || column.kind === "integer") {
    return column.margin === undefined ? column : { ...column, margin: 1 };
  }
  const { marginal } = column;
  return marginal?.margin === undefined ? column : { ...column, marginal: { ...marginal, margin: 1 } };
}

function logMeanExp(values: readonly number[]): number {
  const largest = Math.max(...values);
  if (!Number.isFinite(largest)) return largest;
  const mean = values.reduce((sum, value) => sum + portable.exp(value - largest), 0) / values.length;
  return largest + portable.log(mean);
}
