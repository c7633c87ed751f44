import { checkOptions, portable } from "@scoretape/autograd";
import { checkCount, checkNumbers, checkPositive } from "./check.ts";

/**
 * Noise levels in geometric progression, from the largest to the smallest: σᵢ = σ_max^(1−t)·σ_min^t with
 * t = i/(levels − 1), so that all ratios σᵢ/σᵢ₊₁ are equal. Song & Ermon 2019, section 4.1.
 *
 * @returns `levels` numbers; the first is exactly sigmaMax and the last exactly sigmaMin
 * @throws RangeError unless sigmaMax ≥ sigmaMin > 0 are finite and levels is a whole number from 1, from 2 when
 * they differ
 *
 * @example
 * ```ts
 * import { geometricSchedule } from "@scoretape/score";
 *
 * console.log(geometricSchedule(8, 1, 4).map((sigma) => sigma.toFixed(3))); // [ '8.000', '4.000', '2.000', '1.000' ]
 * ```
 */
export function geometricSchedule(sigmaMax: number, sigmaMin: number, levels: number): number[] {
  const name = "geometricSchedule";
  checkCount(name, levels, "levels");
  checkLevels(name, sigmaMax, sigmaMin, levels, "levels");
  return Array.from({ length: levels }, (_, i) => {
    const t = levels === 1 ? 0 : i / (levels - 1);
    return portable.pow(sigmaMax, 1 - t) * portable.pow(sigmaMin, t);
  });
}

/** The way down of a sampler in the manner of Karras et al. */
export interface KarrasScheduleOptions {
  /** The last level above 0, small beside the details of the data. */
  readonly sigmaMin: number;
  /** The first level: large beside the spread of the data, or the level of points that are edited. */
  readonly sigmaMax: number;
  /** How many steps lead from sigmaMax to 0, from 1. */
  readonly steps: number;
  /** ρ > 0: the larger, the more of the steps are at low levels; 7 unless said. */
  readonly rho?: number;
}

/**
 * Noise levels for N steps of a sampler: σᵢ = (σ_max^(1/ρ) + i/(N − 1)·(σ_min^(1/ρ) − σ_max^(1/ρ)))^ρ for i = 0, …, N − 1,
 * and σ_N = 0. Karras et al. 2022, equation 5.
 *
 * @returns steps + 1 numbers: the first is exactly sigmaMax, the last but one exactly sigmaMin, the last 0
 * @throws RangeError unless sigmaMax ≥ sigmaMin > 0 and ρ > 0 are finite and steps is a whole number from 1, from 2 when
 * the levels differ
 *
 * @example
 * ```ts
 * import { karrasSchedule } from "@scoretape/score";
 *
 * const sigmas = karrasSchedule({ sigmaMin: 0.01, sigmaMax: 20, steps: 5 });
 * console.log(sigmas.map((sigma) => sigma.toFixed(2)).join(" ")); // 20.00 5.63 1.20 0.16 0.01 0.00
 * ```
 */
export function karrasSchedule(options: KarrasScheduleOptions): number[] {
  const name = "karrasSchedule";
  checkOptions(name, options, { sigmaMin: "number", sigmaMax: "number", steps: "number", rho: "number" });
  const { sigmaMin, sigmaMax, steps, rho = 7 } = options;
  checkCount(name, steps, "steps");
  checkPositive(name, rho, "rho");
  checkLevels(name, sigmaMax, sigmaMin, steps, "steps");
  const [first, last] = [portable.pow(sigmaMax, 1 / rho), portable.pow(sigmaMin, 1 / rho)];
  const between = (i: number): number => portable.pow(first + (i / (steps - 1)) * (last - first), rho);
  const levels = Array.from({ length: steps }, (_, i) =>
    i === 0 ? sigmaMax : i === steps - 1 ? sigmaMin : between(i),
  );
  return [...levels, 0];
}

/** Throws unless so many levels can fall from one end to the other. */
function checkLevels(name: string, sigmaMax: number, sigmaMin: number, count: number, what: string): void {
  checkNumbers(name, [sigmaMax, sigmaMin], "sigma");
  if (!(sigmaMin > 0 && sigmaMax >= sigmaMin && sigmaMax < Number.POSITIVE_INFINITY)) {
    throw new RangeError(
      `${name}: sigmaMax ${sigmaMax} and sigmaMin ${sigmaMin} are no decreasing noise levels; ` +
        "give finite numbers, the larger one first, both above 0",
    );
  }
  if (count === 1 && sigmaMax !== sigmaMin) {
    throw new RangeError(
      `${name}: one level cannot be both ${sigmaMax} and ${sigmaMin}; give at least 2 ${what}, or equal ends`,
    );
  }
}
