import { tableOf } from "../../data/source.ts";
import { type Curve, curvesPanel } from "../../plots/curves.ts";
import { type Placed, sheet } from "../../plots/panel.ts";
import { scatterPanel } from "../../plots/scatter-panel.ts";
import { theme } from "../../plots/theme.ts";
import { TRUTH } from "./modes.ts";
import type { Walked } from "./walk.ts";

/** The weight over the steps, above where the samples of each sampler are. */
export function draw(walked: readonly Walked[]): string {
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
