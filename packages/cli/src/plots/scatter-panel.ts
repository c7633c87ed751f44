import * as Plot from "@observablehq/plot";
import { portable } from "@scoretape/autograd";
import type { Table } from "@scoretape/score/tables";
import type { Frame } from "./frame.ts";
import { contains } from "./frame.ts";
import { gridlines, type Panel, panel } from "./panel.ts";

/** More points than this only thicken the picture and the file; every k-th row is drawn then. */
const MOST_POINTS = 4000;

export type Point = readonly [x: number, y: number];

export interface ScatterOptions {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly note: string;
  readonly colour: string;
}

/** Points of columns j and k that lie in the frame, from at most `most` rows spread over the table. */
export function visiblePoints(table: Table, frame: Frame, j = 0, k = 1, most = MOST_POINTS): Point[] {
  const width = table.columns.length;
  const stride = Math.ceil(table.rows / most);
  const points: Point[] = [];
  for (let i = 0; i < table.rows; i += stride) {
    const x = table.values[i * width + j] as number;
    const y = table.values[i * width + k] as number;
    if (contains(frame.x, x) && contains(frame.y, y)) points.push([x, y]);
  }
  return points;
}

/** Dots that shrink and fade as they grow in number, so that dense places stay readable. */
export function dots(points: readonly Point[], colour: string, scale = 1): Plot.Dot {
  const crowd = Math.min(1, Math.max(0, portable.log10(points.length / 100) / portable.log10(40)));
  return Plot.dot(points, {
    x: "0",
    y: "1",
    r: scale * (3.4 - 2 * crowd),
    fill: colour,
    fillOpacity: 0.7 - 0.3 * crowd,
    stroke: "none",
  });
}

/** A scatter plot of a table's first two columns. */
export function scatterPanel(table: Table, frame: Frame, options: ScatterOptions): Panel {
  const { width, height, title, note, colour } = options;
  const points = visiblePoints(table, frame);
  return panel({
    width,
    height,
    title,
    note,
    x: { domain: frame.x, label: table.columns[0] ?? null },
    y: { domain: frame.y, label: table.columns[1] ?? null },
    marks: [...gridlines(), dots(points, colour)],
  });
}
