import { type Key, random, take } from "@scoretape/autograd";
import type { NoiseConditionalScore, ObjectiveName } from "@scoretape/score";
import type { Advance, Experiment, Laboratory } from "../experiment.ts";
import { findings } from "./findings.ts";
import { type Digits, openDigits, shuffled } from "./images.ts";
import { type Drawn, draw, learn, samplingSteps } from "./learn.ts";
import { baselineOf, blurred, compare } from "./measure.ts";
import { networksOf } from "./networks.ts";
import type { Trial } from "./trial.ts";
import { learnUnet } from "./unet.ts";

/** Score matching in 64 dimensions: images of digits by denoising and by sliced score matching. */
export const objectives: Experiment = {
  name: "objectives-on-images",
  summary: "in 64 dimensions denoising and sliced score matching both learn to draw digits, and copy none",

  async run(lab) {
    const all = openDigits(random.foldIn(lab.key, 0));
    const known = lab.quick ? fewOf(all, 60) : all;
    const plan = {
      steps: lab.size(3000, 4),
      hidden: lab.quick ? [16] : [384, 384],
      sets: lab.size(4, 2),
      unet: { steps: lab.size(1200, 3), channels: lab.quick ? [8, 8] : [32, 64] },
    };
    const objectives: readonly ObjectiveName[] = ["denoising", "sliced-vr"];
    const baseline = baselineOf(known, lab.size(10, 3), random.foldIn(lab.key, 1));
    const keyOfUnet = random.foldIn(lab.key, 3 + objectives.length);
    const drawing = samplingSteps(lab);
    const work = objectives.length * (plan.steps + plan.sets * drawing) + plan.unet.steps + drawing;
    const [trials, unet] = await lab.track(work, async (advance) => {
      const results: Trial[] = [];
      for (const [i, objective] of objectives.entries()) {
        const key = random.foldIn(lab.key, 2 + i);
        const options = { objective, hidden: plan.hidden, steps: plan.steps, key: random.foldIn(key, 0) };
        const score = await learn(lab, known.training, options, advance);
        const sets = await drawSets(lab, score, known, plan.sets, random.foldIn(key, 1), advance);
        const comparison = compare(sets, known, baseline, random.foldIn(key, 2));
        results.push({ name: objective, sets, comparison });
      }
      const key = random.foldIn(keyOfUnet, 0);
      const score = await learnUnet(lab, known.training, { ...plan.unet, key }, advance);
      return [results, await drawSets(lab, score, known, 1, random.foldIn(keyOfUnet, 1), advance)] as const;
    });
    const keyOfShuffle = random.foldIn(lab.key, 2 + objectives.length);
    const mixed = Array.from({ length: 2 * plan.sets }, (_, i): Drawn => {
      const clean = shuffled(known.training, random.foldIn(keyOfShuffle, 2 * i));
      return { clean, noisy: blurred(clean, random.foldIn(keyOfShuffle, 2 * i + 1)) };
    });
    const control = compare(mixed, known, baseline, random.foldIn(keyOfShuffle, 4 * plan.sets));
    const shuffle: Trial = { name: "pixels shuffled", sets: mixed, comparison: control };
    const networks = networksOf(
      known,
      [...trials, { name: "sliced-vr, U-Net", sets: unet }, shuffle],
      { epochs: lab.size(20, 1), shift: 0, splits: lab.size(20, 3) },
      random.foldIn(keyOfUnet, 2),
    );
    return findings(known, baseline, trials, shuffle, networks);
  },
};

async function drawSets(
  lab: Laboratory,
  score: NoiseConditionalScore,
  { training }: Digits,
  count: number,
  key: Key,
  advance: Advance,
): Promise<Drawn[]> {
  const sets: Drawn[] = [];
  for (let i = 0; i < count; i++) {
    sets.push(await draw(lab, score, training.shape[0] ?? 0, random.foldIn(key, i), advance));
  }
  return sets;
}

export function fewOf(digits: Digits, count: number): Digits {
  const rows = Array.from({ length: count }, (_, i) => i);
  const [labels, heldOutLabels] = [digits.labels.slice(0, count), digits.heldOutLabels.slice(0, count)];
  return {
    ...digits,
    labels,
    heldOutLabels,
    training: take(digits.training, rows),
    heldOut: take(digits.heldOut, rows),
  };
}
