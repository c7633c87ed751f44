import { checkOptions } from "../arguments.ts";
import { normalizeAxes, ShapeError, showShape, sizeAt } from "../shape.ts";
import { onesLike, type Tensor, type TensorLike } from "../tensor.ts";
import { sub } from "./arithmetic.ts";
import { lift } from "./construct.ts";
import { div, sqrt, square } from "./elementwise.ts";
import { type ReduceOptions, reduceOptions, sumAs } from "./reduce.ts";

/** The mean. @throws ShapeError when there is nothing to average */
export function mean(x: TensorLike, options: ReduceOptions = {}): Tensor {
  const total = sumAs("mean", x, options);
  return div(total, countOf("mean", lift("mean", x), options));
}

/** The mean squared deviation from the mean (divided by n). @throws ShapeError when there are no elements */
export function variance(x: TensorLike, options: ReduceOptions = {}): Tensor {
  return varianceAs("variance", x, options);
}

/**
 * The standard deviation √(Σ(x − x̄)²/n), the root of the variance; where it is 0, its derivative does not exist.
 *
 * @throws ShapeError when there are no elements
 *
 * @example
 * ```ts
 * import { std, tensor } from "@scoretape/autograd";
 *
 * const x = tensor([[1, 3], [2, 100]]);
 * console.log(std(x, { axis: 1 }).toArray()); // [ 1, 49 ]
 * console.log(std(x, { axis: 1, where: tensor([[1, 1], [1, 0]]) }).toArray()); // [ 1, 0 ]
 * ```
 */
export function std(x: TensorLike, options: ReduceOptions = {}): Tensor {
  return sqrt(varianceAs("std", x, options));
}

function varianceAs(name: string, x: TensorLike, options: ReduceOptions): Tensor {
  checkOptions(name, options, reduceOptions);
  const input = lift(name, x);
  const total = sumAs(name, input, { ...options, keepDims: true });
  const deviation = sub(input, div(total, countOf(name, input, { ...options, keepDims: true })));
  return div(sumAs(name, square(deviation), options), countOf(name, input, options));
}

/** How many elements are averaged: a number, or with a mask a tensor of them. */
function countOf(name: string, x: Tensor, options: ReduceOptions): TensorLike {
  const axes = normalizeAxes(name, options.axis, x.shape);
  const count = axes.reduce((product, axis) => product * sizeAt(x.shape, axis), 1);
  if (count === 0)
    throw new ShapeError(`${name}: ${showShape(x.shape)} has no elements along axes ${showShape(axes)}`);
  return options.where === undefined ? count : sumAs(name, onesLike(x), options);
}
