import { geometricSchedule } from "@scoretape/score";
import { UserError } from "../terminal/user-error.ts";
import type { Settings } from "./settings.ts";

/** The noise levels, falling geometrically. @throws UserError if the settings give none */
export function noiseLevels({ levels, sigmaMax, sigmaMin }: Settings): number[] {
  if (levels === 1 ? sigmaMax !== sigmaMin : sigmaMax <= sigmaMin) {
    throw new UserError(
      `--levels ${levels} from --sigma-max ${sigmaMax} to --sigma-min ${sigmaMin}: ` +
        (levels === 1 ? "one level has equal ends" : "the largest noise level must be above the smallest"),
    );
  }
  return geometricSchedule(sigmaMax, sigmaMin, levels);
}
