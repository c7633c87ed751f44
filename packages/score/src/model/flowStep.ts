import { add, mul, sub, type Tensor } from "@scoretape/autograd";
import { flowSlope } from "../samplers/noiseLevels.ts";
import type { NoiseConditionalScore } from "../score.ts";

/**
 * A step of Heun's from σ to σ' along dx/dσ = −σ·s(x, σ), which takes points of p_σ to points of p_σ'. Langevin steps alone
 * lag behind where the data are much wider than σ. Karras et al. 2022, algorithm 1.
 */
export function flowStep(score: NoiseConditionalScore) {
  return (x: Tensor, from: Tensor, to: Tensor): Tensor => {
    const [h, first] = [sub(to, from), flowSlope(score, x, from)];
    return add(x, mul(mul(0.5, h), add(first, flowSlope(score, add(x, mul(h, first)), to))));
  };
}
