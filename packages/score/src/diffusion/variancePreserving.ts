import { exp, expm1, mul, neg, sqrt } from "@scoretape/autograd";
import { type LinearBetaOptions, linearBeta } from "./linearBeta.ts";
import { type DiffusionProcess, normalPrior } from "./process.ts";

/**
 * The variance-preserving process dx = −½β(t)·x dt + √β(t) dw with β linear in t, the continuous form of DDPM: data of
 * unit variance keep it at all times. With B(t) = ∫₀ᵗ β it has α(t) = e^(−B/2) and σ²(t) = 1 − e^(−B), and ends in
 * N(0, I). Song et al. 2021, eqs. 11, 29 and 33.
 *
 * @example
 * ```ts
 * import { tensor } from "@scoretape/autograd";
 * import { variancePreserving } from "@scoretape/score";
 *
 * const process = variancePreserving({ betaMin: 0.1, betaMax: 20 });
 * const t = tensor([0.1, 0.5, 1]);
 * console.log([...process.scale(t).data].map((alpha) => alpha.toFixed(3)).join(" ")); // 0.947 0.281 0.007
 * console.log([...process.deviation(t).data].map((sigma) => sigma.toFixed(3)).join(" ")); // 0.322 0.960 1.000
 * ```
 *
 * @throws RangeError unless 0 < betaMin ≤ betaMax are finite and 0 < minTime < 1
 */
export function variancePreserving(options: LinearBetaOptions = {}): DiffusionProcess {
  const name = "variancePreserving";
  const beta = linearBeta(name, options);
  return {
    name,
    minTime: beta.minTime,
    drift: (t) => mul(-0.5, beta.rate(t)),
    diffusion: (t) => sqrt(beta.rate(t)),
    scale: (t) => exp(mul(-0.5, beta.integral(t))),
    deviation: (t) => sqrt(neg(expm1(neg(beta.integral(t))))),
    prior: normalPrior(1),
  };
}
