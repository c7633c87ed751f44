import { tableOf } from "../../data/source.ts";
import { type Curve, curvesPanel } from "../../plots/curves.ts";
import { type Placed, sheet } from "../../plots/panel.ts";
import { scatterPanel } from "../../plots/scatter-panel.ts";
import { theme } from "../../plots/theme.ts";
import { showEstimate } from "../claim.ts";
import type { Findings } from "../experiment.ts";
import { type Estimate, shareOf } from "../statistics.ts";
import { shareOfBasin } from "./modes.ts";
import type { Walked } from "./walk.ts";

const TRUTH = 0.8;

export function findings(walked: readonly Walked[], stepsPerLevel: number): Findings {
  const results = walked.map((result) => {
    const { sampler, course, crossings } = result;
    const weight = shareOf(course.at(-1)?.[1] ?? 0, sampler.chains);
    return { ...result, weight, crossed: shareOf(crossings, sampler.chains) };
  });
  const weightOf = (i: number): Estimate => results[i]?.weight ?? shareOf(0, 1);
  const crossed = results[0]?.crossed ?? shareOf(0, 1);
  const basin = shareOfBasin.toFixed(3);
  return {
    tables: [
      {
        title: `Weight of the larger mode after ${stepsPerLevel * 10} steps, truth ${TRUTH.toFixed(3)}`,
        rows: [
          ["sampler", "chains", "weight [95 % interval]", "changed the mode in the second half"],
          ...results.map(({ sampler, weight, crossings }) => [
            `${sampler.name} (${sampler.note})`,
            sampler.chains.toLocaleString("en"),
            showEstimate(weight),
            crossings.toLocaleString("en"),
          ]),
        ],
      },
    ],
    claims: [
      {
        what: "weight by plain Langevin",
        measured: weightOf(0),
        above: shareOfBasin - 0.02,
        below: shareOfBasin + 0.02,
        theory: `the share of starting points whose slope leads to that mode, ${basin}, not ${TRUTH}`,
      },
      {
        what: "share of plain chains that changed the mode in the second half",
        measured: crossed,
        below: 0.001,
        theory: "between the modes p is e⁻²⁵ of its peak: no chain crosses",
      },
      {
        what: "weight by annealed Langevin",
        measured: weightOf(1),
        above: 0.77,
        below: 0.81,
        theory: `${TRUTH}, less a lag: each level has only ${stepsPerLevel} steps to settle`,
      },
      {
        what: "weight by annealed Langevin whose noise does not follow its step size",
        measured: weightOf(2),
        above: 0.99,
        theory:
          "without its noise the wide levels draw all chains to the mean, in the larger mode's reach: 1.000",
      },
      {
        what: "weight by annealed Langevin with a learned score",
        measured: weightOf(3),
        above: 0.74,
        below: 0.84,
        theory: "as with the exact score",
      },
    ],
    pictures: [{ name: "slow-mixing", svg: draw(walked) }],
    numbers: {
      truth: TRUTH,
      stepsPerLevel,
      samplers: results.map(({ sampler, weight, crossings, course }) => ({
        name: sampler.name,
        chains: sampler.chains,
        weight,
        crossings,
        course: course.map(([step, count]) => [step, count / sampler.chains]),
      })),
    },
  };
}

/** The weight over the steps, above where the samples of each sampler are. */
function draw(walked: readonly Walked[]): string {
  const side = 290;
  const top = 380;
  const colourOf = (i: number): string => theme.series[i] ?? theme.ink;
  const steps = walked[0]?.course.at(-1)?.[0] ?? 1;
  const curves: Curve[] = [
    ...walked.map(({ sampler, course }, i) => ({
      name: sampler.name,
      colour: colourOf(i),
      points: course.map(([step, count]) => [step, count / sampler.chains] as const),
    })),
    {
      name: "truth",
      colour: theme.muted,
      dashed: true,
      points: [
        [0, TRUTH],
        [steps, TRUTH],
      ],
    },
  ];
  const weights = curvesPanel(curves, {
    width: 4 * side,
    height: top,
    title: "Weight of the larger mode",
    note: "share of the chains nearer to (5, 5) than to (−5, −5); all start from U[−8, 8]²",
    x: { label: "Langevin steps", tickFormat: ",d" },
    y: { label: "weight of the larger mode", domain: [0.4, 1.02] },
  });
  const frame = { x: [-10, 10], y: [-10, 10] } as const;
  const scatters = walked.map(({ sampler, samples, course }, i): Placed => {
    const weight = (course.at(-1)?.[1] ?? 0) / sampler.chains;
    const panel = scatterPanel(tableOf(["x1", "x2"], samples), frame, {
      width: side,
      height: side + 36,
      title: sampler.name,
      note: `weight ${weight.toFixed(3)}, ${sampler.note}`,
      colour: colourOf(i),
    });
    return { panel, x: i * side, y: top };
  });
  return sheet(4 * side, top + side + 36, "Weight of the larger mode by four samplers", [
    { panel: weights, x: 0, y: 0 },
    ...scatters,
  ]);
}
