import type * as Plot from "@observablehq/plot";
import type { Grid } from "../images/grid.ts";
import { type Panel, type PanelOptions, panel } from "./panel.ts";

type Heading = Pick<PanelOptions, "title" | "note">;

export interface ImagesOptions extends Heading {
  /** Images in a row. */
  readonly columns: number;
  /** The side of an image on paper. */
  readonly size: number;
}

const GAP = 3;
const SHADES = 16;

/** Where the images of a grid are: `size` and the gap from one to the next, below a heading. */
const heading = 52;
const margin = 10;

/**
 * Square images in a grid, ink on paper.
 *
 * @param grey - Values from 0, the paper, to 1, full ink: [count, side, side].
 */
export function imagesPanel(grey: ArrayLike<number>, side: number, options: ImagesOptions): Panel {
  const { columns, size, ...words } = options;
  const count = grey.length / (side * side);
  const pitch = size + GAP;
  const area = { width: columns * pitch + GAP, height: Math.ceil(count / columns) * pitch + GAP };
  return headed(area, words, inks(grey, side, columns, size));
}

/** A grid of images, so wide on paper, each pixel a square with sharp edges. */
export function gridPanel({ png, ...size }: Grid, width: number, words: Heading): Panel {
  const area = { width, height: (width * size.height) / size.width };
  return headed(area, words, (_index, _scales, _values, _dimensions, { document }) => {
    const image = document.createElementNS("http://www.w3.org/2000/svg", "image");
    const attributes = { x: margin, y: heading, ...area, "image-rendering": "optimizeSpeed" };
    for (const [name, value] of Object.entries(attributes)) image.setAttribute(name, String(value));
    image.setAttribute("href", `data:image/png;base64,${Buffer.from(png).toString("base64")}`);
    return image;
  });
}

/** A mark that fills an area, under its words. */
function headed(
  area: { readonly width: number; readonly height: number },
  words: Heading,
  mark: Plot.Markish,
): Panel {
  return panel({
    ...words,
    width: area.width + 2 * margin,
    height: area.height + heading + margin,
    marginLeft: margin,
    marginRight: margin,
    marginTop: heading,
    marginBottom: margin,
    framed: false,
    x: { axis: null, domain: [0, area.width], range: [margin, margin + area.width] },
    y: { axis: null, domain: [0, area.height], range: [heading, heading + area.height] },
    marks: [mark],
  });
}

/** One path for each shade, of all pixels of that shade. */
function inks(grey: ArrayLike<number>, side: number, columns: number, size: number): Plot.Markish {
  const pixel = size / side;
  const squares = Array.from({ length: SHADES + 1 }, (): string[] => []);
  for (let i = 0; i < grey.length; i++) {
    const image = Math.floor(i / (side * side));
    const x = margin + GAP + (image % columns) * (size + GAP) + (i % side) * pixel;
    const y =
      heading + GAP + Math.floor(image / columns) * (size + GAP) + (Math.floor(i / side) % side) * pixel;
    squares[Math.round((grey[i] as number) * SHADES)]?.push(
      `M${round(x)},${round(y)}h${pixel}v${pixel}h${-pixel}z`,
    );
  }
  return (_index, _scales, _values, _dimensions, { document }) => {
    const group = document.createElementNS("http://www.w3.org/2000/svg", "g");
    group.setAttribute("shape-rendering", "crispEdges");
    squares.forEach((path, shade) => {
      if (path.length === 0) return;
      const element = document.createElementNS("http://www.w3.org/2000/svg", "path");
      const light = Math.round(246 - (246 - 24) * (shade / SHADES));
      element.setAttribute("fill", `rgb(${light},${light},${Math.min(255, light + 8)})`);
      element.setAttribute("d", path.join(""));
      group.append(element);
    });
    return group;
  };
}

function round(value: number): number {
  return Math.round(100 * value) / 100;
}
