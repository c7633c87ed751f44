import { tensor } from "@scoretape/autograd";
import { curvesPanel } from "../../plots/curves.ts";
import { gridPoints } from "../../plots/frame.ts";
import { type Panel, sheet } from "../../plots/panel.ts";
import type { Point } from "../../plots/scatter-panel.ts";
import { scorePanel } from "../../plots/score-panel.ts";
import { theme } from "../../plots/theme.ts";
import type { Estimate } from "../statistics.ts";
import type { Level } from "./measure.ts";
import { largestResidual } from "./stein.ts";
import type { Subject } from "./subject.ts";

const size = { width: 440, height: 400 };
const ARROWS = 22;

/** Asymmetry and residual by noise level; in the plane also the density that the score stands for. */
export function draw(subject: Subject, levels: readonly Level[]): string {
  const panels = [
    curveOf(levels, (level) => level.learned.asymmetry.own, {
      title: "Is it a gradient?",
      note: "asymmetry of the Jacobian, 0 for a gradient",
      label: "‖J − Jᵀ‖ / ‖J‖",
    }),
    curveOf(levels, (level) => largestResidual(level.learned.stein), {
      title: "Stein's identity",
      note: "the largest E[s g + grad g] over test functions g",
      label: "residual over the size of the score",
    }),
    ...densityPanel(subject, levels),
  ];
  return sheet(
    panels.length * size.width,
    size.height,
    `Audit of ${subject.title}`,
    panels.map((panel, i) => ({ panel, x: i * size.width, y: 0 })),
  );
}

function curveOf(
  levels: readonly Level[],
  of: (level: Level) => Estimate,
  { title, note, label }: { title: string; note: string; label: string },
): Panel {
  return curvesPanel(
    [
      {
        name: "learned score",
        colour: theme.samples,
        dotted: true,
        points: levels.map((level): Point => [level.sigma, of(level).value]),
        band: levels.map((level): Point => [of(level).low, of(level).high]),
      },
    ],
    {
      ...size,
      title,
      note,
      x: {
        label: "noise level σ (logarithmic)",
        type: "log",
        ticks: [0.1, 0.2, 0.5, 1, 2, 5],
        tickFormat: (sigma) => `${sigma}`,
      },
      y: { label, domain: [0, 1.15 * Math.max(0.1, ...levels.map((level) => of(level).high))] },
    },
  );
}

/** At the smallest level. */
function densityPanel({ model }: Subject, levels: readonly Level[]): Panel[] {
  const last = levels.at(-1);
  if (last === undefined || last.likelihood === null) return [];
  const { density } = last.likelihood;
  const places = tensor(gridPoints(density.frame, ARROWS, ARROWS), {
    shape: [ARROWS * ARROWS, 2],
    dtype: "float32",
  });
  return [
    scorePanel(
      {
        frame: density.frame,
        density: { columns: density.cells, rows: density.cells, values: density.values },
        score: { columns: ARROWS, rows: ARROWS, values: model.standardScore(places, last.sigma).data },
      },
      {
        ...size,
        title: "The density it stands for",
        note: `at σ = ${last.sigma.toPrecision(2)}, with the score's arrows`,
        labels: model.description.columns.map((column) => `${column}, standardised`),
      },
    ),
  ];
}
