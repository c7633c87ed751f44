import { blurredObjectives } from "./blurredObjectives.ts";
import { dataObjectives } from "./dataObjectives.ts";
import { energyObjectives } from "./energyObjectives.ts";
import type { ScoreMatchingObjective } from "./objective.ts";

/**
 * Every objective by name, with its formula, sign and constant against the Fisher divergence, what it needs and
 * costs, its minimiser and minimum on N(0, I), its source, and a loss of one signature for all. The facts are held
 * to by tests: for every entry the gradient vanishes at the stated minimiser, the value there is the stated minimum,
 * and from there it grows by the Fisher divergence.
 *
 * @example
 * ```ts
 * import { neg, random } from "@scoretape/autograd";
 * import { scoreMatchingObjectives } from "@scoretape/score";
 *
 * const x = random.normal(random.key(0), [1000, 3]);
 * const { loss, formula, passes } = scoreMatchingObjectives.slicedScoreMatchingVR;
 * console.log(formula); // vᵀJv + ½‖s‖²
 * console.log(passes.count(3, 2)); // 3
 * console.log(loss(neg, x, random.key(1), { probeCount: 2 }).shape[0]); // 1000
 * ```
 */
export const scoreMatchingObjectives = registry({
  ...dataObjectives,
  ...blurredObjectives,
  ...energyObjectives,
});

/** The name of an objective in {@link scoreMatchingObjectives}. */
export type ScoreMatchingObjectiveName = keyof typeof scoreMatchingObjectives;

/** The entries by their names, each as any objective. */
function registry<N extends string>(
  entries: Readonly<Record<N, ScoreMatchingObjective>>,
): Readonly<Record<N, ScoreMatchingObjective>> {
  return entries;
}
