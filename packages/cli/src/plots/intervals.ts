import * as Plot from "@observablehq/plot";
import { extent } from "./frame.ts";
import { gridlines, type Panel, type PanelOptions, panel } from "./panel.ts";
import { theme } from "./theme.ts";

/** A number with an interval, on a line of its own. */
export interface Interval {
  readonly name: string;
  readonly colour: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface IntervalsOptions extends Pick<PanelOptions, "width" | "height" | "title" | "note"> {
  readonly label: string;
  readonly type?: "linear" | "log";
  readonly tickFormat?: (value: number) => string;
  /** Whether the names stand to the left. */
  readonly named?: boolean;
  /** A vertical line to compare with. */
  readonly at?: number;
}

/** Numbers with their intervals, one below the other, by name. Those that are not finite, or not above 0 on a logarithmic axis, are left out. */
export function intervalsPanel(
  intervals: readonly Interval[],
  { label, type = "linear", tickFormat, named = true, at, ...options }: IntervalsOptions,
): Panel {
  const isShown = (value: number): boolean => Number.isFinite(value) && (type === "linear" || value > 0);
  const shown = intervals.filter(({ value }) => isShown(value));
  const ends = shown.filter(({ low, high }) => isShown(low) && isShown(high));
  const numbers = [...shown.map(({ value }) => value), ...ends.flatMap(({ low, high }) => [low, high])];
  const [low, high] = extent(numbers);
  if (low > high) throw new RangeError("intervalsPanel: there is no finite number to draw");
  const longest = Math.max(...intervals.map(({ name }) => name.length));
  return panel({
    ...options,
    marginLeft: named ? 20 + 6 * longest : 14,
    marginRight: 20,
    x: {
      label,
      type,
      inset: 8,
      ...(tickFormat === undefined ? {} : { tickFormat }),
    },
    y: {
      type: "band",
      domain: intervals.map(({ name }) => name),
      label: null,
      tickSize: 0,
      ...(named ? {} : { axis: null }),
    },
    marks: [
      gridlines()[0],
      ...(at === undefined ? [] : [Plot.ruleX([at], { stroke: theme.muted, strokeDasharray: "5 4" })]),
      Plot.link(ends, { x1: "low", x2: "high", y: "name", stroke: "colour", strokeWidth: 2 }),
      Plot.dot(shown, { x: "value", y: "name", fill: "colour", r: 3.5 }),
    ],
  });
}
