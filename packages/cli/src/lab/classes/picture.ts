import type { Tensor } from "@scoretape/autograd";
import type { ImageShape } from "@scoretape/score/model";
import { imageGrid } from "../../images/grid.ts";
import { gridPanel } from "../../plots/images.ts";
import { type Panel, sheet } from "../../plots/panel.ts";

/** Images under a heading, so many in a row. */
export interface Strip {
  readonly title: string;
  readonly note: string;
  /** Values from −1 to 1, [n, height·width·channels]. */
  readonly images: Tensor;
  readonly columns: number;
}

const WIDTH = 640;

/** Strips of images below each other, or `across` of them side by side. */
export function drawStrips(
  title: string,
  shape: ImageShape,
  strips: readonly Strip[],
  { across = 1, width = WIDTH }: { readonly across?: number; readonly width?: number } = {},
): string {
  const panels = strips.map(({ images, columns, ...words }): Panel => {
    const [count = 0] = images.shape;
    return gridPanel(
      imageGrid({ shape, count, values: Float32Array.from(images.data) }, { columns }),
      width,
      words,
    );
  });
  const wide = Math.max(...panels.map((panel) => panel.width));
  const rows = Array.from({ length: Math.ceil(panels.length / across) }, (_, i) =>
    panels.slice(i * across, (i + 1) * across),
  );
  const heights = rows.map((row) => Math.max(...row.map(({ height }) => height)));
  const top = (row: number): number => heights.slice(0, row).reduce((total, height) => total + height, 0);
  const placed = rows.flatMap((row, i) => row.map((panel, j) => ({ panel, x: j * wide, y: top(i) })));
  return sheet(across * wide, top(rows.length), title, placed);
}
