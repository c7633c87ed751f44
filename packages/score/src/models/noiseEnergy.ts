import { div, grad, mul, neg, square, sub, sum, type Tensor, type TensorLike } from "@scoretape/autograd";
import { checkScores } from "../check.ts";
import type { NoiseConditionalModel } from "./noiseConditionalMlp.ts";
import type { NoiseNetwork } from "./preconditioned.ts";
import { type PreconditionedOptions, unitScale } from "./unitScale.ts";

/** A model of an energy: its score is −∇ₓE, the gradient of something. */
export type NoiseEnergyModel<P, C = never> = NoiseConditionalModel<P, C> &
  Required<Pick<NoiseConditionalModel<P, C>, "energy">>;

/**
 * A score that is the gradient of something: s(x, σ) = −∇ₓE(x, σ) with the energy
 * E = ½‖y‖² − Σⱼ (σ_dⱼ/σ)·Fⱼ(y, ¼ log σ), y = x/√(σ_d² + σ²) along each axis, σ_d the deviations of the data.
 * So exp(−E) is a density of the blurred data up to a constant of each noise level, and the score's Jacobian −∇²E is
 * symmetric, which that of a network of scores is not (Salimans & Ho 2021, Should EBMs model the energy or the score?).
 * What F is given has unit variance at every noise level, and its slope, which is to be of the order 1, enters the score as what
 * is learned does in {@link preconditioned}.
 *
 * Where F is 0, E is the energy of the normal distribution with the data's covariance, without its constant
 * ½Σⱼ log(2π(σ_dⱼ² + σ²)).
 *
 * With a reach r, F is divided by 1 + (‖y‖²/(r²d))², so that far from all data the energy is that of a normal distribution, and
 * exp(−E) has an integral.
 *
 * A training differentiates through the gradient: a step takes about twice the time of a score's.
 *
 * @throws RangeError unless the deviations and the reach are above 0
 * @throws ShapeError when x, the deviations or the axes do not fit each other, or F returns another shape than it is
 *   given
 *
 * @example
 * ```ts
 * import { random, tensor } from "@scoretape/autograd";
 * import { noiseEnergy, noiseMlp } from "@scoretape/score";
 *
 * const model = noiseEnergy(noiseMlp({ dimension: 2, hidden: [32, 32] }), { dataDeviation: tensor([3, 1]) });
 * const parameters = model.init(random.key(0));
 * // Untrained, it is the energy of N(0, diag(9, 1) + σ²I): at (10, 2) with σ = 1 that is 10²/20 + 2²/4.
 * console.log(model.energy(parameters, tensor([[10, 2]]), 1).toArray()); // [ 6 ]
 * const score = model.apply(parameters, tensor([[10, 2]]), 1);
 * console.log([...score.data].map((value) => value.toFixed(3)).join(" ")); // -1.000 -1.000
 * ```
 */
export function noiseEnergy<P, C = never>(
  network: NoiseNetwork<P, C>,
  options: PreconditionedOptions = {},
): NoiseEnergyModel<P, C> {
  const name = "noiseEnergy";
  const scale = unitScale(name, network, options);
  const energy = (parameters: P, x: Tensor, sigma: TensorLike, condition?: C): Tensor => {
    const { y, noise, level, deviation } = scale.of(x, sigma);
    const F = network.apply(parameters, y, noise, condition);
    checkScores(name, F, x, "the network");
    const learned = mul(div(deviation, level), scale.faded(F, y));
    return sum(sub(mul(0.5, square(y)), learned), { axis: 1 });
  };
  return {
    init: (key) => network.init(key),
    energy,
    apply: (parameters, x, sigma, condition) =>
      neg(grad((at: Tensor) => sum(energy(parameters, at, sigma, condition)))(x)),
  };
}
