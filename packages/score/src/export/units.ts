import { add, cast, div, mul, sub, type Tensor, tensor } from "@scoretape/autograd";
import type { Units } from "../model/units.ts";

/** What an exported function takes and returns. */
export type FloatType = "float32" | "float64";

/** The change between the data's own units and the model's, in the dtype of an exported function. */
export interface OwnUnits {
  readonly dtype: FloatType;
  /** z = (x − mean)/deviation, [n, d]. */
  standardized(x: Tensor): Tensor;
  /** x = mean + deviation·z, [n, d]. */
  restored(z: Tensor): Tensor;
  /** ∂/∂x = ∂/∂z / deviation, [n, d]. */
  restoredScore(score: Tensor): Tensor;
  /** A standard deviation in the data's units, deviation·z. */
  restoredDeviation(z: Tensor): Tensor;
}

/** A mean so many deviations from 0 is as far as the digits of float32 reach. */
const FAR = 1000;

/**
 * The change of units with all numbers in one dtype: no engine is asked for float64 by a function of float32. There the mean
 * is h + l, h its nearest number, so that (x − h)/deviation − l/deviation loses none of the digits that x has; in this order
 * engines that join constants do not undo it.
 *
 * @throws RangeError if float32 has too few digits for a column
 */
export function ownUnits(
  name: string,
  { mean, deviation }: Units,
  columns: readonly string[],
  dtype: FloatType,
): OwnUnits {
  const row = (values: readonly number[]): Tensor => tensor(values, { dtype });
  const far = mean.findIndex((value, j) => Math.abs(value) > FAR * (deviation[j] ?? 1));
  if (dtype === "float32" && far >= 0) {
    throw new RangeError(
      `${name}: column ${columns[far]} has mean ${mean[far]} and standard deviation ${deviation[far]}, for which float32 ` +
        'has too few digits; take dtype "float64"',
    );
  }
  const nearest = dtype === "float32" ? mean.map((value) => Math.fround(value)) : mean;
  const shift = row(mean.map((value, j) => (value - (nearest[j] ?? 0)) / (deviation[j] ?? 1)));
  const [center, width] = [row(nearest), row(deviation)];
  return {
    dtype,
    standardized: (x) => sub(div(sub(x, center), width), shift),
    restored: (z) => add(mul(add(cast(z, dtype), shift), width), center),
    restoredScore: (score) => div(cast(score, dtype), width),
    restoredDeviation: (z) => mul(cast(z, dtype), width),
  };
}
