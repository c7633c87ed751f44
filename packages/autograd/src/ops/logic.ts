import * as kernels from "../backends/js/unary.ts";
import * as comparisons from "../backends/wasm/maths/comparison.ts";
import { oneFloat } from "../op.ts";
import type { Tensor, TensorLike } from "../tensor.ts";
import { add } from "./arithmetic.ts";
import { broadcastTogether } from "./broadcast.ts";
import { abs, equal, less } from "./choice.ts";
import { constant, elementByElement, lift, type PlainName, pair } from "./construct.ts";
import { asUnary, type Unary } from "./pointwise.ts";
import { type ReduceOptions, sumAs } from "./reduce.ts";

// The package calls isUndefined isNaN, and isNumber isFinite. Truth is a number, as comparisons give it and `where` takes it: 0 is false, and anything else, NaN too, is true.

/**
 * 1 where x is NaN, else 0; no gradient.
 *
 * @example
 * ```ts
 * import { isNaN, tensor } from "@scoretape/autograd";
 *
 * console.log(isNaN(tensor([1, Number.NaN, Infinity])).toArray()); // [ 0, 1, 0 ]
 * ```
 */
export const isUndefined: Unary = /* @__PURE__ */ asUnary(
  /* @__PURE__ */ constant<PlainName>(
    /* @__PURE__ */ elementByElement("isNaN", kernels.isUndefined, comparisons.isUndefined, "light", {
      finite: true,
    }),
  ),
);

/**
 * 1 where x is neither infinite nor NaN, else 0; no gradient.
 *
 * @example
 * ```ts
 * import { isFinite, tensor } from "@scoretape/autograd";
 *
 * console.log(isFinite(tensor([1, Number.NaN, Infinity])).toArray()); // [ 1, 0, 0 ]
 * ```
 */
export function isNumber(x: TensorLike): Tensor {
  return less(abs(floats("isFinite", x)), Number.POSITIVE_INFINITY);
}

/**
 * 1 where x is 0, else 0; no gradient.
 *
 * @example
 * ```ts
 * import { not, tensor } from "@scoretape/autograd";
 *
 * console.log(not(tensor([0, 1, 2])).toArray()); // [ 1, 0, 0 ]
 * ```
 */
export function not(x: TensorLike): Tensor {
  return equal(floats("not", x), 0);
}

/**
 * 1 where neither x nor y is 0, else 0; broadcast; no gradient.
 *
 * @throws ShapeError when the shapes do not broadcast
 *
 * @example
 * ```ts
 * import { and, greater, less, tensor } from "@scoretape/autograd";
 *
 * const x = tensor([-1, 0.5, 2]);
 * console.log(and(greater(x, 0), less(x, 1)).toArray()); // [ 0, 1, 0 ]
 * ```
 */
export function and(x: TensorLike, y: TensorLike): Tensor {
  return equal(falsehoods("and", x, y), 0);
}

/**
 * 1 where x or y or both are not 0, else 0; broadcast; no gradient.
 *
 * @throws ShapeError when the shapes do not broadcast
 *
 * @example
 * ```ts
 * import { greater, less, or, tensor } from "@scoretape/autograd";
 *
 * const x = tensor([-1, 0.5, 2]);
 * console.log(or(less(x, 0), greater(x, 1)).toArray()); // [ 1, 0, 1 ]
 * ```
 */
export function or(x: TensorLike, y: TensorLike): Tensor {
  return less(falsehoods("or", x, y), 2);
}

/** How many of x and y are 0. */
function falsehoods(name: string, x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = pair(broadcastTogether(name, [x, y]));
  oneFloat(name, [a.dtype, b.dtype]);
  return add(equal(a, 0), equal(b, 0));
}

/**
 * 1 where no element along the axes (all of them unless said) is 0, else 0; 1 of no elements; no gradient.
 *
 * @throws ShapeError when x has no such axis
 *
 * @example
 * ```ts
 * import { all, tensor } from "@scoretape/autograd";
 *
 * console.log(all(tensor([[1, 1], [0, 1]]), { axis: 1 }).toArray()); // [ 1, 0 ]
 * ```
 */
export function all(x: TensorLike, options: ReduceOptions = {}): Tensor {
  return equal(sumAs("all", equal(floats("all", x), 0), options), 0);
}

/**
 * 1 where some element along the axes (all of them unless said) is not 0, else 0; 0 of no elements; no gradient.
 *
 * @throws ShapeError when x has no such axis
 *
 * @example
 * ```ts
 * import { any, tensor } from "@scoretape/autograd";
 *
 * console.log(any(tensor([[1, 1], [0, 0]]), { axis: 1 }).toArray()); // [ 1, 0 ]
 * ```
 */
export function any(x: TensorLike, options: ReduceOptions = {}): Tensor {
  return not(equal(sumAs("any", not(not(floats("any", x))), options), 0));
}

function floats(name: string, x: TensorLike): Tensor {
  const input = lift(name, x);
  oneFloat(name, [input.dtype]);
  return input;
}
