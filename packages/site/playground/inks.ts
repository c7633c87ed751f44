import type { Inks } from "./pictures.ts";

/** The page's own colors, light or dark as it is. */
export function inksOf(element: Element): Inks {
  const style = getComputedStyle(element);
  const color = (name: string): string => style.getPropertyValue(name).trim() || "#888888";
  return {
    paper: color("--vp-c-bg"),
    text: color("--vp-c-text-2"),
    data: color("--ink-points"),
    samples: color("--ink-samples"),
    field: color("--ink-field"),
    density: color("--ink-samples"),
  };
}
