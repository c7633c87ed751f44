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
}

const SVG = "http://www.w3.org/2000/svg";
const { document } = parseHTML("<!doctype html><html></html>");

export const margins = { top: 52, right: 10, bottom: 46, left: 52 } as const;

/** Draws one plot with the project's look: a thin frame, quiet grid lines, centred axis labels. */
export function panel({ title, note, marks = [], x, y, ...options }: PanelOptions): Panel {
  const { width, height } = options;
  const left = options.marginLeft ?? margins.left;
  const room = width - left - (options.marginRight ?? margins.right);
  const heading = (text: string, size: number, dy: number, style: Plot.TextOptions): Plot.Text =>
    Plot.text([text], {
      frameAnchor: "top-left",
      lineAnchor: "bottom",
      fontSize: size,
      lineWidth: room / size,
      textOverflow: "ellipsis-end",
      dy,
      ...style,
    });

  const element = Plot.plot({
    document,
    className: "panel",
    marginTop: margins.top,
    marginRight: margins.right,
    marginBottom: margins.bottom,
    marginLeft: margins.left,
    style: { fontFamily: fontFamily(), fontSize: `${theme.text}px`, color: theme.ink, background: "none" },
    ...options,
    x: { labelAnchor: "center", labelArrow: "none", labelOffset: 40, tickSize: 4, tickPadding: 4, ...x },
    y: { labelAnchor: "center", labelArrow: "none", labelOffset: 46, tickSize: 4, tickPadding: 4, ...y },
    marks: [
      marks,
      Plot.frame({ stroke: theme.rule }),
      ...(title === undefined ? [] : [heading(title, theme.title, note === undefined ? -10 : -25, { fontWeight: 600 })]),
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
  return `${root.outerHTML}\n`;
}

function fontFamily(): string {
  return `'${theme.font}', ${theme.fallbackFonts}`;
}

function create(name: string, attributes: Readonly<Record<string, string>>): Element {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}
