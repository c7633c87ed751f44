import type { ImageShape } from "@scoretape/score/model";
import type { Table } from "@scoretape/score/tables";
import { imageGrid, type Pictures } from "../images/grid.ts";
import { sizeOf } from "../images/shape.ts";
import { gridPanel } from "../plots/images.ts";
import { sheet } from "../plots/panel.ts";

/** So many are shown, in rows of eight. */
const [SHOWN, ACROSS] = [64, 8];
const WIDTH = 480;

/** The images of a table that are shown. */
export function shownOf(shape: ImageShape, { rows, values }: Pick<Table, "rows" | "values">): Pictures {
  const count = Math.min(SHOWN, rows);
  return { shape, count, values: Float32Array.from(values.subarray(0, count * sizeOf(shape))) };
}

/** Images of the data beside samples, as SVG; `note` says of which step these are. */
export function samplesPicture(data: Pictures, samples: Pictures, note = "drawn one after another"): string {
  const panels = [
    gridPanel(imageGrid(data, { columns: ACROSS }), WIDTH, {
      title: "Data",
      note: "in their order",
    }),
    gridPanel(imageGrid(samples, { columns: ACROSS }), WIDTH, { title: "Samples", note }),
  ];
  const width = Math.max(...panels.map((panel) => panel.width));
  const height = Math.max(...panels.map((panel) => panel.height));
  return sheet(
    2 * width,
    height,
    "Images and samples of them",
    panels.map((panel, i) => ({ panel, x: i * width, y: 0 })),
  );
}
