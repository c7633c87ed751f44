import * as kernels from "../backends/js/unary.ts";
import * as arithmetic from "../backends/wasm/maths/arithmetic.ts";
import { oneFloat } from "../op.ts";
import type { Tensor, TensorLike } from "../tensor.ts";
import { add, mul, neg, sub } from "./arithmetic.ts";
import { broadcastTogether } from "./broadcast.ts";
import { equal, less, sign, where } from "./choice.ts";
import { constant, elementByElement, lift, type PlainName, pair } from "./construct.ts";
import { div } from "./elementwise.ts";
import { asUnary, type Unary } from "./pointwise.ts";

/**
 * ⌊x⌋, the largest whole number that is not above x; no gradient.
 *
 * @example
 * ```ts
 * import { floor, tensor } from "@scoretape/autograd";
 *
 * console.log(floor(tensor([1.5, -1.5])).toArray()); // [ 1, -2 ]
 * ```
 */
export const floor: Unary = /* @__PURE__ */ asUnary(
  /* @__PURE__ */ constant<PlainName>(
    /* @__PURE__ */ elementByElement("floor", kernels.floor, arithmetic.floor, "instruction"),
  ),
);

/**
 * The whole number nearest to x, and of two equally near ones the even one, as in NumPy, JAX and IEEE 754 (`Math.round`
 * takes the one above); no gradient.
 *
 * @example
 * ```ts
 * import { round, tensor } from "@scoretape/autograd";
 *
 * console.log(round(tensor([0.5, 1.5, 2.5, -2.6])).toArray()); // [ 0, 2, 2, -3 ]
 * ```
 */
export const round: Unary = /* @__PURE__ */ asUnary(
  /* @__PURE__ */ constant<PlainName>(
    /* @__PURE__ */ elementByElement("round", kernels.round, arithmetic.round, "instruction"),
  ),
);

/**
 * ⌈x⌉ = −⌊−x⌋, the smallest whole number that is not below x; no gradient.
 *
 * @example
 * ```ts
 * import { ceil, tensor } from "@scoretape/autograd";
 *
 * console.log(ceil(tensor([1.5, -2.5])).toArray()); // [ 2, -2 ]
 * ```
 */
export function ceil(x: TensorLike): Tensor {
  const input = lift("ceil", x);
  oneFloat("ceil", [input.dtype]);
  return neg(floor(neg(input)));
}

/**
 * The remainder x − y·⌊x/y⌋, of the sign of y, as in NumPy and JAX; broadcast. For an infinite y it is x, or y where the
 * signs differ; for y = 0 NaN. It is computed as it is written: off by roundings of x, so that a quotient that rounds to a
 * whole number may leave 0 of what is nearly y. The derivatives are 1 in x and −⌊x/y⌋ in y, also where it jumps.
 *
 * @throws ShapeError when the shapes do not broadcast
 *
 * @example
 * ```ts
 * import { mod, tensor } from "@scoretape/autograd";
 *
 * console.log(mod(tensor([7, -7]), 3).toArray()); // [ 1, 2 ]
 * console.log(mod(tensor([7, -7]), -3).toArray()); // [ -2, -1 ]
 * ```
 */
export function mod(x: TensorLike, y: TensorLike): Tensor {
  const [dividend, divisor] = pair(broadcastTogether("mod", [x, y]));
  oneFloat("mod", [dividend.dtype, divisor.dtype]);
  const quotient = floor(div(dividend, divisor));
  // What is no multiple at all stays: the divisor may be infinite.
  const rest = sub(dividend, where(equal(quotient, 0), 0, mul(quotient, divisor)));
  return where(less(mul(sign(rest), divisor), 0), add(rest, divisor), rest);
}
