import type { LevelSkill } from "./denoisingSkill.ts";
import type { Estimate } from "./estimate.ts";

/** The mean of a denoiser's skill over the noise levels. Their errors are of the same rows, and add up. */
export function meanSkill(levels: readonly LevelSkill[]): Estimate {
  const mean = (of: (level: LevelSkill) => number): number =>
    levels.reduce((sum, level) => sum + of(level), 0) / levels.length;
  return { value: mean(({ value }) => value), standardError: mean(({ standardError }) => standardError) };
}
