import { createRequire } from "node:module";
import { Resvg } from "@resvg/resvg-js";
import { theme } from "./theme.ts";

const { resolve } = createRequire(import.meta.url);
const fontFiles = [
  resolve("@expo-google-fonts/source-sans-3/400Regular/SourceSans3_400Regular.ttf"),
  resolve("@expo-google-fonts/source-sans-3/600SemiBold/SourceSans3_600SemiBold.ttf"),
];

/** What the shipped font draws; text beyond it needs the machine's own fonts. */
const shipped =
  /^[\p{ASCII}\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}°±²³µ·×–—‘’“”…‖→⁻−≤≥≈≠√∞∂∑]*$/u;

/**
 * Draws an SVG picture as PNG, `width` pixels wide, by resvg. The font comes with the program, so that the
 * same picture gives the same bytes on every machine, with fonts of its own or without.
 */
export function toPng(svg: string, width = 1600): Uint8Array {
  const renderer = new Resvg(svg, {
    fitTo: { mode: "width", value: width },
    font: {
      fontFiles,
      loadSystemFonts: !shipped.test(svg),
      defaultFontFamily: theme.font,
      sansSerifFamily: theme.font,
    },
  });
  return renderer.render().asPng();
}
