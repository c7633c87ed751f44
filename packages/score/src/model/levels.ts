import { geometricSchedule, karrasSchedule } from "../noise.ts";
import type { Description, Settings } from "./description.ts";

/**
 * The noise levels, falling geometrically.
 *
 * @throws RangeError when there is no level, or they do not fall
 *
 * @example
 * ```ts
 * import { noiseLevels } from "@scoretape/score/model";
 *
 * console.log(noiseLevels({ levels: 3, sigmaMax: 4, sigmaMin: 1 })); // [ 4, 2, 1 ]
 * ```
 */
export function noiseLevels({
  levels,
  sigmaMax,
  sigmaMin,
}: Pick<Settings, "levels" | "sigmaMax" | "sigmaMin">): number[] {
  return geometricSchedule(sigmaMax, sigmaMin, levels);
}

/** The noise levels of a model; those of a U-Net are the steps of its samples, closer together the lower they are. */
export function levelsOf({ network, settings }: Pick<Description, "network" | "settings">): number[] {
  if (network.kind !== "unet") return noiseLevels(settings);
  const { levels, sigmaMax, sigmaMin } = settings;
  return karrasSchedule({ sigmaMax, sigmaMin, steps: levels }).slice(0, -1);
}
