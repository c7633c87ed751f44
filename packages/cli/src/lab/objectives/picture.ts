import { concat, slice, type Tensor, take } from "@scoretape/autograd";
import { type Curve, curvesPanel } from "../../plots/curves.ts";
import { imagesPanel } from "../../plots/images.ts";
import { type Panel, type Placed, sheet } from "../../plots/panel.ts";
import type { Point } from "../../plots/scatter-panel.ts";
import { theme } from "../../plots/theme.ts";
import { nearestTo } from "../nearest.ts";
import { type Digits, SIDE } from "./images.ts";
import type { Baseline } from "./measure.ts";
import type { Trial } from "./trial.ts";

const COLUMNS = 10;
const SHOWN = 100;
const PAIRS = 8;

const titles: Readonly<Record<string, string>> = {
  denoising: "denoising",
  "sliced-vr": "sliced score matching",
};

/** Real digits beside samples; below, samples with the training digits nearest to them, and how near these are. */
export function drawPicture(digits: Digits, baseline: Baseline, trials: readonly Trial[]): string {
  const grid = (images: Tensor, title: string, note: string): Panel =>
    imagesPanel(
      digits.grey(slice(images, [0, 0], [Math.min(SHOWN, images.shape[0] ?? 0), SIDE * SIDE])),
      SIDE,
      {
        columns: COLUMNS,
        size: 34,
        title,
        note,
      },
    );
  const top = [
    grid(digits.heldOut, "Digits", "held out from the training"),
    ...trials.flatMap(({ name, sets: [first] }) =>
      first === undefined
        ? []
        : [grid(first.clean, `Samples, ${titles[name] ?? name}`, "drawn one after another")],
    ),
  ];
  const [width = 0, height = 0] = [top[0]?.width, top[0]?.height];
  const pairs = trials.flatMap(({ name, sets: [first] }) =>
    first === undefined ? [] : [pairsPanel(digits, first.clean, titles[name] ?? name)],
  );
  const below = 330;
  const placed: Placed[] = [
    ...top.map((panel, i) => ({ panel, x: i * width, y: 0 })),
    ...pairs.map((panel, i) => ({ panel, x: 0, y: height + i * (below / 2) })),
    { panel: distances(baseline, trials, { width: 2 * width, height: below }), x: width, y: height },
  ];
  return sheet(3 * width, height + below, "Handwritten digits and samples of them", placed);
}

/** Samples over the training digits nearest to them. */
function pairsPanel({ training, grey }: Digits, samples: Tensor, name: string): Panel {
  const some = slice(samples, [0, 0], [PAIRS, SIDE * SIDE]);
  const { rows } = nearestTo(training, some);
  return imagesPanel(grey(concat([some, take(training, [...rows])])), SIDE, {
    columns: PAIRS,
    size: 42,
    title: `Samples, ${name}`,
    note: "below each the training digit nearest to it",
  });
}

/** The share of images whose nearest training digit is at most so far away. */
function distances(
  baseline: Baseline,
  trials: readonly Trial[],
  size: { readonly width: number; readonly height: number },
): Panel {
  const cumulative = (nearest: Float64Array): Point[] =>
    Array.from({ length: 201 }, (_, i) => {
      const at = Math.round((i / 200) * (nearest.length - 1));
      return [nearest[at] as number, i / 200];
    });
  const curves: Curve[] = [
    { name: "held-out digits", colour: theme.data, points: cumulative(baseline.nearest) },
    ...trials.map(({ name, comparison }, i) => ({
      name: `samples, ${name}`,
      colour: theme.series[i + 1] ?? theme.ink,
      points: cumulative(comparison.nearest),
    })),
  ];
  return curvesPanel(curves, {
    ...size,
    title: "Distance to the nearest training digit",
    note: "copies would be at 0; new digits are as far away as held-out ones",
    x: { domain: [0, 6], label: "distance to the nearest training digit, in standard deviations of a pixel" },
    y: { label: "share of images nearer than that", domain: [0, 1] },
  });
}
