import { checkOptions, kindOf } from "../arguments.ts";
import { add } from "../ops/arithmetic.ts";
import { reshape } from "../ops/layout.ts";
import { matmul } from "../ops/products.ts";
import { checkFloat, checkKey, type DrawOptions } from "../random/checks.ts";
import { type Shape, ShapeError, sameShape, showShape } from "../shape.ts";
import { checkTensor, Tensor } from "../tensor.ts";
import { glorotUniform, type Initializer, zeros } from "./initializers.ts";
import type { Module } from "./module.ts";

/** The parameters of a dense layer. */
export type DenseParams = {
  /** [inputs, outputs] */
  readonly weight: Tensor;
  /** [outputs] */
  readonly bias: Tensor;
};

/** Options of a dense layer. */
export interface DenseOptions extends DrawOptions {
  /** How the weight is drawn: `glorotUniform` unless said. The bias starts at 0. */
  readonly initializer?: Initializer;
}

/**
 * The affine layer x·W + b: [..., inputs] → [..., outputs].
 *
 * @throws RangeError unless the widths are whole numbers from 1
 * @throws ShapeError from `apply` when x's last axis or the parameters do not fit the widths
 *
 * @example
 * ```ts
 * import { nn, random, tensor } from "@scoretape/autograd";
 *
 * const layer = nn.dense(3, 2);
 * const parameters = layer.init(random.key(0));
 * console.log(parameters.weight.shape, parameters.bias.shape); // [ 3, 2 ] [ 2 ]
 * console.log(layer.apply(parameters, tensor([[1, 2, 3]])).shape); // [ 1, 2 ]
 * ```
 */
export function dense(inputs: number, outputs: number, options: DenseOptions = {}): Module<DenseParams> {
  checkOptions("nn.dense", options, denseKinds);
  return layer("nn.dense", inputs, outputs, options);
}

/** The options of a layer, by their kinds. */
export const denseKinds = { dtype: "any", initializer: "function" } as const;

/** A dense layer whose errors carry a name. */
export function layer(
  name: string,
  inputs: number,
  outputs: number,
  { initializer = glorotUniform, ...draw }: DenseOptions,
): Module<DenseParams> {
  for (const width of [inputs, outputs]) checkWidth(name, width);
  checkFloat(name, draw);
  return {
    init(key) {
      checkKey(name, key);
      const weight = initializer(key, [inputs, outputs], draw);
      checkParameter(name, "weight", weight, [inputs, outputs]);
      return { weight, bias: zeros(key, [outputs], draw) };
    },
    apply(params, x) {
      checkTensor(name, x);
      const weight = parameterOf(name, params, "weight", [inputs, outputs]);
      const bias = parameterOf(name, params, "bias", [outputs]);
      if (x.shape.at(-1) !== inputs) {
        throw new ShapeError(
          `${name}: x ${showShape(x.shape)} does not fit weight ${showShape(weight.shape)}: ` +
            (x.rank === 0 ? "a scalar has no last axis" : `its last axis is ${x.shape.at(-1)}`) +
            `; give [..., ${inputs}]`,
        );
      }
      const rows = x.rank === 1 ? reshape(x, [1, inputs]) : x;
      return add(reshape(matmul(rows, weight), [...x.shape.slice(0, -1), outputs]), bias);
    },
  };
}

/** Throws unless a size of a layer is one. */
export function checkWidth(name: string, width: number): void {
  if (Number.isSafeInteger(width) && width >= 1) return;
  throw new RangeError(`${name}: width ${kindOf(width)}; widths are whole numbers from 1`);
}

/** A parameter of a layer. Throws unless it is a tensor of the shape that the layer's init gives it. */
export function parameterOf<K extends string>(
  name: string,
  params: Readonly<Record<K, Tensor>>,
  parameter: K,
  shape: Shape,
): Tensor {
  if (typeof params !== "object" || params === null) {
    throw new TypeError(`${name}: params are ${kindOf(params)}; use those that this layer's init made`);
  }
  const value = params[parameter];
  checkParameter(name, parameter, value, shape);
  return value;
}

function checkParameter(name: string, parameter: string, value: unknown, shape: Shape): void {
  const found = value instanceof Tensor ? showShape(value.shape) : kindOf(value);
  if (!(value instanceof Tensor) || !sameShape(value.shape, shape)) {
    throw new ShapeError(
      `${name}: ${parameter} is ${found}, not ${showShape(shape)}; use the params that this layer's init made`,
    );
  }
}
