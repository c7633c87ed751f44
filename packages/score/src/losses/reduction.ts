import { mean, type Tensor } from "@scoretape/autograd";

/** What every loss accepts as its last option. */
export interface LossOptions {
  /** `"mean"` over the rows, a scalar, unless said; `"none"`: the value of each row, [n]. */
  readonly reduction?: "mean" | "none";
}

/** The values of the rows [n], or their mean. */
export function reduce(name: string, values: Tensor, { reduction = "mean" }: LossOptions): Tensor {
  switch (reduction) {
    case "mean":
      return mean(values);
    case "none":
      return values;
    default:
      throw new RangeError(`${name}: reduction is ${JSON.stringify(reduction)}; it is "mean" or "none"`);
  }
}
