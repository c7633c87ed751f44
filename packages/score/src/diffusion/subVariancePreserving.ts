import { exp, expm1, mul, neg, sqrt } from "@scoretape/autograd";
import { type LinearBetaOptions, linearBeta } from "./linearBeta.ts";
import { type DiffusionProcess, normalPrior } from "./process.ts";

/**
 * The sub-variance-preserving process dx = −½β(t)·x dt + √(β(t)·(1 − e^(−2B(t)))) dw with β linear in t and
 * B(t) = ∫₀ᵗ β. It has the α(t) = e^(−B/2) of {@link variancePreserving} and at every time less noise, σ(t) =
 * 1 − e^(−B), and ends in N(0, I); made for likelihoods. Song et al. 2021, eqs. 12 and 29.
 *
 * @example
 * ```ts
 * import { tensor } from "@scoretape/autograd";
 * import { subVariancePreserving } from "@scoretape/score";
 *
 * const process = subVariancePreserving({ betaMin: 0.1, betaMax: 20 });
 * const t = tensor([0.1, 0.5, 1]);
 * console.log([...process.deviation(t).data].map((sigma) => sigma.toFixed(3)).join(" ")); // 0.104 0.921 1.000
 * ```
 *
 * @throws RangeError unless 0 < betaMin ≤ betaMax are finite and 0 < minTime < 1
 */
export function subVariancePreserving(options: LinearBetaOptions = {}): DiffusionProcess {
  const name = "subVariancePreserving";
  const beta = linearBeta(name, options);
  return {
    name,
    minTime: beta.minTime,
    drift: (t) => mul(-0.5, beta.rate(t)),
    diffusion: (t) => sqrt(mul(beta.rate(t), neg(expm1(mul(-2, beta.integral(t)))))),
    scale: (t) => exp(mul(-0.5, beta.integral(t))),
    deviation: (t) => neg(expm1(neg(beta.integral(t)))),
    prior: normalPrior(1),
  };
}
