import { random } from "@scoretape/autograd";
import type { NoiseConditionalScore } from "@scoretape/score";
import type { Experiment } from "../experiment.ts";
import { fewOf } from "../objectives/experiment.ts";
import { openDigits } from "../objectives/images.ts";
import { denoiseDigits } from "./digits.ts";
import { findings } from "./findings.ts";
import { learnMixture, measureMixture } from "./mixture.ts";

/** A score denoises in one step: x + σ²s(x, σ) is the posterior mean. Efron 2011, Tweedie's formula. */
export const denoising: Experiment = {
  name: "denoise",
  summary:
    "a learned score denoises in one step nearly as well as Bayes' rule does, and better than linearly while there is a shape to see",

  async run(lab) {
    const steps = { mixture: lab.size(4000, 10), digits: lab.size(2000, 4) };
    const seeds = lab.size(5, 2);
    const all = openDigits(random.foldIn(lab.key, 0));
    const digits = lab.quick ? fewOf(all, 60) : all;
    const hidden = lab.quick ? [16] : [256, 256];
    return lab.track(seeds * steps.mixture + steps.digits, async (advance) => {
      const scores: NoiseConditionalScore[] = [];
      for (let seed = 0; seed < seeds; seed++) {
        scores.push(await learnMixture(lab, steps.mixture, random.foldIn(lab.key, 3 + seed), advance));
      }
      const levels = measureMixture(scores, lab.size(10_000, 200), random.foldIn(lab.key, 1));
      const options = { hidden, steps: steps.digits };
      const key = random.foldIn(lab.key, 2);
      const digitLevels = await denoiseDigits(lab, digits, options, key, advance);
      return findings(scores, levels, digits, digitLevels, random.foldIn(lab.key, 3 + seeds));
    });
  },
};
