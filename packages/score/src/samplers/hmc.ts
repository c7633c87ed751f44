import {
  add,
  checkFunction,
  checkOptions,
  type Key,
  mul,
  random,
  sub,
  type Tensor,
} from "@scoretape/autograd";
import { checkCount, checkNumbers } from "../check.ts";
import { squaredNorm } from "../rows.ts";
import type { Energy } from "../score.ts";
import { type ChainState, stateOf } from "./chainState.ts";
import { compiled } from "./compiled.ts";
import { metropolis } from "./metropolis.ts";
import { type MetropolisKernel, metropolisChains } from "./metropolisChains.ts";
import { type MetropolisOptions, type MetropolisSamples, metropolisKinds } from "./metropolisOptions.ts";
import { floatOf } from "./walk.ts";

/** How to run Hamiltonian Monte Carlo. */
export interface HmcOptions extends MetropolisOptions {
  /** L, how many leapfrog steps make a proposal, from 1; of a pair `[least, most]` a number between them, equally
   * likely, is drawn anew for each proposal, which keeps chains off periodic orbits. */
  readonly leapfrogSteps: number | readonly [least: number, most: number];
}

/**
 * A leapfrog step of dx/dt = σv, dv/dt = −σ∇E(x): v ← v − (ε/2)σ∇E(x), x ← x + ε·σv, v ← v − (ε/2)σ∇E(x).
 * Reversible, volume-preserving, of second order.
 *
 * @param evaluate from positions to states
 * @param velocity v, [n, d]
 * @param stepSize ε, a scalar
 * @param scale σ, [d]
 */
export function leapfrog(
  evaluate: (x: Tensor) => ChainState,
  state: ChainState,
  velocity: Tensor,
  stepSize: Tensor,
  scale: Tensor,
): readonly [state: ChainState, velocity: Tensor] {
  const kick = (v: Tensor, gradient: Tensor): Tensor => sub(v, mul(mul(0.5, stepSize), mul(scale, gradient)));
  const midway = kick(velocity, state.gradient);
  const next = evaluate(add(state.x, mul(stepSize, mul(scale, midway))));
  return [next, kick(midway, next.gradient)];
}

/** H = E(x) + ½‖v‖², [n]. */
function hamiltonian({ energy }: ChainState, velocity: Tensor): Tensor {
  return add(energy, mul(0.5, squaredNorm(velocity)));
}

/**
 * Hamiltonian Monte Carlo, one chain per row of x0: a standard normal velocity, L leapfrog steps of size ε, and
 * the end accepted with probability min(1, exp(H − H')), H = E(x) + ½‖v‖². Duane et al. 1987; Neal 2011. With
 * L = 1 it is {@link mala} with ε².
 *
 * With a warm-up, ε adapts to an acceptance of 0.8 or `targetAcceptance` (0.651 is the optimum in many dimensions,
 * Beskos et al. 2013; more is safer), and is then frozen. The scale σ is that of a diagonal mass matrix, M = σ⁻².
 *
 * Look at the `warnings` of the result: they say where acceptance, divergences or a trajectory that was kept speak
 * against the chains.
 *
 * @param energy E, [n, d] → [n]
 * @param x0 where the chains start, [n, d]; E and ∇E must be finite there
 * @throws RangeError when a chain starts where E or ∇E is not finite, or an option is out of range
 * @throws ShapeError when x0 is not [n, d], or the energy does not return [n]
 *
 * @example
 * ```ts
 * import { neg, random, zeros } from "@scoretape/autograd";
 * import { data, effectiveSampleSize, hmc } from "@scoretape/score";
 *
 * const target = data.gaussian({ mean: [1, 2], covariance: [[1, 0.9], [0.9, 1]] });
 * const { trajectory, warnings } = hmc((x) => neg(target.logDensity(x)), zeros([4, 2]), {
 *   stepSize: 0.5,
 *   leapfrogSteps: [3, 7],
 *   warmUpSteps: 100,
 *   steps: 500,
 *   trajectory: 1,
 *   key: random.key(0),
 * });
 * console.log(effectiveSampleSize(trajectory).every((size) => size > 500), warnings); // true []
 * ```
 */
export function hmc(energy: Energy, x0: Tensor, options: HmcOptions): MetropolisSamples {
  const name = "hmc";
  checkOptions(name, options, { ...metropolisKinds, leapfrogSteps: "any" });
  checkFunction(name, energy, "the energy");
  const { leapfrogSteps, backend } = options;
  if (typeof leapfrogSteps !== "number") checkNumbers(name, leapfrogSteps, "leapfrogSteps");
  const [least = 0, most = 0] =
    typeof leapfrogSteps === "number" ? [leapfrogSteps, leapfrogSteps] : leapfrogSteps;
  checkCount(name, least, "leapfrogSteps");
  checkCount(name, most, "leapfrogSteps");
  if (most < least) {
    throw new RangeError(`${name}: leapfrogSteps is [${least}, ${most}]; give the smaller number first`);
  }
  const evaluate = stateOf(name, energy);
  const draw = compiled(
    (key: Key, { x }: ChainState) => random.normal(key, x.shape, { dtype: floatOf(x) }),
    backend,
  );
  const leap = compiled(
    (state: ChainState, velocity: Tensor, stepSize: Tensor, scale: Tensor) =>
      leapfrog(evaluate, state, velocity, stepSize, scale),
    backend,
  );
  const test = compiled(
    (current: ChainState, before: Tensor, proposal: ChainState, after: Tensor, key: Key) => {
      const error = sub(hamiltonian(proposal, after), hamiltonian(current, before));
      const uniform = random.uniform(key, error.shape, { dtype: floatOf(error) });
      return metropolis(current, proposal, error, uniform);
    },
    backend,
  );
  const kernel: MetropolisKernel = (state, key, stepSize, scale) => {
    const velocity = draw(random.foldIn(key, 0), state);
    const u = least === most ? 0 : random.uniform(random.foldIn(key, 2), []).item();
    let end = leap(state, velocity, stepSize, scale);
    for (let step = 2; step <= least + Math.floor(u * (most - least + 1)); step++) {
      end = leap(...end, stepSize, scale);
    }
    return test(state, velocity, ...end, random.foldIn(key, 1));
  };
  return metropolisChains(name, energy, kernel, x0, { targetAcceptance: 0.8, ...options });
}
