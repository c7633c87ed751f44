import type { Command } from "commander";
import { addBackendOptions, type BackendFlags, type BackendName, backendOf } from "../sampling/backend.ts";
import type { Sampling } from "../sampling/sample.ts";
import { positive, wholeNumber } from "../terminal/arguments.ts";

/** The options of how to sample, shared by the commands that do. */
export interface SamplingFlags extends BackendFlags {
  readonly stepsPerLevel: number;
  readonly stepSize: number;
}

/** Steps enough for each level to settle, small enough for their own error not to show. */
const defaults = { stepsPerLevel: 40, stepSize: 0.2 };

export function addSamplingOptions(
  command: Command,
  backends: readonly BackendName[] = ["wasm", "js"],
): Command {
  return addBackendOptions(command, backends)
    .option(
      "--steps-per-level <number>",
      "Langevin steps at each noise level",
      wholeNumber("--steps-per-level"),
      defaults.stepsPerLevel,
    )
    .option(
      "--step-size <number>",
      "size of a Langevin step at noise level σ, in units of σ²",
      positive("--step-size"),
      defaults.stepSize,
    );
}

/** How many samples to draw, and how. */
export function samplingOf(flags: SamplingFlags, count: number): Sampling {
  const { stepsPerLevel, stepSize } = flags;
  return { count, stepsPerLevel, stepSize, backend: backendOf(flags) };
}
