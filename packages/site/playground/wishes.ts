import type { Wishes } from "@scoretape/score/model";
import { initialSettings, type Settings } from "./settings.ts";
import type { Source } from "./state.ts";

/** Whether a source has no rows of its own: of such there are as many fresh ones as one likes, and none is kept aside for tests. */
export function isDrawn({ kind, name }: Source): boolean {
  return kind === "set" && name !== "old-faithful";
}

/** What the library's `describe` is told of a training. */
export function wishesOf(settings: Settings, source: Source): Wishes {
  const { width, depth, levels, sigmaMax, sigmaMin, probes: _, law: __, backend: ___, ...rest } = settings;
  return {
    ...rest,
    hidden: Array.from({ length: depth }, () => width),
    ...(levels === null ? {} : { levels }),
    ...(sigmaMax === null ? {} : { sigmaMax }),
    ...(sigmaMin === null ? {} : { sigmaMin }),
    ...(isDrawn(source) ? { testFraction: 0 } : {}),
  };
}

/** Whether an objective takes other probes than the library does where nothing is said: one of random signs. */
export function hasOwnProbes({ loss, probes, law }: Settings): boolean {
  return loss.startsWith("sliced") && (probes !== initialSettings.probes || law !== initialSettings.law);
}
