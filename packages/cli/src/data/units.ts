import { add, cast, div, mul, sub, type Tensor, tensor } from "@scoretape/autograd";
import { data } from "@scoretape/score";
import { UserError } from "../terminal/user-error.ts";
import { isRows, type Source } from "./source.ts";

/** The change between the data's own units and those of the model, z = (x − mean)/deviation, column by column. */
export interface Units {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/**
 * The units in which rows have mean 0 and standard deviation 1. A set of the plane, whose coordinates are of
 * one kind, keeps its shape: both are divided by one deviation, the root of the mean variance.
 *
 * @throws UserError if a column is constant, or too large for its spread to be a number.
 */
export function unitsOf({ name, set, columns, values }: Source): Units {
  const { mean, deviation } = fitted(name, values, columns);
  const bad = deviation.findIndex((value) => !(value > 0 && value < Number.POSITIVE_INFINITY));
  if (bad >= 0) {
    throw new UserError(
      `${name}: column ${bad + 1} (${columns[bad]}) has standard deviation ${deviation[bad]}; rescale it`,
    );
  }
  if (set === null || isRows(set)) return { mean, deviation };
  const common = Math.hypot(...deviation) / Math.sqrt(deviation.length);
  return { mean, deviation: deviation.map(() => common) };
}

function fitted(name: string, values: Tensor, columns: readonly string[]): Units {
  try {
    const { mean, deviation } = data.standardize(values, { columns });
    return { mean: [...mean.data], deviation: [...deviation.data] };
  } catch (error) {
    if (error instanceof RangeError) throw new UserError(`${name}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** Points in their own units → the model's: [n, d] → [n, d] in float32. */
export function standardized(units: Units, x: Tensor): Tensor {
  return cast(div(sub(cast(x, "float64"), row(units.mean)), row(units.deviation)), "float32");
}

/** Points in the model's units → their own: [n, d] → [n, d] in float64. */
export function restored(units: Units, z: Tensor): Tensor {
  return add(mul(cast(z, "float64"), row(units.deviation)), row(units.mean));
}

/** A score in the model's units → per the data's own units: ∂/∂x = ∂/∂z / deviation. [n, d] → float64. */
export function restoredScore(units: Units, score: Tensor): Tensor {
  return div(cast(score, "float64"), row(units.deviation));
}

function row(values: readonly number[]): Tensor {
  return tensor(values, { dtype: "float64" });
}

/**
 * Points in their own units with the digits that a float32 in the model's units supports: seven, and as many as a
 * column's common part takes up.
 */
export function rounded({ mean, deviation }: Units, x: Tensor): Tensor {
  const digits = mean.map((value, j) => {
    const common = Math.log10(Math.abs(value) / (deviation[j] ?? 1));
    return Math.min(17, 7 + Math.max(0, Math.ceil(common)));
  });
  const values = Float64Array.from(x.data, (value, i) =>
    Number(value.toPrecision(digits[i % digits.length])),
  );
  return tensor(values, { shape: x.shape });
}
