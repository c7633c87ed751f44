import * as Plot from "@observablehq/plot";
import { column, type Table } from "@scoretape/score/tables";
import { density2d, lowerMass } from "./density.ts";
import type { Frame, Range } from "./frame.ts";
import { rangeOf } from "./frame.ts";
import { bars, bins, outline } from "./histogram.ts";
import { gridlines, legend, type Panel, type Placed, panel, sheet } from "./panel.ts";
import { dots, visiblePoints } from "./scatter-panel.ts";
import { theme } from "./theme.ts";

const MOST_COLUMNS = 5;
const SHEET = 1020;
const LEFT = 62;
const TOP = 58;
const BOTTOM = 48;
const GAP = 10;
const BINS = 24;
const CELLS = 48;

/**
 * Every pair of the first five columns, as SVG: below the diagonal the points of data and samples, above it
 * the regions that hold 90 %, 50 % and 20 % of each, on it the histograms.
 */
export function scatterMatrix(data: Table, samples: Table): string {
  if (data.columns.length !== samples.columns.length) {
    throw new RangeError(
      `scatterMatrix: data have ${data.columns.length} columns, samples ${samples.columns.length}`,
    );
  }
  const shown = data.columns.slice(0, MOST_COLUMNS);
  const ranges = shown.map((_, j) => rangeOf(column(data, j), column(samples, j)));
  const side = (SHEET - LEFT - 4) / shown.length;
  const placed: Placed[] = [{ panel: headline(data, samples), x: 0, y: 0 }];
  for (let row = 0; row < shown.length; row++) {
    for (let col = 0; col < shown.length; col++) {
      const cell = cellPanel(data, samples, ranges, row, col, side);
      placed.push({ panel: cell, x: col * side, y: TOP + row * side });
    }
  }
  const height = Math.ceil(TOP + shown.length * side + BOTTOM);
  return sheet(SHEET, height, `Data and samples of ${shown.join(", ")}`, placed);
}

function headline(data: Table, samples: Table): Panel {
  const more =
    data.columns.length > MOST_COLUMNS ? `; the first ${MOST_COLUMNS} of ${data.columns.length} columns` : "";
  return panel({
    width: SHEET,
    height: TOP,
    marginLeft: LEFT,
    marginTop: TOP - 1,
    marginBottom: 0,
    title: "Data and samples",
    note: `${data.rows.toLocaleString("en")} points, ${samples.rows.toLocaleString("en")} samples${more}`,
    framed: false,
    marks: legend(
      [
        { text: "data", colour: theme.data },
        { text: "samples", colour: theme.samples },
      ],
      -32,
    ),
  });
}

function cellPanel(
  data: Table,
  samples: Table,
  ranges: readonly Range[],
  row: number,
  col: number,
  side: number,
): Panel {
  const frame: Frame = { x: ranges[col] as Range, y: ranges[row] as Range };
  const diagonal = row === col;
  // Neighbours share their axes: the left column and the bottom row alone are labelled.
  const axes = { left: col === 0, bottom: row === ranges.length - 1 };
  return panel({
    width: side + LEFT,
    height: side + BOTTOM,
    marginLeft: LEFT,
    marginTop: GAP / 2,
    marginRight: GAP,
    marginBottom: BOTTOM + GAP / 2,
    x: { domain: frame.x, label: data.columns[col] ?? null, axis: axes.bottom ? "bottom" : null },
    y: diagonal
      ? {
          axis: axes.left ? "left" : null,
          label: data.columns[row] ?? null,
          ticks: [],
          zero: true,
          insetTop: 8,
        }
      : { domain: frame.y, label: data.columns[row] ?? null, axis: axes.left ? "left" : null },
    marks: diagonal
      ? histograms(data, samples, frame.x, col)
      : [
          ...gridlines(),
          ...(row > col ? clouds(data, samples, frame, col, row) : regions(data, samples, frame, col, row)),
        ],
  });
}

function histograms(data: Table, samples: Table, range: Range, j: number): Plot.Markish[] {
  return [
    bars(bins(column(data, j), range, BINS), range, theme.data),
    outline(bins(column(samples, j), range, BINS), range, theme.samples),
  ];
}

/** As many samples as data, so that the colours weigh alike. */
function clouds(data: Table, samples: Table, frame: Frame, j: number, k: number): Plot.Markish[] {
  const most = 800;
  return [
    dots(visiblePoints(samples, frame, j, k, Math.min(most, data.rows)), theme.samples, 0.8),
    dots(visiblePoints(data, frame, j, k, most), theme.data, 0.8),
  ];
}

function regions(data: Table, samples: Table, frame: Frame, j: number, k: number): Plot.Markish[] {
  const contour = (table: Table, colour: string): Plot.Markish => {
    const pair = {
      columns: ["x", "y"],
      rows: table.rows,
      values: Float64Array.from({ length: 2 * table.rows }, (_, i) => {
        const row = i >> 1;
        return table.values[row * table.columns.length + (i % 2 === 0 ? j : k)] as number;
      }),
    };
    return Plot.contour(Array.from(lowerMass(density2d(pair, frame, CELLS, CELLS))), {
      width: CELLS,
      height: CELLS,
      x1: frame.x[0],
      x2: frame.x[1],
      y1: frame.y[0],
      y2: frame.y[1],
      value: Plot.identity,
      thresholds: [0.1, 0.5, 0.8],
      stroke: colour,
      strokeWidth: 1.5,
    });
  };
  return [contour(data, theme.data), contour(samples, theme.samples)];
}
