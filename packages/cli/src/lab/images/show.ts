import {
  add,
  concat,
  div,
  type Key,
  mul,
  portable,
  random,
  slice,
  square,
  type Tensor,
  take,
} from "@scoretape/autograd";
import { classifierFreeGuidance, ddim, denoise, karrasSchedule } from "@scoretape/score";
import type { Model } from "@scoretape/score/model";
import { finite, startPoints } from "../../sampling/flow.ts";
import { drawImages, inRange, turns } from "../classes/learn.ts";
import type { Parts } from "../classes/parts.ts";
import { drawStrips, type Strip } from "../classes/picture.ts";
import type { Advance, Laboratory } from "../experiment.ts";
import type { Inpainting } from "./inpaint.ts";

/** So many images in a row. */
const ACROSS = 20;
/** w of classifier-free guidance. */
export const guidances: readonly number[] = [0, 1, 2, 4];
/** Noise, in standard deviations of a pixel. */
const SIGMAS = [0.25, 0.5, 1, 2, 4];
/** So many states of a path from noise are shown. */
const SHOWN = 8;

function first(images: Tensor, count: number): Tensor {
  const [n = 0, d = 0] = images.shape;
  return slice(images, [0, 0], [Math.min(n, count), d]);
}

/** Test images beside samples. */
export function drawSamplesOf({ shape, test }: Parts, samples: Tensor): string {
  const strips = [
    { title: "Images", note: "held out from the training", images: first(test.images, 100), columns: 10 },
    { title: "Samples", note: "each column of one class", images: first(samples, 100), columns: 10 },
  ];
  return drawStrips("Images and samples of them", shape, strips, { across: 2, width: 600 });
}

/** States along the probability flow, and what each would be without its noise: a row for each step that is shown. */
export function drawPath(lab: Laboratory, model: Model, parts: Parts, key: Key): string {
  const { conditionalScore, sigmas, description } = model;
  if (conditionalScore === undefined) throw new RangeError("drawPath: the model was told no classes");
  const [sigmaMax = 1, sigmaMin = 1] = [sigmas[0], sigmas.at(-1)];
  const condition = turns(parts, ACROSS);
  const score = classifierFreeGuidance(conditionalScore, { condition, scale: 1 });
  const between = lab.size(8, 1);
  const levels = karrasSchedule({ sigmaMin, sigmaMax, steps: SHOWN * between });
  const start = startPoints(model, ACROSS, key);
  const options = { sigmas: levels, trajectory: between, backend: lab.backend };
  const { trajectory } = finite(() => ddim(score, start, options));
  const shown = trajectory.map((x, i) => ({ x, sigma: levels[i * between] ?? 0 }));
  const strips: Strip[] = [
    {
      title: "From noise to images",
      note: `along the probability flow; σ = ${shown.map(({ sigma }) => sigma.toPrecision(2)).join(", ")}`,
      images: concat(shown.map(({ x, sigma }) => inRange(description, div(x, portable.hypot(1, sigma))))),
      columns: ACROSS,
    },
    {
      title: "What each may become",
      note: "the posterior mean, in one step from the state above",
      images: concat(
        shown.map(({ x, sigma }) =>
          inRange(description, sigma === 0 ? x : add(x, mul(square(sigma), score(x, sigma)))),
        ),
      ),
      columns: ACROSS,
    },
  ];
  return drawStrips("From noise to images", parts.shape, strips);
}

/** The same noise with more and more guidance. */
export async function drawGuidance(
  lab: Laboratory,
  model: Model,
  { shape }: Parts,
  key: Key,
  advance: Advance,
): Promise<string> {
  const strips: Strip[] = [];
  for (const guidance of guidances) {
    const images = await drawImages(lab, { model, count: 2 * ACROSS, guidance }, key, advance);
    strips.push({ title: `Guidance ${guidance}`, note: "from the same noise", images, columns: ACROSS });
  }
  return drawStrips("Samples by guidance", shape, strips);
}

/** Test images, their left halves, and the right halves that were drawn and copied. */
export function drawInpainting({ shape }: Parts, { whole, hidden, drawn, copied }: Inpainting): string {
  const row = (title: string, note: string, images: Tensor): Strip => ({
    title,
    note,
    images: first(images, 2 * ACROSS),
    columns: ACROSS,
  });
  return drawStrips("Right halves drawn anew", shape, [
    row("Images", "held out from the training", whole),
    row("What is known of them", "and no class", hidden),
    row("Right halves drawn", "by pseudoinverse guidance", drawn),
    row("Right halves copied", "of the training image whose left half is nearest", copied),
  ]);
}

/** Test images with noise, and without it in one step. */
export function drawDenoising(
  { backend }: Laboratory,
  model: Model,
  parts: Parts,
  points: Tensor,
  key: Key,
): string {
  const { description, standardScore } = model;
  const rows = Array.from({ length: Math.min(ACROSS, points.shape[0] ?? 0) }, (_, i) => i);
  const clean = take(points, rows);
  const strips = SIGMAS.flatMap((sigma, i): Strip[] => {
    const noisy = add(clean, mul(sigma, random.normal(random.foldIn(key, i), clean.shape)));
    const { mean } = denoise(standardScore, noisy, sigma, { backend });
    const both = concat([noisy, mean].map((images) => inRange(description, images)));
    return [
      {
        title: `σ = ${sigma} standard deviations of a pixel`,
        note: "with noise, and denoised in one step",
        images: both,
        columns: ACROSS,
      },
    ];
  });
  const images = inRange(description, clean);
  const whole = { title: "Images", note: "held out from the training", images, columns: ACROSS };
  return drawStrips("Images denoised in one step", parts.shape, [whole, ...strips]);
}
