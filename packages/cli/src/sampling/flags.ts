import { type BackendFlags, backendOf } from "./backend.ts";
import type { Sampling } from "./sample.ts";

/** The flags of how to sample, shared by the verbs that do. */
export interface SamplingFlags extends BackendFlags {
  readonly stepsPerLevel: number | undefined;
  readonly stepSize: number;
}

/** How many samples to draw, and how. */
export function samplingOf(flags: SamplingFlags, count: number): Sampling {
  const { stepsPerLevel, stepSize } = flags;
  return { count, stepsPerLevel, stepSize, backend: backendOf(flags) };
}
