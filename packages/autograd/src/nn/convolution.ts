import { checkOptions, kindOf } from "../arguments.ts";
import { add } from "../ops/arithmetic.ts";
import { type ConvOptions, checkMoves, conv as convolve } from "../ops/convolution.ts";
import { reshape } from "../ops/layout.ts";
import { checkFloat, checkKey } from "../random/checks.ts";
import { checkShape, type Shape, ShapeError, showShape, sizeOf } from "../shape.ts";
import { checkTensor, type Tensor } from "../tensor.ts";
import { checkWidth, type DenseOptions, denseKinds, parameterOf } from "./dense.ts";
import { glorotUniform, zeros } from "./initializers.ts";
import type { Module } from "./module.ts";

/** The parameters of a convolution. */
export type ConvParams = {
  /** [...window, inputs / groups, outputs] */
  readonly kernel: Tensor;
  /** [outputs] */
  readonly bias: Tensor;
};

/** Options of a convolution as a layer: those of `conv`, and how its kernel is drawn. */
export interface ConvLayerOptions extends ConvOptions, DenseOptions {
  /** The sizes of the window, one for each spatial axis; [3, 3] unless said. */
  readonly window?: readonly number[];
}

/**
 * A convolution and a bias: [n, ...spatial, inputs] → [n, ...places, outputs].
 *
 * The kernel is drawn as a weight whose inputs are all elements under the window; the bias starts at 0.
 *
 * @throws RangeError unless the widths and the window are whole numbers from 1
 * @throws ShapeError from `apply` when x or the parameters do not fit
 *
 * @example
 * ```ts
 * import { nn, random, zeros } from "@scoretape/autograd";
 *
 * const layer = nn.conv(1, 16);
 * const parameters = layer.init(random.key(0));
 * console.log(parameters.kernel.shape, layer.apply(parameters, zeros([2, 8, 8, 1])).shape); // [ 3, 3, 1, 16 ] [ 2, 8, 8, 16 ]
 * ```
 */
export function conv(inputs: number, outputs: number, options: ConvLayerOptions = {}): Module<ConvParams> {
  const name = "nn.conv";
  checkOptions(name, options, {
    ...denseKinds,
    window: "any",
    stride: "any",
    padding: "any",
    dilation: "any",
    groups: "number",
  });
  const { window = [3, 3], initializer = glorotUniform, dtype } = options;
  const draw = dtype === undefined ? {} : { dtype };
  for (const width of [inputs, outputs]) checkWidth(name, width);
  if (!Array.isArray(window) || window.length < 1 || window.length > 2) {
    throw new RangeError(`${name}: window is ${kindOf(window)}; give one or two sizes, such as [3, 3]`);
  }
  for (const size of window) checkWidth(name, size);
  const moves = checkMoves(name, options, window.length);
  const { groups } = moves;
  if (inputs % groups !== 0 || outputs % groups !== 0) {
    throw new RangeError(
      `${name}: ${inputs} inputs and ${outputs} outputs do not divide into ${kindOf(groups)} groups`,
    );
  }
  checkFloat(name, draw);
  checkShape(name, [...window, inputs, outputs]);
  const shape: Shape = [...window, inputs / groups, outputs];
  return {
    init(key) {
      checkKey(name, key);
      const flat = initializer(key, [sizeOf(shape) / outputs, outputs], draw);
      return { kernel: reshape(flat, shape), bias: zeros(key, [outputs], draw) };
    },
    apply(params, x) {
      checkTensor(name, x);
      if (x.rank !== shape.length || x.shape.at(-1) !== inputs) {
        throw new ShapeError(
          `${name}: x ${showShape(x.shape)} does not fit a kernel ${showShape(shape)} of ${inputs} inputs; ` +
            `give [n, ${window.length === 1 ? "size" : "height, width"}, ${inputs}]`,
        );
      }
      const kernel = parameterOf(name, params, "kernel", shape);
      return add(convolve(x, kernel, moves), parameterOf(name, params, "bias", [outputs]));
    },
  };
}
