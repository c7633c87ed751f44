import * as Plot from "@observablehq/plot";
import { powersOfTen } from "./curves.ts";
import type { Range } from "./frame.ts";
import { type CurvePoint, lossRange, pointsOf, type Series, smooth, stepAxis, thin } from "./loss-series.ts";
import { gridlines, legend, type Panel, panel, sheet } from "./panel.ts";
import { theme } from "./theme.ts";

export interface LossHistory {
  /** The loss of each training step, or of some of them. */
  readonly training: Series;
  /** The loss on the rows kept aside, at the steps where it was measured. */
  readonly validation?: Series;
  /** The axis label; "loss" by default. */
  readonly label?: string;
}

/** The losses of a training run over its steps, as SVG. */
export function lossCurve(history: LossHistory): string {
  const size = { width: 760, height: 420 };
  return sheet(size.width, size.height, "Loss over training steps", [
    { panel: lossPanel(history, size), x: 0, y: 0 },
  ]);
}

/** Single steps' losses faint, their sliding mean and the validation loss as lines. */
export function lossPanel(
  { training, validation, label = "loss" }: LossHistory,
  size: { width: number; height: number },
): Panel {
  const single = pointsOf(training);
  if (single.length === 0) throw new RangeError("lossPanel: the training series has no finite loss to draw");
  const axis = stepAxis(single);
  const mean = smooth(single, axis);
  const all = validation === undefined ? [] : pointsOf(validation);
  // The start has no place on a logarithmic axis.
  const held = axis === "log" ? all.filter(({ step }) => step > 0) : all;
  const range = lossRange(single, [mean, held]);
  const line = (points: readonly CurvePoint[], options: Plot.LineOptions): Plot.Line =>
    Plot.line(nearby(thin(points, axis, 2 * size.width), range), {
      x: "step",
      y: "loss",
      clip: true,
      strokeLinejoin: "round",
      ...options,
    });
  const last = (points: readonly CurvePoint[]): string =>
    (points.at(-1)?.loss ?? Number.NaN).toPrecision(3).replace("-", "−");
  const steps = [...single, ...held].map(({ step }) => step);
  const end = steps.reduce((most, step) => Math.max(most, step), 0);
  const start = steps.reduce((least, step) => Math.min(least, step), end);
  const outcome = `training ${last(mean)}${held.length > 0 ? `, validation ${last(held)}` : ""}`;
  return panel({
    ...size,
    marginLeft: 62,
    title: "Loss",
    note: `after ${end.toLocaleString("en")} steps: ${outcome}`,
    x: {
      type: axis,
      domain: axis === "log" ? [start, end] : [0, end],
      label: axis === "log" ? "step (logarithmic)" : "step",
      tickFormat: axis === "log" ? powersOfTen : ",d",
    },
    y: { domain: range, label, labelOffset: 56 },
    marks: [
      ...gridlines(),
      line(single, { stroke: theme.data, strokeOpacity: 0.22, strokeWidth: 0.8 }),
      line(mean, { stroke: theme.data, strokeWidth: 2.2 }),
      line(held, { stroke: theme.samples, strokeWidth: 2.2 }),
      ...legend([
        { text: "training, each step", colour: theme.data, opacity: 0.3 },
        { text: "training, sliding mean", colour: theme.data },
        ...(held.length > 0 ? [{ text: "validation", colour: theme.samples }] : []),
      ]),
    ],
  });
}

/**
 * Points far beyond the picture drawn nearer, though outside still: resvg aborts the program at a clipped line that
 * reaches further than the picture's size or two beyond its edge.
 */
function nearby(points: readonly CurvePoint[], [low, high]: Range): CurvePoint[] {
  const margin = 0.5 * (high - low);
  return points.map(({ step, loss }) => ({
    step,
    loss: Math.min(high + margin, Math.max(low - margin, loss)),
  }));
}
