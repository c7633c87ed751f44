import { random, type Tensor, tensor } from "@scoretape/autograd";
import type { MixedTable } from "../tables/mixedTable.ts";
import type { Schema } from "../tables/schema.ts";
import { tableEncoder } from "../tables/tableEncoder.ts";
import { keysOf } from "./keys.ts";
import type { Model } from "./model.ts";

/**
 * The rows of a table as points, one real coordinate for each column of the schema: [n, d] in float64, NaN where there are gaps. The
 * uniform numbers that places within labels, whole numbers and days are drawn by follow from the seed, so that a table
 * has the same points whenever they are asked for.
 *
 * @param seed a whole number from 0: that of the training
 * @throws TableError if a column is missing, or a cell is one that its column cannot hold
 *
 * @example
 * ```ts
 * import { encodedRows } from "@scoretape/score/model";
 * import { inferSchema, readMixedTable } from "@scoretape/score/tables";
 *
 * const { table } = readMixedTable("mass,sex\n3.5,male\n4.25,female\n3.25,female\n4.5,male\n");
 * console.log(encodedRows(inferSchema(table).schema, table, 0).shape); // [ 4, 2 ]
 * ```
 */
export function encodedRows(schema: Schema, table: MixedTable, seed: number): Tensor {
  const encoder = tableEncoder(schema);
  const shape = [table?.rows ?? 0, schema.length];
  const uniforms = random.uniform(keysOf(seed).places, shape, { dtype: "float64" });
  return tensor(encoder.encode(table, Float64Array.from(uniforms.data)), { shape });
}

/**
 * Points of a model as a table: of what its columns hold by its schema, and of numbers where it has none.
 *
 * @param points [n, d] as `model.sample` gives them
 * @throws RangeError if the points have another number of columns, or are infinite
 *
 * @example
 * ```ts
 * import { random } from "@scoretape/autograd";
 * import { decodedSamples, loadModel } from "@scoretape/score/model";
 * import { readFile } from "node:fs/promises";
 *
 * const model = loadModel(await readFile("packages/score/test/fixtures/version2/model.safetensors"));
 * const table = decodedSamples(model, model.sample(random.key(0), 5));
 * console.log(table.columns, table.rows, table.cells[0]?.kind); // [ 'length', 'width, in mm' ] 5 number
 * ```
 */
export function decodedSamples({ description }: Pick<Model, "description">, points: Tensor): MixedTable {
  const { columns, schema } = description;
  const [rows = 0, d = 0] = points.shape;
  if (points.shape.length !== 2 || d !== columns.length) {
    throw new RangeError(
      `decodedSamples: points of shape [${points.shape.join(", ")}] are not those of ${columns.length} columns`,
    );
  }
  const values = Float64Array.from(points.data);
  if (schema !== undefined) return tableEncoder(schema).decode(values);
  return {
    columns,
    rows,
    cells: columns.map((_, j) => ({
      kind: "number",
      values: Float64Array.from({ length: rows }, (_row, i) => values[i * d + j] ?? Number.NaN),
    })),
  };
}
