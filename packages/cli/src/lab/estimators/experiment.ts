import { random } from "@scoretape/autograd";
import type { Experiment } from "../experiment.ts";
import { findings } from "./findings.ts";
import { measure } from "./measure.ts";
import { subjectOf } from "./subject.ts";

/** What the estimators of one loss differ in: bias, variance and time. */
export const estimators: Experiment = {
  name: "estimators",
  summary: "sliced estimates are unbiased and as noisy as theory says; which one learns most in a given time",

  async run(lab) {
    const size = { rows: lab.size(4000, 300), steps: lab.size(300, 5), width: lab.size(64, 8) };
    const plan = { runs: lab.size(8, 2), repeats: lab.size(100, 3) };
    return lab.track(size.steps + plan.runs, async (advance) => {
      const subject = await subjectOf(lab, size, random.foldIn(lab.key, 0), advance);
      const results = await measure(lab, subject, plan, random.foldIn(lab.key, 1), advance);
      return findings(results, plan);
    });
  },
};
