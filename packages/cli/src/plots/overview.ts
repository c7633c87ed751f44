import { type LossHistory, lossPanel } from "./loss-curve.ts";
import { sheet } from "./panel.ts";
import { type Portrait, portraitPanels, portraitTitle } from "./portrait.ts";

/** The portrait's three panels and the loss curve, two by two on one sheet, as SVG. */
export function overview(subject: Portrait, history: LossHistory): string {
  const size = { width: 500, height: 430 };
  const [data, samples, field] = portraitPanels(subject, size);
  return sheet(2 * size.width, 2 * size.height, `${portraitTitle(subject)}, and its loss`, [
    { panel: data, x: 0, y: 0 },
    { panel: samples, x: size.width, y: 0 },
    { panel: field, x: 0, y: size.height },
    { panel: lossPanel(history, size), x: size.width, y: size.height },
  ]);
}
