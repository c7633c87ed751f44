import { random } from "@scoretape/autograd";
import type { Experiment } from "../experiment.ts";
import { findings } from "./findings.ts";
import { learnPlain, learnWithNoise } from "./learn.ts";
import { measure, type Pair } from "./measure.ts";

/** Score matching weighs errors by the density of the data, so where that is low nothing is learned. Song & Ermon 2019. */
export const lowDensity: Experiment = {
  name: "low-density",
  summary:
    "where data are rare the plain score is a guess; noise fills the gap, and the score is known there",

  async run(lab) {
    const steps = lab.size(3000, 20);
    const seeds = lab.size(5, 2);
    const pairs = await lab.track(2 * seeds * steps, async (advance) => {
      const trained: Pair[] = [];
      for (let seed = 0; seed < seeds; seed++) {
        const key = random.foldIn(lab.key, seed);
        trained.push({
          plain: await learnPlain(lab, steps, random.foldIn(key, 0), advance),
          noisy: await learnWithNoise(lab, steps, random.foldIn(key, 1), advance),
        });
      }
      return trained;
    });
    return findings(pairs, measure(pairs, lab.size(1000, 50), random.foldIn(lab.key, seeds)));
  },
};
