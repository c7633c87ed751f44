import { type Tensor, tensor } from "@scoretape/autograd";
import { denoise } from "@scoretape/score";
import { type Model, restored, rounded, standardized } from "@scoretape/score/model";
import type { Cells, MixedTable } from "@scoretape/score/tables";
import { freeName } from "../imputing/completed.ts";
import { finite } from "../sampling/flow.ts";
import type { Sampling } from "../sampling/sample.ts";

/**
 * Rows without their noise: for each column the mean of all values that a noisy row may come from, and their standard deviation, by
 * Tweedie's formulas.
 *
 * @param values - [n, d] in the data's own units.
 * @param sigma - [n], in standard deviations of each column.
 */
export function denoisedTable(
  model: Model,
  values: Tensor,
  sigma: Float64Array,
  { backend }: Pick<Sampling, "backend">,
): MixedTable {
  const { columns, standardization: units } = model.description;
  const z = standardized(units, values);
  const { mean, standardDeviation } = finite(() =>
    denoise(model.standardScore, z, tensor(sigma, { dtype: z.dtype }), { standardDeviation: true, backend }),
  );
  const clean = rounded(units, restored(units, mean));
  const d = columns.length;
  const column = (of: (at: number, j: number) => number, j: number): Cells => ({
    kind: "number",
    values: Float64Array.from({ length: sigma.length }, (_, row) => of(row * d + j, j)),
  });
  const deviation = (at: number, j: number): number =>
    Number(((standardDeviation.data[at] as number) * (units.deviation[j] ?? 1)).toPrecision(6));
  return {
    columns: columns.flatMap((name) => [name, freeName(`${name}_sd`, columns)]),
    rows: sigma.length,
    cells: columns.flatMap((_, j) => [column((at) => clean.data[at] as number, j), column(deviation, j)]),
  };
}
