import type { Command } from "commander";
import { positive, wholeNumber } from "../terminal/arguments.ts";

/** The options of how to sample, shared by the commands that do. */
export interface SamplingFlags {
  readonly stepsPerLevel: number;
  readonly stepSize: number;
}

/** Steps enough for each level to settle, small enough for their own error not to show. */
const defaults: SamplingFlags = { stepsPerLevel: 40, stepSize: 0.2 };

export function addSamplingOptions(command: Command): Command {
  return command
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
