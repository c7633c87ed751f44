import * as Plot from "@observablehq/plot";
import { type Panel, type PanelOptions, panel } from "./panel.ts";
import { theme } from "./theme.ts";

/** A sentence or two across a sheet. */
export function wordsPanel(text: string, { width, height }: Pick<PanelOptions, "width" | "height">): Panel {
  return panel({
    width,
    height,
    framed: false,
    marginTop: 14,
    marginBottom: 0,
    marginLeft: 24,
    x: { axis: null },
    y: { axis: null },
    marks: [
      Plot.text([text], {
        frameAnchor: "top-left",
        lineAnchor: "top",
        fontSize: theme.title - 2,
        lineWidth: (width - 48) / (theme.title - 2),
        fontWeight: 600,
      }),
    ],
  });
}
