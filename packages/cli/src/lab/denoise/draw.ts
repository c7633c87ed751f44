import { add, type Key, mul, random, type Tensor } from "@scoretape/autograd";
import { data, denoise, type NoiseConditionalScore } from "@scoretape/score";
import { tableOf } from "../../data/source.ts";
import { type Curve, curvesPanel, powersOfTen } from "../../plots/curves.ts";
import { type Panel, sheet } from "../../plots/panel.ts";
import { type Point, scatterPanel } from "../../plots/scatter-panel.ts";
import { theme } from "../../plots/theme.ts";
import type { Estimate } from "../statistics.ts";
import { type Level, posteriorMean } from "./mixture.ts";

const top = 400;
const side = 330;
/** The noise of the pictures: points of neighbouring modes mix, and their places within a mode are lost. */
const SHOWN = 0.6;
const frame = { x: [-5, 5], y: [-5, 5] } as const;

/** Errors by noise level, above clean, noisy and denoised points. */
export function draw(levels: readonly Level[], scores: readonly NoiseConditionalScore[], key: Key): string {
  const width = 4 * side;
  const clean = data.eightGaussians.sample(random.foldIn(key, 0), 2000);
  const noisy = add(clean, mul(SHOWN, random.normal(random.foldIn(key, 1), clean.shape)));
  const [score] = scores;
  const clouds = [
    cloud("Clean", "eight normals", clean, theme.data),
    cloud("Noisy", `σ = ${SHOWN}`, noisy, theme.muted),
    ...(score === undefined
      ? []
      : [
          cloud(
            "Denoised",
            "one step with a learned score",
            denoise(score, noisy, SHOWN).mean,
            theme.samples,
          ),
        ]),
    cloud("Posterior means", "by Bayes' rule", posteriorMean(noisy, SHOWN), theme.estimate),
  ];
  return sheet(width, top + side + 36, "Denoising eight normals", [
    { panel: errorsPanel(levels, width / 2), x: 0, y: 0 },
    { panel: factorsPanel(levels, width / 2), x: width / 2, y: 0 },
    ...clouds.map((panel, i) => ({ panel, x: i * side, y: top })),
  ]);
}

function cloud(title: string, note: string, points: Tensor, colour: string): Panel {
  const table = tableOf(["x1", "x2"], points);
  return scatterPanel(table, frame, { width: side, height: side + 36, title, note, colour });
}

function errorsPanel(levels: readonly Level[], width: number): Panel {
  const curve = (name: string, colour: string, of: (level: Level) => Estimate, dashed = false): Curve => ({
    name,
    colour,
    dotted: !dashed,
    dashed,
    points: levels.map((level): Point => [level.sigma, of(level).value]),
    band: levels.map((level): Point => [of(level).low, of(level).high]),
  });
  return curvesPanel(
    [
      curve("noisy: σ²", theme.muted, ({ noisy }) => noisy),
      curve("best linear", theme.data, ({ linear }) => linear),
      curve("learned", theme.samples, ({ learned }) => learned),
      curve("optimal, by Bayes' rule", theme.ink, ({ optimal }) => optimal, true),
    ],
    {
      width,
      height: top,
      title: "Error of denoisers by noise level",
      note: "of a coordinate, means over the seeds with their 99 % intervals",
      x: axis,
      y: { label: "mean-squared error (logarithmic)", type: "log", tickFormat: powersOfTen },
    },
  );
}

function factorsPanel(levels: readonly Level[], width: number): Panel {
  const curve = (name: string, colour: string, of: (level: Level) => Estimate): Curve => ({
    name,
    colour,
    dotted: true,
    points: levels.map((level): Point => [level.sigma, of(level).value]),
    band: levels.map((level): Point => [of(level).low, of(level).high]),
  });
  return curvesPanel(
    [
      curve("error, learned over optimal", theme.samples, ({ learnedOverOptimal }) => learnedOverOptimal),
      curve("error, learned over best linear", theme.data, ({ learnedOverLinear }) => learnedOverLinear),
      curve(
        "squared error over posterior variance, learned",
        theme.estimate,
        ({ calibration }) => calibration,
      ),
      {
        name: "1",
        colour: theme.muted,
        dashed: true,
        points: levels.map(({ sigma }): Point => [sigma, 1]),
      },
    ],
    {
      width,
      height: top,
      title: "Against the optimum, and against itself",
      note: "geometric means over the seeds with their 99 % intervals",
      x: axis,
      y: { label: "quotient", domain: [0, Math.max(1.5, ...levels.map(highest))] },
    },
  );
}

const axis = {
  label: "noise level σ (logarithmic)",
  type: "log",
  ticks: [0.15, 0.25, 0.5, 1, 2, 4],
  tickFormat: (sigma: number) => `${sigma}`,
} as const;

function highest({ learnedOverOptimal, calibration }: Level): number {
  return 1.1 * Math.max(learnedOverOptimal.value, calibration.value);
}
