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
  const areInMiddle = schema.map((column) => inMiddle && isApart(column));
  const places = Float64Array.from(uniforms.data, (u, at) => (areInMiddle[at % d] === true ? 0.5 : u));
  return tensor(tableEncoder(schema).encode(table, places), { shape });
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
  const logP = (points: Tensor): ArrayLike<number> => finite(() => logDensity(model, points, flow)).data;
  const isExact = schema.every(({ kind }) => kind === "real" || kind === "positive" || kind === "bounded");
  const draws = schema.some(isApart)
    ? drawsApart(logP, schema, table, key)
    : Array.from({ length: isExact ? 1 : DRAWS }, (_, i) => {
        const points = pointsOf(schema, table, random.foldIn(key, i));
        const logs = logP(points);
        return tableEncoder(schema)
          .logJacobian(Float64Array.from(points.data))
          .map((value, row) => value + (logs[row] as number));
      });
  return Float64Array.from({ length: table.rows }, (_, row) =>
    logMeanExp(draws.map((logs) => logs[row] as number)),
  );
}

/**
 * Where labels are apart: half of the draws are from wider densities, which reach all that decodes to a label, each is weighed by
 * both (the balance heuristic; Veach & Guibas 1995), and those of a cell are one in each of as many parts of the unit interval (a Latin
 * hypercube; McKay, Beckman & Conover 1979).
 */
function drawsApart(
  logP: (points: Tensor) => ArrayLike<number>,
  schema: Schema,
  table: MixedTable,
  key: Key,
): Float64Array[] {
  const encoders = [schema, schema.map(widened)].map(tableEncoder);
  return encoders.flatMap(({ encode }, e) =>
    spreadUniforms(random.foldIn(key, e), table.rows, schema.length, DRAWS).map((uniforms) => {
      const points = encode(table, uniforms);
      const logs = logP(tensor(points, { shape: [table.rows, schema.length] }));
      const jacobians = encoders.map(({ logJacobian }) => logJacobian(points));
      return Float64Array.from(
        logs,
        (log, row) => log - logMeanExp(jacobians.map((values) => -(values[row] as number))),
      );
    }),
  );
}

/** Uniform numbers of so many draws, [draws][rows · columns]. */
export function spreadUniforms(key: Key, rows: number, columns: number, draws: number): Float64Array[] {
  const shifts = random.uniform(random.foldIn(key, 0), [rows, columns]).data;
  const orders = Array.from(
    { length: columns },
    (_, j) => random.permutation(random.foldIn(random.foldIn(key, 1), j), draws).data,
  );
  return Array.from({ length: draws }, (_, i) => {
    const within = random.uniform(random.foldIn(key, i + 2), [rows, columns], { dtype: "float64" }).data;
    return Float64Array.from(within, (u, at) => {
      const part = (orders[at % columns]?.[i] ?? i) + Math.floor(draws * (shifts[at] as number));
      return Math.min(((part % draws) + u) / draws, 1 - 2 ** -53);
    });
  });
}

/** Whether labels of a column are apart. */
export function isApart(column: Schema[number]): boolean {
  return widened(column) !== column;
}

/** A column whose labels are as far apart, but reach to the edges. */
export function widened(column: Schema[number]): Schema[number] {
  if (column.kind === "category" || column.kind === "integer") {
    return column.margin === undefined ? column : { ...column, margin: 1 };
  }
  const { marginal } = column;
  return marginal?.margin === undefined ? column : { ...column, marginal: { ...marginal, margin: 1 } };
}

export function logMeanExp(values: readonly number[]): number {
  const largest = Math.max(...values);
  if (!Number.isFinite(largest)) return largest;
  const mean = values.reduce((sum, value) => sum + portable.exp(value - largest), 0) / values.length;
  return largest + portable.log(mean);
}
