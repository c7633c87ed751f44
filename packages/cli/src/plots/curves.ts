import * as Plot from "@observablehq/plot";
import { portable } from "@scoretape/autograd";
import { extent, type Range } from "./frame.ts";
import { gridlines, legend, type Panel, type PanelOptions, panel, sideLegend } from "./panel.ts";
import type { Point } from "./scatter-panel.ts";

/** A line of a picture. */
export interface Curve {
  /** What the key calls it; without a name it is not in the key. */
  readonly name?: string;
  readonly colour: string;
  readonly points: readonly Point[];
  /** The ends of an interval at each point, drawn as a band. */
  readonly band?: readonly Point[];
  /** Mark each point. */
  readonly dotted?: boolean;
  readonly dashed?: boolean;
  /** A thin line, one of many. */
  readonly thin?: boolean;
}

/** An axis of a picture of curves. */
export interface CurveAxis {
  readonly label: string;
  readonly type?: "linear" | "log" | "symlog";
  readonly domain?: Range;
  readonly tickFormat?: string | ((value: number) => string);
  readonly ticks?: readonly number[];
}

export interface CurvesOptions extends Pick<PanelOptions, "width" | "height" | "title" | "note"> {
  readonly x: CurveAxis;
  readonly y: CurveAxis;
}

/** From this width on the key stands beside the curves, else above them. */
const WIDE = 700;

/** Curves with a key. Points that are not finite, or not above 0 on a logarithmic axis, leave a gap. */
export function curvesPanel(curves: readonly Curve[], { x, y, ...options }: CurvesOptions): Panel {
  const shown = (value: number, axis: CurveAxis): boolean =>
    Number.isFinite(value) && (axis.type !== "log" || value > 0);
  const visible = curves.map((curve) => ({
    ...curve,
    points: curve.points.map(
      ([a, b]): Point => (shown(a, x) && shown(b, y) ? [a, nearby(b, y)] : [a, Number.NaN]),
    ),
    band: (curve.band ?? []).map(([low, high]): Point => [nearby(low, y), nearby(high, y)]),
  }));
  const all = visible.flatMap(({ points }) => points);
  const values = all.map(([, value]) => value);
  const [low, high] = extent(values);
  if (low > high) throw new RangeError("curvesPanel: the curves hold no finite point to draw");
  const isWide = options.width >= WIDE;
  const entries = curves.flatMap(({ name, colour, dashed = false }) =>
    name === undefined ? [] : [{ text: name, colour, dashed }],
  );
  const longest = Math.max(0, ...entries.map(({ text }) => text.length));
  return panel({
    ...options,
    marginLeft: 66,
    marginRight: isWide ? 52 + 6.2 * longest : 22,
    x: { domain: extent(all.map(([at]) => at)), ...axisOf(x) },
    y: { labelOffset: 58, insetTop: isWide ? 0 : 14 + 18 * entries.length, ...axisOf(y) },
    marks: [...gridlines(), ...visible.flatMap(marksOf), ...(isWide ? sideLegend(entries) : legend(entries))],
  });
}

/**
 * A value far beyond the axis's ends drawn nearer, though outside still: resvg aborts the program at a clipped line
 * that reaches further than the picture's size or two beyond its edge.
 */
function nearby(value: number, { domain, type }: CurveAxis): number {
  if (domain === undefined) return value;
  const [low, high] = domain;
  if (type === "log") {
    const margin = Math.sqrt(high / low);
    return Math.min(high * margin, Math.max(low / margin, value));
  }
  const margin = 0.5 * (high - low);
  return Math.min(high + margin, Math.max(low - margin, value));
}

function axisOf({ label, type = "linear", domain, tickFormat, ticks }: CurveAxis): Plot.ScaleOptions {
  return {
    label,
    type,
    ...(domain === undefined ? {} : { domain }),
    ...(tickFormat === undefined ? {} : { tickFormat }),
    ...(ticks === undefined ? {} : { ticks }),
  };
}

function marksOf({
  colour,
  points,
  band = [],
  dotted = false,
  dashed = false,
  thin = false,
}: Curve): Plot.Markish[] {
  const area = band.map(([low, high], i) => ({ at: points[i]?.[0] ?? Number.NaN, low, high }));
  return [
    ...(area.length === 0
      ? []
      : [Plot.areaY(area, { x: "at", y1: "low", y2: "high", fill: colour, fillOpacity: 0.18, clip: true })]),
    Plot.line(points, {
      x: "0",
      y: "1",
      stroke: colour,
      strokeWidth: thin ? 1.2 : dashed ? 1.6 : 2.2,
      clip: true,
      strokeLinejoin: "round",
      ...(dashed ? { strokeDasharray: "5 4" } : {}),
    }),
    ...(dotted ? [Plot.dot(points, { x: "0", y: "1", r: 3, fill: colour })] : []),
  ];
}

/** Labels the powers of ten of a logarithmic axis in full and leaves the ticks between them bare. */
export function powersOfTen(value: number): string {
  return Number.isInteger(portable.log10(value))
    ? value.toLocaleString("en", { maximumFractionDigits: 9 })
    : "";
}
