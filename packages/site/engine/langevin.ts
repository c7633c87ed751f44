import { neg, random, zeros } from "@scoretape/autograd";
import { langevin } from "@scoretape/score";
import { meanOf } from "./plane.ts";

const [CHAINS, STEPS] = [2000, 500];

/** Chains on N(0, 1) with a step size, and the variance that it leads to. */
export function step({ stepSize }: { readonly stepSize: number }) {
  const { samples } = langevin(neg, zeros([CHAINS, 1]), { stepSize, steps: STEPS, key: random.key(0) });
  const { error } = meanOf(samples.data);
  return {
    samples: Array.from(samples.data, Number),
    measured: error * error * CHAINS,
    // From 4 on every step leads farther away.
    expected: stepSize < 4 ? 1 / (1 - stepSize / 4) : Number.POSITIVE_INFINITY,
  };
}
