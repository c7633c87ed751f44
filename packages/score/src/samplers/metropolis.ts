import { exp, greater, less, minimum, mul, neg, sub, type Tensor, where } from "@scoretape/autograd";
import { column } from "../rows.ts";
import type { ChainState } from "./chainState.ts";

/** What one proposal made of all chains. */
export type Transition = {
  readonly state: ChainState;
  /** min(1, exp(−ΔH)), 0 where it diverged, [n]. */
  readonly probability: Tensor;
  /** 1 where the proposal was accepted, else 0, [n]. */
  readonly accepted: Tensor;
  /** 1 where ΔH is not finite or too large, else 0, [n]. */
  readonly diverged: Tensor;
};

/** An error so large that the integration, not the target, must be the reason (Betancourt 2017; as in Stan). */
const DIVERGENT = 1000;

/**
 * The rule of Metropolis et al. 1953 and Hastings 1970 for each chain: the proposal is taken with probability
 * min(1, exp(−ΔH)), where exp(−ΔH) = p(x')q(x' → x)/(p(x)q(x → x')).
 *
 * @param error ΔH, [n]
 * @param uniform u in [0, 1), [n]: accepted when u is below the probability
 */
export function metropolis(
  current: ChainState,
  proposal: ChainState,
  error: Tensor,
  uniform: Tensor,
): Transition {
  // No comparison with NaN holds.
  const sound = mul(less(error, DIVERGENT), greater(error, Number.NEGATIVE_INFINITY));
  const probability = where(sound, exp(minimum(0, neg(error))), 0);
  const accepted = less(uniform, probability);
  return {
    state: {
      x: where(column(accepted), proposal.x, current.x),
      energy: where(accepted, proposal.energy, current.energy),
      gradient: where(column(accepted), proposal.gradient, current.gradient),
    },
    probability,
    accepted,
    diverged: sub(1, sound),
  };
}
