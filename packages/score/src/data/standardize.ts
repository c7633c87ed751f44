import {
  add,
  checkOptions,
  div,
  mul,
  portable,
  ShapeError,
  sub,
  type Tensor,
  tensor,
} from "@scoretape/autograd";
import { checkData, checkGappy, checkTexts } from "../check.ts";

/** A change of units, column by column: z = (x − mean)/deviation. */
export interface Standardization {
  /** The mean of each column, [d]. */
  readonly mean: Tensor;
  /** The standard deviation of each column (divided by n), [d]. */
  readonly deviation: Tensor;
  /** Points in standard units: (x − mean)/deviation, [..., d]. */
  apply(x: Tensor): Tensor;
  /** Points in their own units: z·deviation + mean, [..., d]. */
  invert(z: Tensor): Tensor;
  /** The values of a score at standardised points as those of the points' own density: s/deviation, [..., d]. */
  invertScore(s: Tensor): Tensor;
}

/** What errors call the columns. */
export interface StandardizeOptions {
  /** The name of each column. */
  readonly columns?: readonly string[];
  /** Whether NaN stands for gaps, which are left out of mean and deviation; not unless said: it is refused. */
  readonly gaps?: boolean;
}

/**
 * The change of units after which every column of x has mean 0 and standard deviation 1.
 *
 * @param x [n, d] with n ≥ 2; sums are kept in double precision
 * @throws ShapeError when x is not [n, d], or has one row
 * @throws RangeError when x is not finite, or a column is constant, with its name or number
 *
 * @example
 * ```ts
 * import { tensor } from "@scoretape/autograd";
 * import { data } from "@scoretape/score";
 *
 * const x = tensor([[1, 0], [3, 8]]);
 * const units = data.standardize(x);
 * console.log(units.apply(x).toArray()); // [ [ -1, -1 ], [ 1, 1 ] ]
 * console.log(units.invert(tensor([[0, 2]])).toArray()); // [ [ 2, 12 ] ]
 * // ∇ₓ log p = (∂z/∂x)·∇_z log p, which has the unit of 1/x.
 * console.log(units.invertScore(tensor([[1, 1]])).toArray()); // [ [ 1, 0.25 ] ]
 * ```
 */
export function standardize(x: Tensor, options: StandardizeOptions = {}): Standardization {
  checkOptions("standardize", options, { columns: "any", gaps: "boolean" });
  const { columns, gaps = false } = options;
  if (columns !== undefined) checkTexts("standardize", columns, "columns");
  if (gaps) checkGappy("standardize", x);
  else checkData("standardize", x);
  const [n = 0, d = 0] = x.shape;
  if (n < 2)
    throw new ShapeError(`standardize: x has shape [${n}, ${d}]; one row has no spread, give two or more`);
  if (columns !== undefined && columns.length !== d) {
    throw new ShapeError(`standardize: ${columns.length} column names for x of shape [${n}, ${d}]`);
  }
  const { data, dtype } = x;
  const means = new Float64Array(d);
  const deviations = new Float64Array(d);
  for (let j = 0; j < d; j++) {
    const all = new Float64Array(n);
    for (let i = 0; i < n; i++) all[i] = data[i * d + j] as number;
    const column = gaps ? all.filter((value) => !Number.isNaN(value)) : all;
    const [first = Number.NaN] = column;
    if (column.every((value) => value === first)) {
      const what = columns === undefined ? `${j}` : `${j} ("${columns[j]}")`;
      throw new RangeError(
        `standardize: column ${what} is ${first} in every row; leave constant columns out`,
      );
    }
    const average = column.reduce((sum, value) => sum + value, 0) / column.length;
    means[j] = average;
    deviations[j] = Math.sqrt(
      column.reduce((sum, value) => sum + portable.pow(value - average, 2), 0) / column.length,
    );
  }
  const mean = tensor(means, { dtype });
  const deviation = tensor(deviations, { dtype });
  return {
    mean,
    deviation,
    apply: (points) => div(sub(points, mean), deviation),
    invert: (points) => add(mul(points, deviation), mean),
    invertScore: (scores) => div(scores, deviation),
  };
}
