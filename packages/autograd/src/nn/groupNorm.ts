import { checkOptions } from "../arguments.ts";
import { add, mul } from "../ops/arithmetic.ts";
import { type GroupNormOptions, groupNorm as normalize } from "../ops/normalization.ts";
import { checkFloat, checkKey, type DrawOptions } from "../random/checks.ts";
import { checkTensor, ones, type Tensor, zeros } from "../tensor.ts";
import { checkWidth, parameterOf } from "./dense.ts";
import type { Module } from "./module.ts";

/** The parameters of a group normalisation. */
export type GroupNormParams = {
  /** [channels] */
  readonly scale: Tensor;
  /** [channels] */
  readonly shift: Tensor;
};

/**
 * Group normalisation with a learned scale and shift for each channel, which start at 1 and 0:
 * [n, ...spatial, channels] → the same shape (Wu & He 2018, equation 6).
 *
 * @throws RangeError unless the channels are a whole number from 1
 * @throws ShapeError from `apply` when x does not fit, or the channels do not divide into the groups
 *
 * @example
 * ```ts
 * import { nn, random, zeros } from "@scoretape/autograd";
 *
 * const layer = nn.groupNorm(4, { groups: 2 });
 * const parameters = layer.init(random.key(0));
 * console.log(layer.apply(parameters, zeros([1, 8, 8, 4])).shape); // [ 1, 8, 8, 4 ]
 * ```
 */
export function groupNorm(
  channels: number,
  options: GroupNormOptions & DrawOptions,
): Module<GroupNormParams> {
  const name = "nn.groupNorm";
  checkOptions(name, options, { groups: "number", epsilon: "number", dtype: "any" });
  const { dtype, ...norm } = options;
  const draw = dtype === undefined ? {} : { dtype };
  checkWidth(name, channels);
  checkFloat(name, draw);
  return {
    init(key) {
      checkKey(name, key);
      return { scale: ones([channels], draw), shift: zeros([channels], draw) };
    },
    apply(params, x) {
      checkTensor(name, x);
      const scale = parameterOf(name, params, "scale", [channels]);
      return add(mul(normalize(x, norm), scale), parameterOf(name, params, "shift", [channels]));
    },
  };
}
