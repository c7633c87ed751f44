import { checkOptions, kindOf } from "../arguments.ts";
import { checkDType, type DType } from "../dtype.ts";
import { checkShape } from "../shape.ts";
import { arange, type Tensor } from "../tensor.ts";
import { equal } from "./choice.ts";
import { cast, expandDims } from "./layout.ts";
import { indicesOf } from "./movement.ts";

/** How {@link oneHot} writes. */
export interface OneHotOptions {
  /** Of the result: `float32` unless said, or `float64`. */
  readonly dtype?: DType;
}

/**
 * A row of zeros with a 1 at each index: shape [...indices.shape, depth]. An index that is no whole number from 0 to
 * depth − 1 has a row without a 1, as in JAX. No gradient.
 *
 * @param indices uint32, or whole numbers; a list makes one row for each
 * @param depth the length of a row, a whole number from 0
 * @throws RangeError for another depth
 *
 * @example
 * ```ts
 * import { oneHot, tensor } from "@scoretape/autograd";
 *
 * console.log(oneHot(tensor([2, 0], { dtype: "uint32" }), 3).toArray()); // [ [ 0, 0, 1 ], [ 1, 0, 0 ] ]
 * ```
 */
export function oneHot(
  indices: Tensor | number | readonly number[],
  depth: number,
  options: OneHotOptions = {},
): Tensor {
  checkOptions("oneHot", options, { dtype: "any" });
  const { dtype = "float32" } = options;
  checkDType("oneHot", dtype);
  if (dtype === "uint32") throw new TypeError('oneHot: dtype is "uint32"; it is "float32" or "float64"');
  if (!Number.isSafeInteger(depth) || depth < 0) {
    throw new RangeError(`oneHot: depth is ${kindOf(depth)}; it is a whole number from 0`);
  }
  checkShape("oneHot", [depth]);
  const places = indicesOf("oneHot", indices);
  return equal(cast(expandDims(places, -1), dtype), arange(0, depth, 1, { dtype }));
}
