import { portable } from "@scoretape/autograd";
/** A step size that is being adapted. */
export interface StepSizeAdaptation {
  /** ε of the next step. */
  readonly stepSize: number;
  /** ε̄, the average to keep when the adaptation ends. */
  readonly averaged: number;
  /** Takes in the acceptance probability that the last ε had, in [0, 1]. */
  update(acceptance: number): void;
}

/**
 * Dual averaging of Nesterov 2009 as in Hoffman & Gelman 2014, section 3.2, with their constants:
 * H̄ₘ = (1 − 1/(m + t₀))·H̄ₘ₋₁ + (δ − αₘ)/(m + t₀), log εₘ₊₁ = log(10ε₁) − (√m/γ)·H̄ₘ and
 * log ε̄ₘ₊₁ = m^(−κ)·log εₘ₊₁ + (1 − m^(−κ))·log ε̄ₘ, γ = 0.05, t₀ = 10, κ = 0.75.
 *
 * @param initial ε₁
 * @param target δ, the acceptance probability to reach
 */
export function dualAveraging(initial: number, target: number): StepSizeAdaptation {
  const [gamma, t0, kappa] = [0.05, 10, 0.75];
  const centre = portable.log(10 * initial);
  let m = 0;
  let shortfall = 0;
  let [logStep, logAverage] = [portable.log(initial), portable.log(initial)];
  return {
    get stepSize() {
      return portable.exp(logStep);
    },
    get averaged() {
      return portable.exp(logAverage);
    },
    update(acceptance) {
      m += 1;
      const rate = 1 / (m + t0);
      shortfall = (1 - rate) * shortfall + rate * (target - acceptance);
      logStep = centre - (Math.sqrt(m) / gamma) * shortfall;
      const weight = portable.pow(m, -kappa);
      logAverage = weight * logStep + (1 - weight) * logAverage;
    },
  };
}

/** The variance of each coordinate over states as they come, all chains together. */
export interface VarianceEstimate {
  /** Takes in n states of d coordinates, by rows. */
  add(states: ArrayLike<number>): void;
  /** The variances, pulled towards others by the weight of five states, [d]. */
  shrunkTowards(prior: readonly number[]): number[];
}

/** By the updates of Welford 1962, which do not cancel. */
export function varianceOf(dimension: number): VarianceEstimate {
  let count = 0;
  const means = new Float64Array(dimension);
  const squares = new Float64Array(dimension);
  return {
    add(states) {
      for (let start = 0; start < states.length; start += dimension) {
        count += 1;
        for (let j = 0; j < dimension; j++) {
          const deviation = (states[start + j] as number) - (means[j] as number);
          means[j] = (means[j] as number) + deviation / count;
          squares[j] =
            (squares[j] as number) + deviation * ((states[start + j] as number) - (means[j] as number));
        }
      }
    },
    shrunkTowards: (prior) => prior.map((value, j) => ((squares[j] ?? 0) + 5 * value) / (count + 5)),
  };
}
