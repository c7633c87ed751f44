import { add, checkOptions, mul, square, type Tensor } from "@scoretape/autograd";
import { checkEnds, checkMinTime } from "./process.ts";

/** How fast a process of preserved variance forgets the data. */
export interface LinearBetaOptions {
  /** β(0) > 0; 0.1 unless said. */
  readonly betaMin?: number;
  /** β(1) ≥ β(0); 20 unless said. */
  readonly betaMax?: number;
  /** ε between 0 and 1; 0.001 unless said. Densities near the data want less, such as 0.00001. */
  readonly minTime?: number;
}

/** β(t), linear in the time, and B(t) = ∫₀ᵗ β. */
export interface LinearBeta {
  readonly minTime: number;
  /** β(t) = β(0) + t·(β(1) − β(0)). */
  rate(t: Tensor): Tensor;
  /** B(t) = β(0)·t + ½t²·(β(1) − β(0)). */
  integral(t: Tensor): Tensor;
}

/** @throws RangeError unless 0 < betaMin ≤ betaMax are finite and 0 < minTime < 1 */
export function linearBeta(name: string, options: LinearBetaOptions): LinearBeta {
  checkOptions(name, options, { betaMin: "number", betaMax: "number", minTime: "number" });
  const { betaMin = 0.1, betaMax = 20, minTime = 1e-3 } = options;
  checkEnds(name, ["betaMin", betaMin], ["betaMax", betaMax]);
  checkMinTime(name, minTime);
  const slope = betaMax - betaMin;
  return {
    minTime,
    rate: (t) => add(betaMin, mul(slope, t)),
    integral: (t) => add(mul(betaMin, t), mul(0.5 * slope, square(t))),
  };
}
