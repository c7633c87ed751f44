import { random } from "@scoretape/autograd";
import type { Experiment } from "../experiment.ts";
import { findings } from "./findings.ts";
import { type Learned, learn } from "./learn.ts";
import { type Measured, measure } from "./measure.ts";
import { manifolds } from "./sets.ts";

/** Data on a curve have no density: score matching has no minimum there until noise gives them one. */
export const manifold: Experiment = {
  name: "manifold",
  summary: "on data without thickness the loss falls without end and scores explode; with noise it converges",

  async run(lab) {
    const steps = lab.size(2000, 20);
    const seeds = lab.size(5, 2);
    const sets = manifolds();
    const measured = await lab.track(sets.length * 2 * seeds * steps, async (advance) => {
      const results: Measured[] = [];
      for (const [i, set] of sets.entries()) {
        const keyOfSet = random.foldIn(lab.key, i);
        const train = async (noise: boolean): Promise<Learned[]> => {
          const trained: Learned[] = [];
          for (let seed = 0; seed < seeds; seed++) {
            const key = random.foldIn(random.foldIn(keyOfSet, seed), noise ? 1 : 0);
            trained.push(await learn(lab, set, { noise, steps, key }, advance));
          }
          return trained;
        };
        const plain = await train(false);
        results.push(
          measure(set, plain, await train(true), lab.size(2000, 100), random.foldIn(keyOfSet, seeds)),
        );
      }
      return results;
    });
    return findings(measured);
  },
};
