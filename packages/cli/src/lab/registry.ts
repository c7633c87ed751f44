import { oneOf } from "../flags/value.ts";
import { audit } from "./audit/experiment.ts";
import { cost } from "./cost/experiment.ts";
import { denoising } from "./denoise/experiment.ts";
import { digits } from "./digits/experiment.ts";
import { estimators } from "./estimators/experiment.ts";
import type { Experiment } from "./experiment.ts";
import { images } from "./images/experiment.ts";
import { lowDensity } from "./low-density/experiment.ts";
import { manifold } from "./manifold/experiment.ts";
import { objectives } from "./objectives/experiment.ts";
import { slowMixing } from "./slow-mixing/experiment.ts";

/** All experiments, in the order in which they explain one another. */
export const experiments: readonly Experiment[] = [
  manifold,
  lowDensity,
  slowMixing,
  cost,
  estimators,
  denoising,
  objectives,
  digits,
  audit,
  images,
];

/** The experiment of a name. @throws UserError for an unknown name, with the known ones */
export function experimentOf(name: string): Experiment {
  const known = oneOf(experiments.map((experiment) => experiment.name)).parse(name, "the experiment");
  const found = experiments.find((experiment) => experiment.name === known);
  if (found === undefined) throw new RangeError(`experimentOf: ${known} is not registered`);
  return found;
}
