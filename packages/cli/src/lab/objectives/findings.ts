import { type Claim, claim, control } from "../claim.ts";
import type { Findings } from "../experiment.ts";
import { showEstimate } from "../numbers.ts";
import type { Digits } from "./images.ts";
import { sigmaMin } from "./learn.ts";
import type { Baseline, Comparison } from "./measure.ts";
import { drawNetworks, type Networks, networksClaims, networksTable } from "./networks.ts";
import { drawPicture } from "./picture.ts";
import type { Trial } from "./trial.ts";

/** @param mixed - Images that are no digits, for comparison. */
export function findings(
  digits: Digits,
  baseline: Baseline,
  trials: readonly Trial[],
  mixed: Trial,
  networks: Networks,
): Findings {
  const all = [...trials, mixed];
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
      {
        title: "What a classifier makes of one set of each, where the U-Net is drawn by the same sampler",
        rows: networksTable(networks),
      },
    ],
    claims: [
      ...trials.flatMap(({ name, comparison }) => claimsOf(name, comparison, baseline, mixed)),
      ...networksClaims(networks),
    ],
    pictures: [
      { name: "objectives-on-images", svg: drawPicture(digits, baseline, trials) },
      { name: "objectives-on-images-unet", svg: drawNetworks(digits, networks) },
    ],
    numbers: {
      halves: baseline.halves,
      trials: all.map(({ name, comparison: { nearest, ...numbers } }) => ({
        name,
        ...numbers,
        medianNearest: nearest[nearest.length >> 1],
      })),
      networks: networks.all.map(({ samples: _, ...numbers }) => numbers),
    },
  };
}

function claimsOf(
  name: string,
  comparison: Comparison,
  { heldOutCopies }: Baseline,
  { comparison: mixed }: Trial,
): Claim[] {
  const pixels = control("shuffled pixels, each as it should be");
  const fresh = control("held-out digits");
  return [
    claim({
      what: `${name}: sliced Wasserstein distance of samples to the held-out half`,
      measured: comparison.distance,
      relation: "below",
      limit: mixed.distance,
      origin: pixels,
    }),
    claim({
      what: `${name}: discrepancy² of samples from the held-out half`,
      measured: comparison.discrepancy,
      relation: "below",
      limit: mixed.discrepancy,
      origin: pixels,
    }),
    claim({
      what: `${name}: median distance of samples to training digits, over that of held-out digits`,
      measured: comparison.nearness,
      relation: "at least",
      limit: 1,
      origin: control("held-out digits, to which copies would be nearer"),
    }),
    claim({
      what: `${name}: the same`,
      measured: comparison.nearness,
      relation: "below",
      limit: mixed.nearness,
      origin: pixels,
    }),
    claim({
      what: `${name}: share of samples nearer to a training digit than 99 % of held-out digits`,
      measured: comparison.copies,
      relation: "at most",
      limit: heldOutCopies,
      origin: fresh,
    }),
    claim({
      what: `${name}: share of the digit drawn least often`,
      measured: comparison.rarest,
      relation: "above",
      limit: mixed.rarest,
      origin: pixels,
    }),
  ];
}
