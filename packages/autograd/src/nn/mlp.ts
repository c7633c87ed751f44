import { checkFunction, checkOptions, kindOf } from "../arguments.ts";
import { broadcastTo } from "../ops/broadcast.ts";
import { relu } from "../ops/choice.ts";
import { sigmoid, silu, sin, softplus, tanh } from "../ops/elementwise.ts";
import { reshape } from "../ops/layout.ts";
import { slice } from "../ops/movement.ts";
import { gelu } from "../ops/normal.ts";
import { checkKey } from "../random/checks.ts";
import { foldIn } from "../random.ts";
import { checkList, ShapeError, showShape } from "../shape.ts";
import { onesLike, type Tensor } from "../tensor.ts";
import { jvp } from "../transforms/forward.ts";
import { type DenseOptions, type DenseParams, denseKinds, layer } from "./dense.ts";
import { traceOfProduct } from "./divergence.ts";
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

/** Which inputs of a network a divergence is taken with respect to. */
export interface DivergenceOptions {
  /** How many of the first inputs vary, the others being held fixed; all unless said. */
  readonly variables?: number;
}

/** A multilayer perceptron. Its params are an array with one `{ weight: [in, out], bias: [out] }` per layer. */
export interface Mlp extends Module<readonly DenseParams[]> {
  /**
   * The output f(x), and its divergence ∇·f = Σᵢ ∂fᵢ/∂xᵢ = tr ∂f/∂x at each row: [..., outputs] and [...].
   *
   * It is the trace of the weights' product W₁D₁W₂D₂⋯W_L with the slopes Dₗ of the activations between them,
   * which is cyclic. With one hidden layer of width h it is Σₖ d₁[k]·(W₂W₁)[k, k], and with two of them
   * d₁ᵀ(W₂ ∘ (W₃W₁)ᵀ)d₂: one product n×h×h for n rows, whatever the number of variables, where `jvp` takes one for
   * each variable. In a deeper network the basis of one layer is pushed around the cycle, from where that is
   * cheapest: usually the narrowest.
   *
   * The slopes are derivatives of the activation itself, so that the divergence is differentiable as often as
   * that is. A gradient of both passes through the network once.
   *
   * @param x [..., inputs]
   * @throws ShapeError unless as many inputs vary as there are outputs, and where `apply` throws
   *
   * @example
   * ```ts
   * import { nn, tensor } from "@scoretape/autograd";
   *
   * // f(x) = 3·tanh(2x) has the value 0 and the slope 6 at 0.
   * const net = nn.mlp([1, 1, 1], { activation: "tanh" });
   * const params = [2, 3].map((weight) => ({ weight: tensor([[weight]]), bias: tensor([0]) }));
   * const [output, divergence] = net.applyWithDivergence(params, tensor([[0]]));
   * console.log(output.toArray(), divergence.toArray()); // [ [ 0 ] ] [ 6 ]
   * ```
   */
  applyWithDivergence(
    params: readonly DenseParams[],
    x: Tensor,
    options?: DivergenceOptions,
  ): [output: Tensor, divergence: Tensor];
}

/**
 * A multilayer perceptron: dense layers with an activation after each but the last, which is linear.
 * [..., widths[0]] → [..., widths.at(-1)].
 *
 * @param widths the size of the input, of every hidden layer, and of the output
 * @throws RangeError unless there are two widths or more, all whole numbers from 1
 * @throws ShapeError from `apply`, with the number of the layer, when x or the params do not fit the widths
 *
 * @example
 * ```ts
 * import { nn, random, tree } from "@scoretape/autograd";
 *
 * const net = nn.mlp([2, 64, 64, 2], { activation: "tanh" });
 * const parameters = net.init(random.key(0));
 * console.log(tree.size(parameters)); // 4482
 * console.log(net.apply(parameters, random.normal(random.key(1), [5, 2])).shape); // [ 5, 2 ]
 * ```
 */
export function mlp(widths: readonly number[], options: MlpOptions = {}): Mlp {
  checkOptions("nn.mlp", options, { ...denseKinds, activation: "any" });
  const { activation = "softplus", ...denseOptions } = options;
  checkList("nn.mlp", "widths", widths, "[2, 64, 2]");
  if (widths.length < 2) {
    throw new RangeError(`nn.mlp: widths ${showShape(widths)}; give at least an input and an output width`);
  }
  const activate = functionOf(activation);
  const layers = Array.from(widths)
    .slice(1)
    .map((outputs, i) => layer(`nn.mlp: layer ${i}`, widths[i] ?? 0, outputs, denseOptions));
  /** The output, with `between` applied after each layer but the last. */
  const forward = (params: readonly DenseParams[], x: Tensor, between: (values: Tensor) => Tensor): Tensor =>
    layers.reduce((values, { apply }, i) => {
      checkList("nn.mlp", "params", params, "those that this network's init made");
      const own = params[i];
      if (own === undefined || params.length !== layers.length) {
        throw new ShapeError(
          `nn.mlp: widths ${showShape(widths)} need params of ${layers.length} layers, got ${params.length}`,
        );
      }
      const output = apply(own, values);
      return i === layers.length - 1 ? output : between(output);
    }, x);
  return {
    init(key) {
      checkKey("nn.mlp", key);
      return layers.map(({ init }, i) => init(foldIn(key, i)));
    },
    apply: (params, x) => forward(params, x, activate),
    applyWithDivergence(params, x, options = {}) {
      checkOptions("nn.mlp: applyWithDivergence", options, { variables: "number" });
      const { variables = widths[0] ?? 0 } = options;
      checkVariables(widths, variables);
      const slopes: Tensor[] = [];
      const output = forward(params, x, (values) => {
        const [activated, slope] = jvp(activate, [values], [onesLike(values)]);
        slopes.push(reshape(slope, [-1, slope.shape.at(-1) ?? 0]));
        return activated;
      });
      const weights = params.map(({ weight }, i) =>
        i === 0 ? slice(weight, [0, 0], [variables, widths[1] ?? 0]) : weight,
      );
      const trace = traceOfProduct(weights, slopes);
      const rows = x.shape.slice(0, -1);
      return [output, trace.rank === 0 ? broadcastTo(trace, rows) : reshape(trace, rows)];
    },
  };
}

/** Throws unless a divergence exists: as many variables as outputs. */
function checkVariables(widths: readonly number[], variables: number): void {
  const [inputs, outputs] = [widths[0] ?? 0, widths.at(-1) ?? 0];
  if (variables === outputs && variables <= inputs) return;
  const remedy = outputs < inputs ? `; give { variables: ${outputs} } to hold the other inputs fixed` : "";
  throw new ShapeError(
    `nn.mlp: applyWithDivergence: widths ${showShape(widths)} have outputs: ${outputs}, inputs that vary: ${variables}; ` +
      `they must be as many${remedy}`,
  );
}

function functionOf(activation: Activation): (x: Tensor) => Tensor {
  if (typeof activation === "function") {
    checkFunction("nn.mlp", activation, "activation");
    return activation;
  }
  if (typeof activation === "string" && Object.hasOwn(activations, activation))
    return activations[activation];
  const known = Object.keys(activations).join(", ");
  throw new RangeError(`nn.mlp: no activation ${kindOf(activation)}; choose ${known}, or give a function`);
}
