import { add, checkFunction, checkOptions, mul, random, sqrt, sub, type Tensor } from "@scoretape/autograd";
import { squaredNorm } from "../rows.ts";
import type { Energy } from "../score.ts";
import { type ChainState, stateOf } from "./chainState.ts";
import { compiled } from "./compiled.ts";
import { metropolis } from "./metropolis.ts";
import { type MetropolisKernel, metropolisChains } from "./metropolisChains.ts";
import { type MetropolisOptions, type MetropolisSamples, metropolisKinds } from "./metropolisOptions.ts";
import { floatOf } from "./walk.ts";

/**
 * A Langevin step as a proposal: x' = x − (ε/2)σ²∇E(x) + √ε·σ·z.
 *
 * @param noise z standard normal, [n, d]
 * @param stepSize ε > 0, a scalar
 * @param scale σ > 0, [d]
 */
export function langevinProposal(
  { x, gradient }: ChainState,
  noise: Tensor,
  stepSize: Tensor,
  scale: Tensor,
): Tensor {
  const halfway = mul(mul(-0.5, stepSize), mul(scale, gradient));
  return add(x, mul(scale, add(halfway, mul(sqrt(stepSize), noise))));
}

/**
 * ΔH of that proposal, −log of p(x')q(x' → x)/(p(x)q(x → x')): E(x') − E(x) + ½‖z'‖² − ½‖z‖², [n], where
 * z' = (√ε/2)·σ(∇E(x) + ∇E(x')) − z is the noise that leads from x' back to x.
 */
export function langevinError(
  current: ChainState,
  proposal: ChainState,
  noise: Tensor,
  stepSize: Tensor,
  scale: Tensor,
): Tensor {
  const pull = mul(mul(0.5, sqrt(stepSize)), mul(scale, add(current.gradient, proposal.gradient)));
  const back = sub(pull, noise);
  const asymmetry = mul(0.5, sub(squaredNorm(back), squaredNorm(noise)));
  return add(sub(proposal.energy, current.energy), asymmetry);
}

/**
 * The Metropolis-adjusted Langevin algorithm, one chain per row of x0: the step x' = x − (ε/2)∇E(x) + √ε·z of
 * {@link langevin} is accepted with probability min(1, p(x')q(x' → x)/(p(x)q(x → x'))), p ∝ exp(−E), q the normal
 * density of the step; else the chain stays where it is. So its stationary distribution is p for every ε, where
 * that of the unadjusted step is not. Besag 1994; Roberts & Tweedie 1996.
 *
 * With a warm-up, ε adapts to an acceptance of 0.574 (the optimum in many dimensions, Roberts & Rosenthal 1998)
 * or `targetAcceptance`, and is then frozen. The `warnings` of the result say what speaks against the chains.
 *
 * @param energy E, [n, d] → [n]
 * @param x0 where the chains start, [n, d]; E and ∇E must be finite there
 * @throws RangeError when a chain starts where E or ∇E is not finite, or an option is out of range
 * @throws ShapeError when x0 is not [n, d], or the energy does not return [n]
 *
 * @example
 * ```ts
 * import { mul, random, square, sum, variance, zeros } from "@scoretape/autograd";
 * import { mala } from "@scoretape/score";
 *
 * const { samples, acceptanceRate } = mala((x) => mul(0.5, sum(square(x), { axis: 1 })), zeros([4000, 1]), {
 *   stepSize: 1,
 *   warmUpSteps: 100,
 *   steps: 20,
 *   key: random.key(0),
 * });
 * console.log(variance(samples).item().toFixed(1)); // 1.0
 * console.log(acceptanceRate.toFixed(1)); // 0.6
 * ```
 */
export function mala(energy: Energy, x0: Tensor, options: MetropolisOptions): MetropolisSamples {
  const name = "mala";
  checkOptions(name, options, metropolisKinds);
  checkFunction(name, energy, "the energy");
  const evaluate = stateOf(name, energy);
  const kernel: MetropolisKernel = (state, key, stepSize, scale) => {
    const { x } = state;
    const draws = { dtype: floatOf(x) };
    const noise = random.normal(random.foldIn(key, 0), x.shape, draws);
    const proposal = evaluate(langevinProposal(state, noise, stepSize, scale));
    const error = langevinError(state, proposal, noise, stepSize, scale);
    return metropolis(state, proposal, error, random.uniform(random.foldIn(key, 1), error.shape, draws));
  };
  return metropolisChains(name, energy, compiled(kernel, options.backend), x0, {
    targetAcceptance: 0.574,
    ...options,
  });
}
