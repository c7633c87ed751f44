import { portable } from "@scoretape/autograd";
import { checkCount, checkNumbers } from "./check.ts";

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
  checkNumbers(name, [sigmaMax, sigmaMin], "sigma");
  if (!(sigmaMin > 0 && sigmaMax >= sigmaMin && sigmaMax < Number.POSITIVE_INFINITY)) {
    throw new RangeError(
      `${name}: sigmaMax ${sigmaMax} and sigmaMin ${sigmaMin} are no decreasing noise levels; ` +
        "give finite numbers, the larger one first, both above 0",
    );
  }
  if (levels === 1 && sigmaMax !== sigmaMin) {
    throw new RangeError(
      `${name}: one level cannot be both ${sigmaMax} and ${sigmaMin}; give at least 2 levels, or equal ends`,
    );
  }
  return Array.from({ length: levels }, (_, i) => {
    const t = levels === 1 ? 0 : i / (levels - 1);
    return portable.pow(sigmaMax, 1 - t) * portable.pow(sigmaMin, t);
  });
}
