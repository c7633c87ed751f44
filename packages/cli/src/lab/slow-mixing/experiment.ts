import { random } from "@scoretape/autograd";
import type { Experiment } from "../experiment.ts";
import { findings } from "./findings.ts";
import { LEVELS, learnedScore } from "./modes.ts";
import { samplersOf } from "./samplers.ts";
import { type Walked, walk } from "./walk.ts";

/** Langevin sampling finds both modes, but not their weights; noise from wide to narrow does. Song & Ermon 2019. */
export const slowMixing: Experiment = {
  name: "slow-mixing",
  summary: "plain Langevin sampling gets the weights of separate modes wrong, annealed noise nearly right",

  async run(lab) {
    const stepsPerLevel = lab.size(100, 5);
    const trainingSteps = lab.size(3000, 20);
    const chains = { exact: lab.size(40_000, 500), learned: lab.size(10_000, 200) };
    const walked = await lab.track(trainingSteps + 4 * LEVELS * stepsPerLevel, async (advance) => {
      const learned = await learnedScore(lab, advance, trainingSteps);
      const results: Walked[] = [];
      for (const [i, sampler] of samplersOf(lab, learned, chains).entries()) {
        results.push(await walk(sampler, stepsPerLevel, random.foldIn(lab.key, 2 + i), advance));
      }
      return results;
    });
    return findings(walked, stepsPerLevel);
  },
};
