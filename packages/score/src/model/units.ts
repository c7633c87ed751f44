import { add, cast, div, mul, portable, sub, type Tensor, tensor } from "@scoretape/autograd";
import type { DataSet } from "../data/dataSet.ts";
import { isRows } from "../data/fromRows.ts";
import { standardize } from "../data/standardize.ts";
import { hasGaps } from "./filling.ts";
import { type ImageShape, unitsOfImages } from "./images.ts";

/** The change between the data's own units and those of the model, z = (x − mean)/deviation, column by column. */
export interface Units {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** Rows to learn from or to compare with, in their own units. */
export interface Rows {
  readonly columns: readonly string[];
  /** [n, d] */
  readonly values: Tensor;
  /** The data set that they come from, where it is one. */
  readonly set: DataSet | null;
  /** Of rows that are images: their shape. */
  readonly image?: ImageShape;
}

/**
 * The units in which rows have mean 0 and standard deviation 1. A set of the plane, whose coordinates are of one kind,
 * keeps its shape: both are divided by one deviation, the root of the mean variance. All pixels of images have
 * one deviation too, and may be constant. Gaps, NaN, are left out.
 *
 * @throws RangeError if a column is constant, all images are equal, or a column is too large for its spread to be a number
 *
 * @example
 * ```ts
 * import { tensor } from "@scoretape/autograd";
 * import { unitsOf } from "@scoretape/score/model";
 *
 * const values = tensor([[1, 0], [3, 8]], { dtype: "float64" });
 * const { mean, deviation } = unitsOf({ columns: ["length", "width"], values, set: null });
 * console.log(mean, deviation); // [ 2, 4 ] [ 1, 4 ]
 * ```
 */
export function unitsOf({ columns, values, set, image }: Rows): Units {
  if (image !== undefined) return unitsOfImages(values);
  const fitted = standardize(values, { columns, gaps: hasGaps(values) });
  const [mean, deviation] = [[...fitted.mean.data], [...fitted.deviation.data]];
  const bad = deviation.findIndex((value) => !(value > 0 && value < Number.POSITIVE_INFINITY));
  if (bad >= 0) {
    throw new RangeError(
      `unitsOf: column ${bad + 1} (${columns[bad]}) has standard deviation ${deviation[bad]}; rescale it`,
    );
  }
  if (set === null || isRows(set)) return { mean, deviation };
  const common = portable.hypot(...deviation) / Math.sqrt(deviation.length);
  return { mean, deviation: deviation.map(() => common) };
}

/**
 * Points in their own units → the model's: [n, d] → [n, d] in float32; the difference is taken in float64.
 *
 * @example
 * ```ts
 * import { tensor } from "@scoretape/autograd";
 * import { standardized } from "@scoretape/score/model";
 *
 * console.log(standardized({ mean: [100], deviation: [4] }, tensor([[98]])).item()); // -0.5
 * ```
 */
export function standardized(units: Units, x: Tensor): Tensor {
  return cast(div(sub(cast(x, "float64"), row(units.mean)), row(units.deviation)), "float32");
}

/**
 * Points in the model's units → their own: [n, d] → [n, d] in float64.
 *
 * @example
 * ```ts
 * import { tensor } from "@scoretape/autograd";
 * import { restored } from "@scoretape/score/model";
 *
 * console.log(restored({ mean: [100], deviation: [4] }, tensor([[-0.5]])).item()); // 98
 * ```
 */
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
 * column's common part takes up. [n, d] → float64
 *
 * @example
 * ```ts
 * import { tensor } from "@scoretape/autograd";
 * import { rounded } from "@scoretape/score/model";
 *
 * const x = tensor([[100.123456789012]], { dtype: "float64" });
 * console.log(rounded({ mean: [100], deviation: [4] }, x).item()); // 100.123457
 * ```
 */
export function rounded({ mean, deviation }: Units, x: Tensor): Tensor {
  const digits = mean.map((value, j) => {
    const common = portable.log10(Math.abs(value) / (deviation[j] ?? 1));
    return Math.min(17, 7 + Math.max(0, Math.ceil(common)));
  });
  const values = Float64Array.from(x.data, (value, i) =>
    Number(value.toPrecision(digits[i % digits.length])),
  );
  return tensor(values, { shape: x.shape });
}
