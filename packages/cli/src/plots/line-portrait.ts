import * as Plot from "@observablehq/plot";
import { column, type Table } from "@scoretape/score/tables";
import { cellCentres, type Range } from "./frame.ts";
import { bars, bins, outline } from "./histogram.ts";
import { gridlines, legend, type Panel, panel, sheet } from "./panel.ts";
import { densityFromScore1d } from "./potential.ts";
import { theme } from "./theme.ts";

export interface LinePortrait {
  /** The data, [n, 1]. */
  readonly data: Table;
  /** Samples of the learned model, in the data's units, [m, 1]. */
  readonly samples: Table;
  /** The range shown; see `rangeOf`. */
  readonly range: Range;
  /** The score d log p / dx at the centres of equal cells of the range (see `cellCentres`), about 400. */
  readonly score: ArrayLike<number>;
}

/** One-dimensional data: histograms and estimated density on the left, the learned score on the right, as SVG. */
export function linePortrait(subject: LinePortrait): string {
  const size = { width: 510, height: 390 };
  const label = subject.data.columns[0] ?? "x";
  return sheet(2 * size.width, size.height, `Data, samples and learned score of ${label}`, [
    { panel: densityPanel(subject, size), x: 0, y: 0 },
    { panel: scoreLinePanel(subject, size), x: size.width, y: 0 },
  ]);
}

function densityPanel({ data, samples, range, score }: LinePortrait, size: Size): Panel {
  const values = column(data, 0);
  const count = Math.round(Math.min(48, Math.max(12, 2.2 * Math.sqrt(values.length))));
  const density = densityFromScore1d(score, range);
  return panel({
    ...size,
    marginLeft: 62,
    title: "Data and samples",
    note: `${data.rows.toLocaleString("en")} points, ${samples.rows.toLocaleString("en")} samples`,
    x: { domain: range, label: data.columns[0] ?? null },
    y: { label: "probability density", labelOffset: 56, zero: true, insetTop: 50 },
    marks: [
      ...gridlines(),
      bars(bins(values, range, count), range, theme.data),
      outline(bins(column(samples, 0), range, count), range, theme.samples),
      Plot.line(curve(range, density), { x: "0", y: "1", stroke: theme.estimate, strokeWidth: 2.4 }),
      ...legend([
        { text: "data", colour: theme.data, opacity: 0.45 },
        { text: "samples", colour: theme.samples },
        { text: "density the score estimates", colour: theme.estimate },
      ]),
    ],
  });
}

function scoreLinePanel({ data, range, score }: LinePortrait, size: Size): Panel {
  return panel({
    ...size,
    marginLeft: 62,
    title: "Learned score",
    note: "points to higher density: right where positive, left where negative",
    x: { domain: range, label: data.columns[0] ?? null },
    y: { label: "score", labelOffset: 56 },
    marks: [
      ...gridlines(),
      Plot.ruleY([0], { stroke: theme.muted, strokeWidth: 1 }),
      Plot.line(curve(range, score), { x: "0", y: "1", stroke: theme.arrow, strokeWidth: 2.2 }),
    ],
  });
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function curve(range: Range, values: ArrayLike<number>): [number, number][] {
  return Array.from(cellCentres(range, values.length), (x, i) => [x, values[i] as number]);
}
