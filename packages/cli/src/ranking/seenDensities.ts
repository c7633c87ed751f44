import { type Key, random, type Tensor, tensor } from "@scoretape/autograd";
import { type LogDensityOptions, type Model, marginalLogDensity } from "@scoretape/score/model";
import { type MixedTable, type Schema, tableEncoder } from "@scoretape/score/tables";
import { finite } from "../sampling/flow.ts";
import { isApart, logMeanExp, spreadUniforms, widened } from "./densities.ts";
import { rowsAt } from "./modelRows.ts";

/** So many draws of a row's gaps, each with another place within its labels, whole numbers and days. */
export const DRAWS_OF_GAPS = 64;
/** So many rows are encoded at a time. */
const ROWS = 2048;

/** Of each row. */
export interface SeenDensities {
  /** log p of its cells that are no gaps, in the data's own units. */
  readonly logs: Float64Array;
  /** Its standard error. */
  readonly errors: Float64Array;
  /** How many of the draws it rests on, as their weights say. */
  readonly sizes: Float64Array;
}

/** log p of what rows with gaps show, as that of whole rows: of numbers a density, of labels, whole numbers and days a probability. */
export function seenDensities(
  model: Model,
  schema: Schema,
  table: MixedTable,
  { key, ...flow }: LogDensityOptions & { readonly key: Key },
): SeenDensities {
  const [logs, errors, sizes] = [0, 1, 2].map(() => new Float64Array(table.rows)) as Float64Array[];
  if (logs === undefined || errors === undefined || sizes === undefined) throw new TypeError("three arrays");
  for (let from = 0; from < table.rows; from += ROWS) {
    const rows = Array.from({ length: Math.min(ROWS, table.rows - from) }, (_, i) => from + i);
    const own = random.foldIn(key, from);
    const { x, logJacobian } = placesOf(schema, rowsAt(table, rows), random.foldIn(own, 0));
    const found = finite(() =>
      marginalLogDensity(model, x, {
        ...{ ...flow, key: random.foldIn(own, 1), draws: DRAWS_OF_GAPS, logJacobian },
      }),
    );
    logs.set(found.logDensity.data, from);
    errors.set(found.standardError.data, from);
    sizes.set(found.effectiveSize.data, from);
  }
  return { logs, errors, sizes };
}

/** Rows as points [n, draws, d], each draw at another place of its cells, and what that says of their density, [n, draws]. */
function placesOf(
  schema: Schema,
  table: MixedTable,
  key: Key,
): { readonly x: Tensor; readonly logJacobian: Tensor } {
  const [n, d, N] = [table.rows, schema.length, DRAWS_OF_GAPS];
  // Where labels are apart, half of the draws reach all that decodes to one, and each is weighed by both.
  const encoders = (schema.some(isApart) ? [schema, schema.map(widened)] : [schema]).map(tableEncoder);
  const places = encoders.flatMap(({ encode }, e) =>
    spreadUniforms(random.foldIn(key, e), n, d, N / encoders.length).map((uniforms) =>
      encode(table, uniforms),
    ),
  );
  const x = new Float64Array(n * N * d);
  const logJacobian = new Float64Array(n * N);
  for (const [i, points] of places.entries()) {
    const jacobians = encoders.map((encoder) => encoder.logJacobian(points));
    for (let row = 0; row < n; row++) {
      x.set(points.subarray(row * d, (row + 1) * d), (row * N + i) * d);
      logJacobian[row * N + i] = -logMeanExp(jacobians.map((values) => -(values[row] as number)));
    }
  }
  return { x: tensor(x, { shape: [n, N, d] }), logJacobian: tensor(logJacobian, { shape: [n, N] }) };
}
