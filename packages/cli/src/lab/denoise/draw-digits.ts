import { slice, type Tensor } from "@scoretape/autograd";
import { imagesPanel } from "../../plots/images.ts";
import { type Panel, sheet } from "../../plots/panel.ts";
import { type Digits, PIXELS, SIDE } from "../objectives/images.ts";
import type { Estimate } from "../statistics.ts";
import type { DigitLevel } from "./digits.ts";

const SHOWN = 16;
const SIZE = 44;

/** A row of held-out digits, then for each noise level a row of them noisy and a row denoised. */
export function drawDigits({ heldOut, grey }: Digits, levels: readonly DigitLevel[]): string {
  const row = (images: Tensor, title: string, note: string): Panel =>
    imagesPanel(grey(slice(images, [0, 0], [Math.min(SHOWN, images.shape[0] ?? 0), PIXELS])), SIDE, {
      columns: SHOWN,
      size: SIZE,
      title,
      note,
    });
  const ratio = (estimate: Estimate): string =>
    `peak signal-to-noise ratio ${estimate.value.toFixed(1)} dB over ${heldOut.shape[0]} images`;
  const rows = [
    row(heldOut, "Digits", "held out from the training"),
    ...levels.flatMap(({ sigma, noisy, denoised, noisyRatio, denoisedRatio }) => [
      row(noisy, `Noisy, σ = ${sigma} standard deviations of a pixel`, ratio(noisyRatio)),
      row(denoised, "Denoised in one step", ratio(denoisedRatio)),
    ]),
  ];
  const { width = 0, height = 0 } = rows[0] ?? {};
  return sheet(
    width,
    rows.length * height,
    "Digits denoised in one step",
    rows.map((panel, i) => ({ panel, x: 0, y: i * height })),
  );
}
