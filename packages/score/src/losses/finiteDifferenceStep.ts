import { div, equal, isConcrete, norm, type Tensor, type TensorLike, where } from "@scoretape/autograd";
import { checkPerRow } from "../check.ts";
import { column, dimensionOf } from "../rows.ts";
import type { LossOptions } from "./reduction.ts";

/** Options of the finite-difference objectives. */
export interface FiniteDifferenceOptions extends LossOptions {
  /**
   * ε > 0, a number or [n]: how far from x, in the units of x, the model is evaluated on either side, whatever
   * the length of the probe. The default suits a model that varies over lengths of order 1; one that varies over
   * a length ℓ, such as the σ of noisy data, needs ℓ times that.
   */
  readonly stepSize?: TensorLike;
}

/** η, the distance from 1 to the next number of x's dtype. */
export function spacingAtOne(x: Tensor): number {
  return x.dtype === "float64" ? 2 ** -52 : 2 ** -23;
}

/** Throws unless the step is above 0, fits x, and is not lost in the rounding of x's largest element. */
export function checkStepSize(name: string, stepSize: TensorLike, x: Tensor): void {
  checkPerRow(name, stepSize, x, "stepSize", (value) => value > 0, "a step is above 0");
  if (!isConcrete(x) || !(typeof stepSize === "number" || isConcrete(stepSize))) return;
  const smallest = typeof stepSize === "number" ? stepSize : Math.min(...stepSize.data);
  let largest = 0;
  for (const value of x.data) largest = Math.max(largest, Math.abs(value));
  const spacing = largest * spacingAtOne(x);
  if (smallest / Math.sqrt(dimensionOf(x)) < spacing) {
    throw new RangeError(
      `${name}: stepSize is ${smallest}, and x has elements up to ${largest}, where ${x.dtype} numbers lie ` +
        `${spacing.toPrecision(2)} apart; standardize x, or take a longer step`,
    );
  }
}

/** ‖v‖ [n] of the rows of v [n, d], and v/‖v‖ [n, d], 0 where v is 0. */
export function polar(v: Tensor): { readonly length: Tensor; readonly unit: Tensor } {
  const length = norm(v, { axis: -1 });
  return { length, unit: div(v, column(where(equal(length, 0), 1, length))) };
}
