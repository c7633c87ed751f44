import type { Experiment } from "../experiment.ts";
import { findings } from "./findings.ts";
import { FROM, measure, type Plan, stepsOf, WARM_UP } from "./measure.ts";

/** What the objectives cost as the dimension grows: exact matching d evaluations of the network, the others a few. */
export const cost: Experiment = {
  name: "cost",
  summary:
    "exact matching by directions costs d times as much, one probe or the network's divergence does not",

  async run(lab) {
    const plan: Plan = {
      dimensions: lab.quick ? [2, 4, 8] : [2, 4, 8, 16, 32, 64, 128, 256, 400],
      width: lab.size(128, 8),
      rounds: lab.size(12, 2),
      from: lab.size(FROM, 2),
      warmUp: lab.size(WARM_UP, 0),
    };
    const measured = await lab.track(stepsOf(plan), (advance) => measure(lab, plan, advance));
    return findings(measured, plan);
  },
};
