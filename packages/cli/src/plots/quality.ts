import type { ColumnComparison, Quality, Verdict } from "@scoretape/score";
import { curvesPanel } from "./curves.ts";
import { extent } from "./frame.ts";
import { type Interval, intervalsPanel } from "./intervals.ts";
import { type Panel, type Placed, sheet } from "./panel.ts";
import { quantilesPanel } from "./quantiles.ts";
import type { Point } from "./scatter-panel.ts";
import { theme } from "./theme.ts";
import { wordsPanel } from "./words.ts";

/** What a model is worth. */
export interface QualityPicture extends Quality {
  readonly verdict: Verdict;
  readonly columns: readonly ColumnComparison[];
}

const SIZE = { width: 500, height: 300 };
const WORDS = 64;
/** A number's interval reaches so many standard errors each way. */
const REACH = 2;
const colours = { model: theme.samples, training: theme.data, gaussian: theme.estimate, other: theme.muted };

/** The verdict, and below it what it rests on: likelihood, denoising, distances and quantiles, each beside what others get. */
export function qualityPicture(found: QualityPicture): string {
  const panels = [
    likelihoods(found),
    denoising(found),
    distances(found),
    quantilesPanel(found.columns, { ...SIZE, title: "Quantiles" }),
  ].filter((panel) => panel !== null);
  const across = Math.min(2, panels.length);
  const placed = panels.map(
    (panel, i): Placed => ({
      panel,
      x: (i % across) * SIZE.width,
      y: WORDS + Math.floor(i / across) * SIZE.height,
    }),
  );
  const width = across * SIZE.width;
  const height = WORDS + Math.ceil(panels.length / across) * SIZE.height;
  const words = wordsPanel(found.verdict.text, { width, height: WORDS });
  return sheet(width, height, "What to believe of the model", [{ panel: words, x: 0, y: 0 }, ...placed]);
}

function likelihoods({ heldOut }: Quality): Panel | null {
  if (heldOut === null) return null;
  const { model, gaussian, kde } = heldOut.logLikelihood;
  const interval = (name: string, colour: string, estimate: typeof model): Interval[] =>
    estimate === null
      ? []
      : [
          {
            name,
            colour,
            value: estimate.value,
            low: estimate.value - REACH * estimate.standardError,
            high: estimate.value + REACH * estimate.standardError,
          },
        ];
  return intervalsPanel(
    [
      ...interval("model", colours.model, model),
      ...interval("Gaussian", colours.gaussian, gaussian),
      ...interval("kernel density", colours.other, kde),
    ],
    {
      ...SIZE,
      title: "Log-likelihood",
      note: `of ${heldOut.rows.toLocaleString("en")} test rows; right is better`,
      label: "nats a row, ± 2 standard errors",
    },
  );
}

function denoising({ denoising: levels }: Quality): Panel | null {
  if (levels === null) return null;
  const ends = [levels[0]?.sigma ?? 1, levels.at(-1)?.sigma ?? 1] as const;
  if (ends[0] === ends[1]) return null;
  const band = levels.map(
    ({ value, standardError }): Point => [value - REACH * standardError, value + REACH * standardError],
  );
  return curvesPanel(
    [
      {
        name: "best linear denoiser",
        colour: theme.muted,
        dashed: true,
        points: ends.map((sigma) => [sigma, 1]),
      },
      {
        name: "model",
        colour: colours.model,
        dotted: true,
        points: levels.map(({ sigma, value }) => [sigma, value]),
        band,
      },
    ],
    {
      ...SIZE,
      title: "Denoising error",
      note: "on test rows, over the best linear denoiser's: below 1 is skill",
      x: {
        label: "noise level σ",
        type: "log",
        ticks: [0.001, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100],
        tickFormat: String,
      },
      y: { label: "relative error", domain: extent([1, ...band.flat()]) },
    },
  );
}

function distances({ distances: found }: Quality): Panel | null {
  if (found === null) return null;
  const { rows, samples, training, gaussian, independent } = found;
  return intervalsPanel(
    [
      { name: "samples", colour: colours.model, ...samples },
      { name: "training rows", colour: colours.training, ...training },
      { name: "a Gaussian", colour: colours.gaussian, ...gaussian },
      { name: "independent columns", colour: colours.other, ...independent },
    ],
    {
      ...SIZE,
      title: "Distance to test rows",
      note: `of ${rows.toLocaleString("en")} each; left is better`,
      label: "sliced Wasserstein distance",
    },
  );
}
