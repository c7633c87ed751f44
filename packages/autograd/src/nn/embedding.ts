import { checkOptions } from "../arguments.ts";
import { mul } from "../ops/arithmetic.ts";
import { take } from "../ops/movement.ts";
import { checkFloat, checkKey, type DrawOptions } from "../random/checks.ts";
import { normal } from "../random.ts";
import { checkTensor, type Tensor } from "../tensor.ts";
import { checkWidth, parameterOf } from "./dense.ts";
import type { Module } from "./module.ts";

/** The parameters of an embedding. */
export type EmbeddingParams = {
  /** [count, features] */
  readonly table: Tensor;
};

/** Options of an embedding. */
export interface EmbeddingOptions extends DrawOptions {
  /** The standard deviation of the first values, from 0; 1 unless said. */
  readonly deviation?: number;
}

/**
 * A learned row for each of some things: numbers [...] from 0 to before `count`, uint32, → [..., features].
 *
 * @throws RangeError unless count and features are whole numbers from 1, and from `apply` for a number outside of them
 *
 * @example
 * ```ts
 * import { nn, random, tensor } from "@scoretape/autograd";
 *
 * const classes = nn.embedding(10, 4);
 * const parameters = classes.init(random.key(0));
 * console.log(classes.apply(parameters, tensor([3, 3, 7], { dtype: "uint32" })).shape); // [ 3, 4 ]
 * ```
 */
export function embedding(
  count: number,
  features: number,
  options: EmbeddingOptions = {},
): Module<EmbeddingParams> {
  const name = "nn.embedding";
  checkOptions(name, options, { dtype: "any", deviation: "number" });
  const { deviation = 1, ...draw } = options;
  for (const size of [count, features]) checkWidth(name, size);
  if (!(deviation >= 0 && deviation < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`${name}: deviation is ${deviation}; give a finite number from 0`);
  }
  checkFloat(name, draw);
  return {
    init(key) {
      checkKey(name, key);
      return { table: mul(normal(key, [count, features], draw), deviation) };
    },
    apply(params, x) {
      checkTensor(name, x);
      return take(parameterOf(name, params, "table", [count, features]), x, 0);
    },
  };
}
