import { kindOf, mean, mul, type Tensor, type TensorLike } from "@scoretape/autograd";
import { checkWeight } from "../check.ts";

/** What every loss accepts as its last option. */
export interface LossOptions {
  /** `"mean"` over the rows, a scalar, unless said; `"none"`: the value of each row, [n]. */
  readonly reduction?: "mean" | "none";
  /**
   * λ ≥ 0, a number or [n]: multiplies the value of each row, before the mean over them. 1 unless said; over noise
   * levels σ².
   */
  readonly weight?: TensorLike;
}

/** The options of a loss by their kinds. */
export const lossKinds = { reduction: "string", weight: "any" } as const;

/** The values of the rows [n], each times its weight, or their mean. */
export function reduce(name: string, values: Tensor, { reduction = "mean", weight }: LossOptions): Tensor {
  const weighted = weight === undefined ? values : mul(checkedWeight(name, weight, values), values);
  switch (reduction) {
    case "mean":
      return mean(weighted);
    case "none":
      return weighted;
    default:
      throw new RangeError(`${name}: reduction is ${kindOf(reduction)}; it is "mean" or "none"`);
  }
}

function checkedWeight(name: string, weight: TensorLike, values: Tensor): TensorLike {
  checkWeight(name, weight, values);
  return weight;
}
