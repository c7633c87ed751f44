import type { Experiment } from "../experiment.ts";
import { findings } from "./findings.ts";
import { measure } from "./measure.ts";
import { subjectOf } from "./subject.ts";

/** What must hold of every score, asked of a learned one. */
export const audit: Experiment = {
  name: "audit",
  summary: "whether a trained model is the score of a density at all, and of which: audit [MODEL]",

  async run(lab) {
    const subject = await subjectOf(lab);
    const measured = await lab.track(subject.model.sigmas.length, (advance) =>
      measure(lab, subject, advance),
    );
    return findings(subject, measured);
  },
};
