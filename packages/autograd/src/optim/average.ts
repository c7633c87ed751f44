import { add, mul, neg, sub } from "../ops/arithmetic.ts";
import { expm1 } from "../ops/elementwise.ts";
import * as portable from "../portable/index.ts";
import type { Tensor } from "../tensor.ts";

/** A step from a decaying mean towards a new value: (1 − w)·a + w·x, which has no rounded 1 − w. */
export function mixIn(average: Tensor, x: Tensor, weight: number | Tensor): Tensor {
  return add(average, mul(weight, sub(x, average)));
}

/**
 * 1 − βᵗ, the sum of the weights of t values in a decaying mean that began at 0. Exact to rounding, where
 * the subtraction would lose the digits that β near 1 shares with 1.
 */
export function totalWeight(beta: number, step: Tensor): Tensor {
  return neg(expm1(mul(portable.log(beta), step)));
}
