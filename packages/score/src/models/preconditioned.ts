import { cast, div, type Key, matmul, mul, sub, type Tensor } from "@scoretape/autograd";
import { checkScores } from "../check.ts";
import type { NoiseConditionalModel } from "./noiseConditionalMlp.ts";
import { type PreconditionedOptions, unitScale } from "./unitScale.ts";

/** A network of unit scale, F(y, u): what {@link preconditioned} makes a score of. */
export interface NoiseNetwork<P, C = never> {
  /** Fresh parameters. */
  init(key: Key): P;
  /**
   * F(y, u): y [n, d] and u = ¼ log σ, [n] → [n, d]; each row depends on its own row alone.
   *
   * @param condition what each row is conditioned on, a tree with the leading axis n, where the network takes one
   */
  apply(parameters: P, y: Tensor, noise: Tensor, condition?: C): Tensor;
}

/**
 * A score by way of a denoiser of which only the unknown part is learned: D = c_skip·x + c_out·F(c_in·x, ¼ log σ) and
 * s = (D − x)/σ², with c_skip = σ_d²/(σ² + σ_d²), c_out = σσ_d/√(σ² + σ_d²), c_in = 1/√(σ² + σ_d²) along each axis.
 * So what F is given, and what it should return, have unit variance at every noise level. Karras et al. 2022, equation 7
 * and table 1; with a deviation of its own for each principal axis of the data.
 *
 * Where F is 0, D is the best linear denoiser, and s the score of the normal distribution with the data's covariance:
 * a network that starts there knows as much as a Gaussian does before it has learned anything.
 *
 * With a reach r, F is divided by 1 + (‖c_in·x‖²/(r²d))², so that far from all data the denoiser is linear.
 *
 * @throws RangeError unless the deviations and the reach are above 0
 * @throws ShapeError when x, the deviations or the axes do not fit each other, or F returns another shape than it is
 *   given
 *
 * @example
 * ```ts
 * import { random, tensor } from "@scoretape/autograd";
 * import { noiseMlp, preconditioned } from "@scoretape/score";
 *
 * const model = preconditioned(noiseMlp({ dimension: 2, hidden: [32, 32] }), { dataDeviation: tensor([3, 1]) });
 * const parameters = model.init(random.key(0));
 * // Untrained, the score is that of N(0, diag(9, 1) + σ²I).
 * console.log(model.apply(parameters, tensor([[10, 2]]), 1).toArray()); // [ [ -1, -1 ] ]
 * ```
 */
export function preconditioned<P, C = never>(
  network: NoiseNetwork<P, C>,
  options: PreconditionedOptions = {},
): NoiseConditionalModel<P, C> {
  const name = "preconditioned";
  const scale = unitScale(name, network, options);
  const { axes } = scale;
  return {
    init: (key) => network.init(key),
    apply(parameters, x, sigma, condition) {
      const { y, noise, level, deviation, spread } = scale.of(x, sigma);
      const F = network.apply(parameters, y, noise, condition);
      checkScores(name, F, x, "the network");
      // (D − x)/σ² with (c_skip − 1)/σ² = −c_in² and c_out/σ² = σ_d·c_in/σ.
      const learned = div(mul(deviation, scale.faded(F, y)), level);
      const score = div(sub(learned, y), spread);
      return axes === undefined ? score : matmul(score, cast(axes, x.dtype), { transposeY: true });
    },
  };
}
