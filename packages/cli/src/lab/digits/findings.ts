import { readable, showEstimate } from "../claim.ts";
import type { Findings } from "../experiment.ts";
import { scaled } from "../statistics.ts";
import type { Digits } from "./images.ts";
import { sigmaMin } from "./learn.ts";
import type { Baseline, Comparison } from "./measure.ts";
import { drawPicture } from "./picture.ts";
import type { Trial } from "./trial.ts";

/** @param control - Images that are no digits, for comparison. */
export function findings(
  digits: Digits,
  baseline: Baseline,
  trials: readonly Trial[],
  control: Trial,
): Findings {
  const all = [...trials, control];
  const line = (name: string, of: (comparison: Comparison) => string): string[] => [
    name,
    ...all.map(({ comparison }) => of(comparison)),
  ];
  const median = (values: Float64Array): string => (values[values.length >> 1] ?? Number.NaN).toFixed(2);
  return {
    tables: [
      {
        title: `Samples by annealed Langevin dynamics, distances with noise of σ = ${sigmaMin}, ${trials[0]?.sets.length} sets of ${digits.training.shape[0]}`,
        rows: [
          ["", ...all.map(({ name }) => name)],
          line("sliced Wasserstein distance to the held-out half", ({ distance }) => showEstimate(distance)),
          line("that, over the distance between random halves", ({ ratio }) => showEstimate(ratio)),
          line("maximum mean discrepancy² to it", ({ discrepancy }) => showEstimate(discrepancy)),
          line("median distance to the nearest training digit", ({ nearest }) => median(nearest)),
          line("that, over the median for held-out digits", ({ nearness }) => showEstimate(nearness)),
          line("share nearer than 99 % of held-out digits", ({ copies }) => showEstimate(copies)),
          line("share of the rarest digit", ({ rarest }) => showEstimate(rarest)),
        ],
      },
    ],
    claims: trials.flatMap(({ name, comparison }) => [
      {
        what: `${name}: sliced Wasserstein distance of samples to the held-out half, over that between halves`,
        measured: comparison.ratio,
        below: 1.9,
        theory: `1 for samples as good as fresh digits; ${readable(control.comparison.ratio.value)} for shuffled pixels`,
      },
      {
        what: `${name}: discrepancy² of samples from the held-out half, over that of shuffled pixels`,
        measured: scaled(comparison.discrepancy, 1 / control.comparison.discrepancy.value),
        below: 0.6,
        theory: "0",
      },
      {
        what: `${name}: median distance of samples to training digits, over that of held-out digits`,
        measured: comparison.nearness,
        above: 0.8,
        below: 1.4,
        theory: `1, as new digits; 0 for copies, ${readable(control.comparison.nearness.value)} for shuffled pixels`,
      },
      {
        what: `${name}: share of samples nearer to a training digit than 99 % of held-out digits`,
        measured: comparison.copies,
        below: 0.05,
        theory: "0.01",
      },
      {
        what: `${name}: share of the digit drawn least often`,
        measured: comparison.rarest,
        above: 0.04,
        theory: `about 0.1: no digit is left out; ${readable(control.comparison.rarest.value)} for shuffled pixels`,
      },
    ]),
    pictures: [{ name: "digits", svg: drawPicture(digits, baseline, trials) }],
    numbers: {
      halves: baseline.halves,
      trials: all.map(({ name, comparison: { nearest, ...numbers } }) => ({
        name,
        ...numbers,
        medianNearest: nearest[nearest.length >> 1],
      })),
    },
  };
}
