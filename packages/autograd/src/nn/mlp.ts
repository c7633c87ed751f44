import { gelu, relu, sigmoid, silu, sin, softplus, tanh } from "../ops/elementwise.ts";
import { foldIn } from "../random.ts";
import { ShapeError, showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { type DenseOptions, type DenseParams, layer } from "./dense.ts";
import type { Module } from "./module.ts";

/** The activations that have a name. */
export type ActivationName = "softplus" | "tanh" | "relu" | "silu" | "gelu" | "sigmoid" | "sin";

/** A function between layers, applied element by element: a name, or any function that keeps the shape. */
export type Activation = ActivationName | ((x: Tensor) => Tensor);

const activations: Readonly<Record<ActivationName, (x: Tensor) => Tensor>> = {
  softplus,
  tanh,
  relu,
  silu,
  gelu,
  sigmoid,
  sin,
};

/** Options of a multilayer perceptron. */
export interface MlpOptions extends DenseOptions {
  /**
   * `softplus` unless said. `relu` has no second derivative: a loss that contains a derivative of the network
   * with respect to x does not see its curvature.
   */
  readonly activation?: Activation;
}

/**
 * A multilayer perceptron: dense layers with an activation after each but the last, which is linear.
 * [..., widths[0]] → [..., widths.at(-1)].
 *
 * @param widths the size of the input, of every hidden layer, and of the output
 * @returns its params are an array with one `{ weight: [in, out], bias: [out] }` per layer
 * @throws RangeError unless there are two widths or more, all whole numbers from 1
 * @throws ShapeError from `apply`, with the number of the layer, when x or the params do not fit the widths
 */
export function mlp(widths: readonly number[], options: MlpOptions = {}): Module<readonly DenseParams[]> {
  const { activation = "softplus", ...denseOptions } = options;
  if (widths.length < 2) {
    throw new RangeError(`nn.mlp: widths ${showShape(widths)}; give at least an input and an output width`);
  }
  const activate = functionOf(activation);
  const layers = widths
    .slice(1)
    .map((outputs, i) => layer(`nn.mlp: layer ${i}`, widths[i] ?? 0, outputs, denseOptions));
  return {
    init: (key) => layers.map(({ init }, i) => init(foldIn(key, i))),
    apply: (params, x) =>
      layers.reduce((values, { apply }, i) => {
        const own = params[i];
        if (own === undefined || params.length !== layers.length) {
          throw new ShapeError(
            `nn.mlp: widths ${showShape(widths)} need params of ${layers.length} layers, got ${params.length}`,
          );
        }
        const output = apply(own, values);
        return i === layers.length - 1 ? output : activate(output);
      }, x),
  };
}

function functionOf(activation: Activation): (x: Tensor) => Tensor {
  if (typeof activation === "function") return activation;
  if (Object.hasOwn(activations, activation)) return activations[activation];
  const known = Object.keys(activations).join(", ");
  throw new RangeError(`nn.mlp: no activation "${activation}"; choose ${known}, or give a function`);
}
