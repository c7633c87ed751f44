import * as Plot from "@observablehq/plot";
import type { Range } from "./frame.ts";

/** Counts in equal bins of a range, as a density: each bar's height is its share of the values over its width. */
export function bins(values: ArrayLike<number>, [low, high]: Range, count: number): Float64Array {
  const width = (high - low) / count;
  const share = 1 / (values.length * width);
  const heights = new Float64Array(count);
  for (let i = 0; i < values.length; i++) {
    const bin = Math.floor(((values[i] as number) - low) / width);
    if (bin >= 0 && bin < count) heights[bin] = (heights[bin] as number) + share;
  }
  return heights;
}

/** The data's bars, filled. */
export function bars(heights: Float64Array, range: Range, colour: string): Plot.Markish {
  const filled = steps(heights, range).filter(({ height }) => height > 0);
  return Plot.rectY(filled, {
    x1: "x1",
    x2: "x2",
    y1: 0,
    y2: "height",
    insetLeft: 0.4,
    insetRight: 0.4,
    fill: colour,
    fillOpacity: 0.4,
  });
}

/** The samples' bars as an outline over the data's. */
export function outline(heights: Float64Array, range: Range, colour: string): Plot.Markish {
  const corners = steps(heights, range).flatMap(({ x1, x2, height }) => [
    [x1, height],
    [x2, height],
  ]);
  const closed = [[range[0], 0], ...corners, [range[1], 0]];
  return Plot.line(closed, { x: "0", y: "1", stroke: colour, strokeWidth: 1.6, strokeLinejoin: "round" });
}

function steps(heights: Float64Array, [low, high]: Range): { x1: number; x2: number; height: number }[] {
  const edge = (i: number): number => low + (i / heights.length) * (high - low);
  return Array.from(heights, (height, i) => ({ x1: edge(i), x2: edge(i + 1), height }));
}
