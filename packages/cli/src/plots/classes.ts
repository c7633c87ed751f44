import * as Plot from "@observablehq/plot";
import type { Frame } from "./frame.ts";
import { type Panel, type PanelOptions, panel } from "./panel.ts";
import type { Grid } from "./score-panel.ts";
import { theme } from "./theme.ts";

export interface ClassesOptions extends Pick<PanelOptions, "width" | "height" | "title" | "note"> {
  readonly frame: Frame;
  readonly labels: readonly [x: string, y: string];
  /** Where one class ends and the next begins, rising: one fewer than there are shades. */
  readonly limits: readonly number[];
  /** More marks over the shades. */
  readonly marks?: readonly Plot.Markish[];
}

/** Numbers over the plane in few shades, the darkest for the largest: what lies between which limits. */
export function classesPanel(
  grid: Grid,
  { frame, labels, limits, marks = [], ...options }: ClassesOptions,
): Panel {
  const { columns, rows, values } = grid;
  const width = (frame.x[1] - frame.x[0]) / columns;
  const height = (frame.y[1] - frame.y[0]) / rows;
  const cells = Array.from({ length: rows * columns }, (_, i) => {
    const x1 = frame.x[0] + (i % columns) * width;
    const y1 = frame.y[0] + Math.floor(i / columns) * height;
    const value = values[i] as number;
    const shade = limits.filter((limit) => value >= limit).length;
    return { x1, y1, x2: x1 + width, y2: y1 + height, colour: theme.shades[shade] ?? theme.ink };
  });
  return panel({
    ...options,
    x: { domain: frame.x, label: labels[0] },
    y: { domain: frame.y, label: labels[1] },
    marks: [
      Plot.rect(cells, { x1: "x1", x2: "x2", y1: "y1", y2: "y2", fill: (cell) => cell.colour, inset: -0.25 }),
      ...marks,
    ],
  });
}

/** The key to the shades: a panel of its own, as wide as its longest text. */
export function classesKey(
  limits: readonly number[],
  { title, width, height }: { title: string; width: number; height: number },
): Panel {
  const texts = [
    `below ${limits[0]}`,
    ...limits.slice(1).map((limit, i) => `${limits[i]} to ${limit}`),
    `${limits.at(-1)} and more`,
  ];
  const entries = texts.map((text, i) => ({ text, colour: theme.shades[i] ?? theme.ink, at: i }));
  return panel({
    width,
    height,
    marginLeft: 10,
    framed: false,
    title,
    x: { axis: null, domain: [0, 10] },
    y: { axis: null, domain: [14, -0.5] },
    marks: [
      Plot.dot(entries, { x: 0.6, y: "at", r: 7, symbol: "square", fill: "colour", stroke: theme.rule }),
      Plot.text(entries, { x: 1.6, y: "at", text: "text", textAnchor: "start" }),
    ],
  });
}
