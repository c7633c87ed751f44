import * as Plot from "@observablehq/plot";
import { portable } from "@scoretape/autograd";
import { rootDensity } from "./density.ts";
import { type Frame, gridPoints } from "./frame.ts";
import { margins, type Panel, panel } from "./panel.ts";
import { theme } from "./theme.ts";

/** A grid of numbers over a frame, in the order of `gridPoints` (x fastest, y rising). */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
  /** [rows · columns] numbers, or [rows · columns, 2] vectors. */
  readonly values: ArrayLike<number>;
}

/** What a learned model says of the plane. */
export interface ScoreField {
  readonly frame: Frame;
  /** The estimated density, in any positive unit; 60 to 120 cells a side draw smoothly. */
  readonly density: Grid;
  /** The score ∇ log p in the data's own units at each grid point, [rows · columns, 2]; about 24 × 24. */
  readonly score: Grid;
}

export interface ScorePanelOptions {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly note: string;
  readonly labels: readonly string[];
}

interface Arrow {
  readonly x: number;
  readonly y: number;
  readonly length: number;
  readonly rotate: number;
}

/** The score as arrows over filled contours of the density. */
export function scorePanel(field: ScoreField, options: ScorePanelOptions): Panel {
  const { frame, density, score } = field;
  const { width, height, title, note, labels } = options;
  checkGrid("density", density, 1);
  checkGrid("score", score, 2);
  const inner = {
    width: width - margins.left - margins.right,
    height: height - margins.top - margins.bottom,
  };
  return panel({
    width,
    height,
    title,
    note,
    x: { domain: frame.x, label: labels[0] ?? null },
    y: { domain: frame.y, label: labels[1] ?? null },
    color: { type: "linear", domain: [0, 1 / 3, 2 / 3, 1], range: [...theme.density], interpolate: "lab" },
    length: { type: "identity" },
    marks: [
      Plot.contour(Array.from(rootDensity(density.values)), {
        width: density.columns,
        height: density.rows,
        x1: frame.x[0],
        x2: frame.x[1],
        y1: frame.y[0],
        y2: frame.y[1],
        fill: Plot.identity,
        thresholds: [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
        stroke: "none",
      }),
      Plot.vector(arrows(frame, score, inner), {
        x: "x",
        y: "y",
        length: "length",
        rotate: "rotate",
        shape: "arrow",
        anchor: "middle",
        r: 6,
        stroke: theme.arrow,
        strokeOpacity: 0.8,
        strokeWidth: 1.1,
      }),
    ],
  });
}

/**
 * The arrows as drawn. A score is a gradient, so on paper it is taken with respect to paper coordinates
 * (∂/∂px = ∂x/∂px · ∂/∂x) and stands at right angles to the density's contours whatever the axes' units.
 * An arrow of strength g has length L · g / (g + q), q the lower quartile of all strengths: it keeps their order, shows
 * the weak ones near the modes, and stays near its cell.
 */
export function arrows(frame: Frame, score: Grid, inner: { width: number; height: number }): Arrow[] {
  const { columns, rows, values } = score;
  const perPixelX = (frame.x[1] - frame.x[0]) / inner.width;
  const perPixelY = (frame.y[1] - frame.y[0]) / inner.height;
  const points = gridPoints(frame, columns, rows);
  const drawn = Array.from({ length: columns * rows }, (_, i) => {
    const right = (values[2 * i] as number) * perPixelX;
    const up = (values[2 * i + 1] as number) * perPixelY;
    return {
      x: points[2 * i] as number,
      y: points[2 * i + 1] as number,
      right,
      up,
      strength: portable.hypot(right, up),
    };
  }).filter(({ strength }) => Number.isFinite(strength) && strength > 0);
  const strengths = drawn.map(({ strength }) => strength).sort((a, b) => a - b);
  const quartile = strengths[Math.floor(strengths.length / 4)] ?? 1;
  const longest = Math.min(inner.width / columns, inner.height / rows);
  return drawn.map(({ x, y, right, up, strength }) => ({
    x,
    y,
    length: (longest * strength) / (strength + quartile),
    // Plot turns clockwise from "up", in degrees.
    rotate: (portable.atan2(right, up) * 180) / Math.PI,
  }));
}

function checkGrid(name: string, grid: Grid, perCell: number): void {
  const expected = grid.columns * grid.rows * perCell;
  if (grid.values.length !== expected) {
    const shape = `${grid.columns} × ${grid.rows}${perCell === 1 ? "" : ` × ${perCell}`}`;
    throw new RangeError(
      `scorePanel: ${name} needs ${shape} = ${expected} values, got ${grid.values.length}`,
    );
  }
}
