import { type Ink, type Label, type Layer, SIDE } from "./scene.ts";

/** A color for each ink, and that of the paper. */
export type Inks = Readonly<Record<Ink | "paper", string>>;

const FONT = "11px system-ui, sans-serif";

/** Paints a picture on a canvas of so many pixels each way. */
export function paint(
  canvas: HTMLCanvasElement,
  layers: readonly Layer[],
  labels: readonly Label[],
  inks: Inks,
  pixels: number,
): void {
  canvas.width = pixels;
  canvas.height = pixels;
  const context = canvas.getContext("2d");
  if (context === null) return;
  context.scale(pixels / SIDE, pixels / SIDE);
  context.fillStyle = inks.paper;
  context.fillRect(0, 0, SIDE, SIDE);
  for (const { ink, path, line, opacity = 1 } of layers) {
    context.globalAlpha = opacity;
    if (line === undefined) {
      context.fillStyle = inks[ink];
      context.fill(new Path2D(path));
    } else {
      context.strokeStyle = inks[ink];
      context.lineWidth = line;
      context.stroke(new Path2D(path));
    }
  }
  context.globalAlpha = 1;
  // Numbers stand out from what lies under them.
  context.fillStyle = inks.text;
  context.strokeStyle = inks.paper;
  context.lineWidth = 4;
  context.lineJoin = "round";
  context.font = FONT;
  for (const { x, y, text, anchor } of labels) {
    context.textAlign = anchor === "middle" ? "center" : anchor;
    context.strokeText(text, x, y);
    context.fillText(text, x, y);
  }
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** The same as a file of SVG. */
export function svgOf(
  layers: readonly Layer[],
  labels: readonly Label[],
  inks: Inks,
  { title }: { readonly title: string },
): string {
  const paths = layers.map(({ ink, path, line, opacity = 1 }) => {
    const color = escaped(inks[ink]);
    const how =
      line === undefined ? `fill="${color}"` : `fill="none" stroke="${color}" stroke-width="${line}"`;
    return `<path ${how} opacity="${opacity}" d="${path}"/>`;
  });
  const halo = `stroke="${escaped(inks.paper)}" stroke-width="4" stroke-linejoin="round" paint-order="stroke"`;
  const texts = labels.map(
    ({ x, y, text, anchor }) =>
      `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="${escaped(inks.text)}" ${halo}>${escaped(text)}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIDE} ${SIDE}" style="font: ${FONT}">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${SIDE}" height="${SIDE}" fill="${escaped(inks.paper)}"/>`,
    ...paths,
    ...texts,
    "</svg>",
    "",
  ].join("\n");
}
