import * as Plot from "@observablehq/plot";
import type { ColumnComparison } from "@scoretape/score";
import { extent } from "./frame.ts";
import { gridlines, type Panel, type PanelOptions, panel } from "./panel.ts";
import { theme } from "./theme.ts";

/** Of more columns the picture would be a cloud. */
const MOST = 12;

/** Quantiles of samples over those of data, each column in the data's deviations from its median: on the diagonal where they agree. */
export function quantilesPanel(
  columns: readonly ColumnComparison[],
  options: Pick<PanelOptions, "width" | "height" | "title">,
): Panel {
  const shown = columns.slice(0, MOST);
  const points = shown.flatMap(({ quantiles, deviation }, j) => {
    const middle = quantiles.data[Math.floor(quantiles.data.length / 2)] ?? 0;
    const scale = deviation.data > 0 ? deviation.data : 1;
    return quantiles.data.map((value, i) => ({
      data: (value - middle) / scale,
      samples: ((quantiles.samples[i] ?? Number.NaN) - middle) / scale,
      column: j,
    }));
  });
  const [low, high] = extent(points.map(({ data }) => data));
  const reach = 0.35 * (high - low) + 0.1;
  const domain = [low - reach, high + reach];
  const diagonal = domain.map((end): [number, number] => [end, end]);
  const inside = points.map((point) => ({
    ...point,
    samples: Math.min(high + reach, Math.max(low - reach, point.samples)),
  }));
  return panel({
    ...options,
    note: `1, 5, 25, 50, 75, 95 and 99 % of ${shown.length < columns.length ? `the first ${MOST}` : "all"} columns`,
    x: { label: "data, in deviations from the median", domain },
    y: { label: "samples", domain },
    marks: [
      ...gridlines(),
      Plot.line(diagonal, { stroke: theme.muted, strokeDasharray: "5 4" }),
      Plot.line(inside, { x: "data", y: "samples", z: "column", stroke: theme.samples, strokeOpacity: 0.4 }),
      Plot.dot(inside, { x: "data", y: "samples", r: 3, fill: theme.samples }),
    ],
  });
}
