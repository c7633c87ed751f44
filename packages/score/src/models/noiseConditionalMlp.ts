import {
  add,
  broadcastTo,
  checkOptions,
  concat,
  div,
  expandDims,
  type Key,
  log,
  mul,
  nn,
  ShapeError,
  sqrt,
  square,
  squeeze,
  type Tensor,
  type TensorLike,
  tensor,
} from "@scoretape/autograd";
import { checkCount, checkNumbers } from "../check.ts";
import { noiseFrequencies, waves } from "./waves.ts";

/** The shape of a noise-conditional network. */
export interface NoiseConditionalMlpOptions {
  /** d, the number of columns of the data. */
  readonly dimension: number;
  /** The widths of the hidden layers. */
  readonly hidden: readonly number[];
  /** The activation of the hidden layers; softplus unless said: a score needs a smooth derivative. */
  readonly activation?: nn.Activation;
  /** How many sine and cosine pairs embed log σ; 4 unless said. */
  readonly frequencies?: number;
}

/** A score network that is told how noisy its input is. */
export interface NoiseConditionalModel<P, C = never> {
  /** Fresh parameters. */
  init(key: Key): P;
  /**
   * s(x, σ): x [n, d], σ [n] or a number, both standardised alike → [n, d].
   *
   * @param condition what each row is conditioned on, a tree with the leading axis n, where the model takes one
   */
  apply(parameters: P, x: Tensor, sigma: TensorLike, condition?: C): Tensor;
  /** s(x, σ) [n, d] and ∇·s(x, σ) [n], where the model knows that at less than d Jacobian-vector products. */
  applyWithDivergence?(
    parameters: P,
    x: Tensor,
    sigma: TensorLike,
  ): readonly [score: Tensor, divergence: Tensor];
  /** E(x, σ) [n], of which the score is −∇ₓE, where the model is one of an energy. */
  energy?(parameters: P, x: Tensor, sigma: TensorLike, condition?: C): Tensor;
}

/**
 * s(x, σ) = MLP(x/√(1 + σ²), embedding of log σ)/σ: an MLP whose input has unit scale at every noise level
 * when the data has, and whose output has the scale 1/σ of the score of noisy data (Song & Ermon 2020,
 * technique 3; the input scaling as in Karras et al. 2022, table 1).
 *
 * The embedding is log σ itself with sin and cos of ω·log σ, ω = ½, 1, 2, …. Its divergence with respect to x is
 * that of the MLP in its first d inputs, divided by σ√(1 + σ²).
 *
 * @example
 * ```ts
 * import { random } from "@scoretape/autograd";
 * import { noiseConditionalMlp } from "@scoretape/score";
 *
 * const model = noiseConditionalMlp({ dimension: 2, hidden: [32, 32] });
 * const parameters = model.init(random.key(0));
 * const x = random.normal(random.key(1), [5, 2]);
 * console.log(model.apply(parameters, x, 0.1).shape); // [ 5, 2 ]
 * const [score, divergence] = model.applyWithDivergence(parameters, x, 0.1);
 * console.log(score.shape, divergence.shape); // [ 5, 2 ] [ 5 ]
 * ```
 */
export function noiseConditionalMlp(
  options: NoiseConditionalMlpOptions,
): Required<Omit<NoiseConditionalModel<readonly nn.DenseParams[]>, "energy">> {
  const name = "noiseConditionalMlp";
  checkOptions(name, options, {
    dimension: "number",
    hidden: "any",
    activation: "any",
    frequencies: "number",
  });
  checkCount(name, options.dimension, "dimension");
  checkNumbers(name, options.hidden, "hidden");
  if (options.frequencies !== undefined) checkCount(name, options.frequencies, "frequencies");
  const { dimension, hidden, activation = "softplus", frequencies = 4 } = options;
  const net = nn.mlp([dimension + 1 + 2 * frequencies, ...hidden, dimension], { activation });
  /** The network's input, and the columns σ and √(1 + σ²) that scale it. */
  const prepare = (x: Tensor, sigma: TensorLike): { input: Tensor; level: Tensor; spread: Tensor } => {
    const [rows, columns] = x.shape;
    if (rows === undefined || columns !== dimension || x.rank !== 2) {
      throw new ShapeError(
        `noiseConditionalMlp: x has shape [${x.shape.join(", ")}], the network takes [n, ${dimension}]`,
      );
    }
    const level = expandDims(broadcastTo(asTensorLike(sigma, x), [rows]), 1);
    const spread = sqrt(add(1, square(level)));
    const noise = log(level);
    const input = concat([div(x, spread), noise, ...waves(noise, noiseFrequencies(frequencies))], 1);
    return { input, level, spread };
  };
  return {
    init: net.init,
    apply(parameters, x, sigma) {
      const { input, level } = prepare(x, sigma);
      return div(net.apply(parameters, input), level);
    },
    applyWithDivergence(parameters, x, sigma) {
      const { input, level, spread } = prepare(x, sigma);
      const [output, inner] = net.applyWithDivergence(parameters, input, { variables: dimension });
      return [div(output, level), div(inner, squeeze(mul(spread, level), 1))];
    },
  };
}

function asTensorLike(sigma: TensorLike, like: Tensor): Tensor {
  return typeof sigma === "number" ? tensor(sigma, { dtype: like.dtype }) : sigma;
}
