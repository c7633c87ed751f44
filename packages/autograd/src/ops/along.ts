import { kindOf } from "../arguments.ts";
import type { AxisParameters, SizedAxisParameters } from "../backend.ts";
import * as kernels from "../backends/js/indexed.ts";
import { bind, defineOp, type Op, oneFloat } from "../op.ts";
import { normalizeAxis, type Shape, ShapeError, showShape, sizeAt } from "../shape.ts";
import { checkTensor, Tensor, zeros } from "../tensor.ts";
import { moves, sums } from "./construct.ts";
import { picking, putting } from "./reach.ts";

// Elements by index, each in its own line along an axis.

export const takeAlongOp: Op<AxisParameters> = /* @__PURE__ */ defineOp({
  name: "takeAlong",
  traits: moves,
  kernel: kernels.takeAlong,
  shape: ({ axis }, x, indices = []) => {
    const fits = indices.length === x.length && indices.every((size, i) => i === axis || size === x[i]);
    if (fits) return indices;
    throw new ShapeError(
      `takeAlong: indices ${showShape(indices)} do not fit x ${showShape(x)} along axis ${axis}; ` +
        "all other sizes must be equal",
    );
  },
  dtype: (_parameters, x = "float32") => x,
  derivative: ({ axis }, _output, x = zeros([]), indices = zeros([])) =>
    picking(
      (tangent) => bind(takeAlongOp, { axis }, tangent, indices),
      (cotangent) => bind(scatterAddAlongOp, { axis, size: sizeAt(x.shape, axis) }, cotangent, indices),
    ),
});

export const scatterAddAlongOp: Op<SizedAxisParameters> = /* @__PURE__ */ defineOp({
  name: "scatterAddAlong",
  traits: sums,
  kernel: kernels.scatterAddAlong,
  shape: ({ axis, size }, x): Shape => x.map((own, i) => (i === axis ? size : own)),
  dtype: (_parameters, x = "float32") => oneFloat("scatterAddAlong", [x]),
  derivative: (parameters, _output, _x, indices = zeros([])) =>
    putting(
      (tangent) => bind(scatterAddAlongOp, parameters, tangent, indices),
      (cotangent) => bind(takeAlongOp, { axis: parameters.axis }, cotangent, indices),
    ),
});

/**
 * The elements that the indices name, each in its own line along an axis (the last one unless said): for axis 1 of two,
 * yᵢₖ = x at [i, indicesᵢₖ], as NumPy's take_along_axis. What comes of `argSort`, `argMax` with `keepDims` and `topK` fits.
 * The adjoint adds each cotangent to its element.
 *
 * @param indices whole numbers from 0, below the axis's size, of x's shape but for that axis
 * @throws ShapeError when x has no such axis, the indices have another shape, or one is outside
 *
 * @example
 * ```ts
 * import { argSort, takeAlong, tensor } from "@scoretape/autograd";
 *
 * const x = tensor([[3, 1, 2], [7, 9, 8]]);
 * console.log(takeAlong(x, argSort(x)).toArray()); // [ [ 1, 2, 3 ], [ 7, 8, 9 ] ]
 * ```
 */
export function takeAlong(x: Tensor, indices: Tensor, axis = -1): Tensor {
  checkTensor("takeAlong", x);
  if (!(indices instanceof Tensor)) {
    throw new TypeError(`takeAlong: indices are ${kindOf(indices)}; give a tensor of x's rank`);
  }
  return bind(takeAlongOp, { axis: normalizeAxis("takeAlong", axis, x.shape) }, x, indices);
}
