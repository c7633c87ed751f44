import { type Tensor, tensor } from "@scoretape/autograd";
import type { Model } from "@scoretape/score/model";
import type { Reading, Schema } from "@scoretape/score/tables";
import { nameOf } from "../files/read.ts";
import { type ModelRows, readModelRows } from "../ranking/modelRows.ts";
import { UserError } from "../terminal/user-error.ts";

/** Rows with noise, and how much each has. */
export interface NoisyRows extends Pick<ModelRows, "reading" | "remarks"> {
  /** [n, d] in the data's own units. */
  readonly values: Tensor;
  /** [n], in standard deviations of each column. */
  readonly sigma: Float64Array;
}

/** How much noise rows have: as much all of them, or what a column says. */
export type Noise = { readonly sigma: number } | { readonly column: string };

/** @throws UserError if a column is no plain number, or noise is none that the model learned to take away */
export function readNoisyRows(path: string, model: Model, reading: Reading, noise: Noise): NoisyRows {
  const { description } = model;
  const beside = "column" in noise ? [noise.column] : [];
  const rows = readModelRows(path, description, reading, { beside });
  checkPlain(rows.schema);
  const { table, beside: further } = rows;
  const d = description.columns.length;
  const values = new Float64Array(table.rows * d);
  table.cells.forEach((cells, j) => {
    if (cells.kind !== "number") return;
    cells.values.forEach((value, row) => {
      values[row * d + j] = value;
    });
  });
  const name = nameOf(path);
  const sigma = "sigma" in noise ? new Float64Array(table.rows).fill(noise.sigma) : further[0];
  if (sigma === undefined) throw new TypeError("readNoisyRows: there is a column of noise");
  checkSigma(name, sigma, model.sigmas, noise);
  return { ...rows, values: tensor(values, { shape: [table.rows, d] }), sigma };
}

function checkPlain(schema: Schema): void {
  const other = schema.find((column) => column.kind !== "real" || column.marginal !== undefined);
  if (other === undefined) return;
  throw new UserError(
    `column ${other.name} of the model is ${other.kind === "real" ? "made normal by its distribution" : other.kind}, ` +
      "and noise is taken from plain numbers alone; train a model on those with --drop",
  );
}

function checkSigma(name: string, sigma: Float64Array, sigmas: readonly number[], noise: Noise): void {
  const [largest = 1, smallest = 1] = [sigmas[0], sigmas.at(-1)];
  // What was learned by is kept in seven digits.
  const row = sigma.findIndex((value) => !(value >= smallest * (1 - 1e-6) && value <= largest * (1 + 1e-6)));
  if (row < 0) return;
  const what = "sigma" in noise ? "--sigma" : `${name}: row ${row + 1}, column ${noise.column},`;
  throw new UserError(
    `${what} is ${sigma[row]}; the model learned to take away noise from ${smallest} to ${largest} standard deviations`,
  );
}
