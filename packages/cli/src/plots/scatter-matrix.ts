import * as Plot from "@observablehq/plot";
import { column, type Table } from "@scoretape/score/tables";
import { type Labels, ticksOf } from "./axis-labels.ts";
import { BINNING_ERROR } from "./binned.ts";
import { density2d, lowerMass, MOST_SUMMED, type Variable, variableOf } from "./density.ts";
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
/** So many characters have room beside the name of an axis, and below a panel. */
const [LEFT_CHARACTERS, BOTTOM_CHARACTERS] = [5, 10];
const BINS = 24;
const CELLS = 48;

/**
 * Every pair of the first five columns, as SVG: below the diagonal the points of data and samples, above it
 * the regions that hold 90 %, 50 % and 20 % of each, on it the histograms.
 */
export function scatterMatrix(data: Table, samples: Table, labels: readonly (Labels | null)[] = []): string {
  if (data.columns.length !== samples.columns.length) {
    throw new RangeError(
      `scatterMatrix: data have ${data.columns.length} columns, samples ${samples.columns.length}`,
    );
  }
  const shown = data.columns.slice(0, MOST_COLUMNS);
  const variables = shown.map((_, j): Pair => {
    const pair = { data: variableOf(column(data, j)), samples: variableOf(column(samples, j)) };
    return { ...pair, range: rangeOf(pair.data.values, pair.samples.values) };
  });
  const side = (SHEET - LEFT - 4) / shown.length;
  const placed: Placed[] = [{ panel: headline(data, samples), x: 0, y: 0 }];
  for (let row = 0; row < shown.length; row++) {
    for (let col = 0; col < shown.length; col++) {
      const cell = cellPanel(data, samples, variables, labels, row, col, side);
      placed.push({ panel: cell, x: col * side, y: TOP + row * side });
    }
  }
  const height = Math.ceil(TOP + shown.length * side + BOTTOM);
  return sheet(SHEET, height, `Data and samples of ${shown.join(", ")}`, placed);
}

/** A column of data and of samples, and what is shown of it. */
interface Pair {
  readonly data: Variable;
  readonly samples: Variable;
  readonly range: Range;
}

function headline(data: Table, samples: Table): Panel {
  const more =
    data.columns.length > MOST_COLUMNS ? `; the first ${MOST_COLUMNS} of ${data.columns.length} columns` : "";
  const binned =
    Math.max(data.rows, samples.rows) > MOST_SUMMED
      ? `; regions by binning, within ${(100 * BINNING_ERROR).toFixed(1)} % of the highest density`
      : "";
  return panel({
    width: SHEET,
    height: TOP,
    marginLeft: LEFT,
    marginTop: TOP - 1,
    marginBottom: 0,
    title: "Data and samples",
    note: `${data.rows.toLocaleString("en")} points, ${samples.rows.toLocaleString("en")} samples${more}${binned}`,
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
  variables: readonly Pair[],
  labels: readonly (Labels | null)[],
  row: number,
  col: number,
  side: number,
): Panel {
  const [across, upward] = [variables[col] as Pair, variables[row] as Pair];
  const frame: Frame = { x: across.range, y: upward.range };
  const diagonal = row === col;
  // Neighbours share their axes: the left column and the bottom row alone are labelled.
  const axes = { left: col === 0, bottom: row === variables.length - 1 };
  const [belowIt, besideIt] = [labels[col] ?? null, labels[row] ?? null];
  return panel({
    width: side + LEFT,
    height: side + BOTTOM,
    marginLeft: LEFT,
    marginTop: GAP / 2,
    marginRight: GAP,
    marginBottom: BOTTOM + GAP / 2,
    x: {
      domain: frame.x,
      label: data.columns[col] ?? null,
      axis: axes.bottom ? "bottom" : null,
      ...(belowIt === null
        ? {}
        : ticksOf(belowIt, { range: frame.x, length: side, characters: BOTTOM_CHARACTERS, isAcross: true })),
    },
    y: diagonal
      ? {
          axis: axes.left ? "left" : null,
          label: data.columns[row] ?? null,
          ticks: [],
          zero: true,
          insetTop: 8,
        }
      : {
          domain: frame.y,
          label: data.columns[row] ?? null,
          axis: axes.left ? "left" : null,
          ...(besideIt === null
            ? {}
            : {
                labelOffset: LEFT - 7,
                ...ticksOf(besideIt, {
                  range: frame.y,
                  length: side,
                  characters: LEFT_CHARACTERS,
                  isAcross: false,
                }),
              }),
        },
    marks: diagonal
      ? histograms(across)
      : [...gridlines(), ...(row > col ? clouds(data, samples, frame, col, row) : regions(across, upward))],
  });
}

function histograms({ data, samples, range }: Pair): Plot.Markish[] {
  return [
    bars(bins(data.values, range, BINS), range, theme.data),
    outline(bins(samples.values, range, BINS), range, theme.samples),
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

function regions(x: Pair, y: Pair): Plot.Markish[] {
  const frame = { x: x.range, y: y.range };
  const contour = (inX: Variable, inY: Variable, colour: string): Plot.Markish =>
    Plot.contour(Array.from(lowerMass(density2d(inX, inY, frame, CELLS, CELLS))), {
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
  return [contour(x.data, y.data, theme.data), contour(x.samples, y.samples, theme.samples)];
}
