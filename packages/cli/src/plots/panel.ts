/// <reference lib="dom" />
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { theme } from "./theme.ts";

/** A drawn rectangle of a figure: an svg element and its size. */
export interface Panel {
  readonly element: Element;
  readonly width: number;
  readonly height: number;
}

export interface PanelOptions extends Plot.PlotOptions {
  readonly width: number;
  readonly height: number;
  /** Heads the panel. */
  readonly title?: string;
  /** A quieter line below the title. */
  readonly note?: string;
  /** A thin line around the plot; drawn unless false. */
  readonly framed?: boolean;
}

const SVG = "http://www.w3.org/2000/svg";
const { document } = parseHTML("<!doctype html><html></html>");

export const margins = { top: 52, right: 10, bottom: 46, left: 54 } as const;

/** Draws one plot with the project's look: a thin frame, quiet grid lines, centred axis labels. */
export function panel({ title, note, framed = true, marks = [], x, y, ...options }: PanelOptions): Panel {
  const { width, height, marginLeft = margins.left, marginRight = margins.right } = options;
  const { marginTop = margins.top, marginBottom = margins.bottom } = options;
  const room = { x: width - marginLeft - marginRight, y: height - marginTop - marginBottom };
  const heading = (text: string, size: number, dy: number, style: Plot.TextOptions): Plot.Text =>
    Plot.text([text], {
      frameAnchor: "top-left",
      lineAnchor: "bottom",
      fontSize: size,
      lineWidth: room.x / size,
      textOverflow: "ellipsis-end",
      dy,
      ...style,
    });
  const axis = (scale: Plot.ScaleOptions | undefined, length: number): Plot.ScaleOptions => ({
    labelAnchor: "center",
    labelArrow: "none",
    tickSize: 4,
    tickPadding: 4,
    ...scale,
    label: shortened(scale?.label, length),
  });
  const element = Plot.plot({
    document,
    className: "panel",
    style: { fontFamily: fontFamily(), fontSize: `${theme.text}px`, color: theme.ink, background: "none" },
    ...options,
    marginTop,
    marginRight,
    marginBottom,
    marginLeft,
    x: axis({ labelOffset: 38, tickSpacing: 56, ...x }, room.x),
    y: axis({ labelOffset: 48, tickSpacing: 42, ...y }, room.y),
    marks: [
      marks,
      ...(framed ? [Plot.frame({ stroke: theme.rule })] : []),
      ...(title === undefined
        ? []
        : [heading(title, theme.title, note === undefined ? -10 : -25, { fontWeight: 600 })]),
      ...(note === undefined ? [] : [heading(note, theme.text, -9, { fill: theme.muted })]),
    ],
  });
  // The style sheet that Plot adds is for its interactive parts; without it a picture depends on attributes alone.
  element.querySelector("style")?.remove();
  return { element, width, height };
}

/** Grid lines to be drawn under the marks. */
export function gridlines(): Plot.Markish[] {
  const options = { stroke: theme.gridline, strokeOpacity: 1 };
  return [Plot.gridX(options), Plot.gridY(options)];
}

export interface LegendEntry {
  readonly text: string;
  readonly colour: string;
  readonly opacity?: number;
  readonly dashed?: boolean;
}

/** A key in the frame's upper right corner, one line for each entry; the first `top` pixels below the edge. */
export function legend(entries: readonly LegendEntry[], top = 14): Plot.Markish[] {
  return entries.flatMap((entry, i) =>
    legendLine(entry, top + 18 * i, { text: -34, line: -19, textAnchor: "end" }),
  );
}

/** The same in the margin to the right of the frame. */
export function sideLegend(entries: readonly LegendEntry[], top = 14): Plot.Markish[] {
  return entries.flatMap((entry, i) =>
    legendLine(entry, top + 20 * i, { text: 40, line: 22, textAnchor: "start" }),
  );
}

function legendLine(
  { text, colour, opacity = 1, dashed = false }: LegendEntry,
  dy: number,
  place: { text: number; line: number; textAnchor: "start" | "end" },
): Plot.Markish[] {
  return [
    Plot.text([text], {
      frameAnchor: "top-right",
      lineAnchor: "middle",
      textAnchor: place.textAnchor,
      dx: place.text,
      dy,
      stroke: theme.paper,
      strokeWidth: 4,
      fill: theme.ink,
    }),
    Plot.vector([text], {
      frameAnchor: "top-right",
      shape: stroke,
      anchor: "start",
      length: 18,
      dx: place.line,
      dy,
      stroke: colour,
      strokeOpacity: opacity,
      strokeWidth: dashed ? 2 : 3,
      ...(dashed ? { strokeDasharray: "5 3" } : {}),
    }),
  ];
}

const stroke: Plot.VectorShapeImplementation = {
  draw(context, length) {
    context.moveTo(-length / 2, 0);
    context.lineTo(length / 2, 0);
  },
};

export interface Placed {
  readonly panel: Panel;
  readonly x: number;
  readonly y: number;
}

/** Sets panels on one sheet of paper and gives the SVG file's text. */
export function sheet(width: number, height: number, title: string, panels: readonly Placed[]): string {
  const root = create("svg", {
    xmlns: SVG,
    width: `${width}`,
    height: `${height}`,
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "font-family": fontFamily(),
  });
  const name = create("title", {});
  name.textContent = title;
  root.append(name, create("rect", { width: `${width}`, height: `${height}`, fill: theme.paper }));
  for (const { panel, x, y } of panels) {
    panel.element.removeAttribute("xmlns");
    panel.element.setAttribute("x", `${x}`);
    panel.element.setAttribute("y", `${y}`);
    root.append(panel.element);
  }
  return `${withoutControls(root.outerHTML)}\n`;
}

function fontFamily(): string {
  return `'${theme.font}', ${theme.fallbackFonts}`;
}

/** A label cut to what fits along an axis, at about half an em a letter. */
function shortened(label: string | null | undefined, length: number): string | null {
  if (label === null || label === undefined) return null;
  const most = Math.max(4, Math.floor(length / (0.52 * theme.text)));
  return label.length <= most ? label : `${label.slice(0, most - 1)}…`;
}

/** Control characters, as a column's name may hold, are not allowed in XML. */
function withoutControls(xml: string): string {
  return Array.from(xml, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const allowed =
      code === 9 || code === 10 || code === 13 || (code >= 32 && code < 0xd800) || code > 0xdfff;
    return allowed && code !== 0xfffe && code !== 0xffff ? character : "\ufffd";
  }).join("");
}

function create(name: string, attributes: Readonly<Record<string, string>>): Element {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}
