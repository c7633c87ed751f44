import { random } from "@scoretape/autograd";
import { stopwatch } from "../../terminal/stopwatch.ts";
import { judgeOf, worthOf } from "../classes/judge.ts";
import { describeParts, drawImages, drawingSteps, learnParts, turns } from "../classes/learn.ts";
import { partsOf } from "../classes/parts.ts";
import type { Experiment } from "../experiment.ts";
import { findings } from "./findings.ts";
import { inpaint, inpaintingSteps, pointsFrom } from "./inpaint.ts";
import { drawDenoising, drawGuidance, drawInpainting, drawPath, drawSamplesOf, guidances } from "./show.ts";
import { sourceOf } from "./source.ts";

/**
 * How often no class is told: guidance 1 takes as much of the score of all images as of that of a class, and hidden halves are
 * drawn by the former alone.
 */
const DROPPED = 0.6;

/** Images of 28×28 pixels, or others: samples by class, and halves drawn anew without it. */
export const images: Experiment = {
  name: "images",
  summary:
    "a small U-Net learns to draw images of 28×28 pixels by class, and the hidden halves of others: MNIST, or --data",
  isLong: true,

  async run(lab) {
    const key = (i: number) => random.foldIn(lab.key, i);
    const { images: all, ...source } = sourceOf(lab.data);
    const sizes = { training: lab.size(9000, 60), test: lab.size(1000, 20) };
    const parts = partsOf(all, sizes, key(0));
    const judge = judgeOf(
      parts,
      { epochs: lab.size(14, 1), shift: 2, distortion: 0.2, splits: lab.size(20, 3) },
      key(1),
    );
    const description = describeParts(parts, {
      steps: lab.size(6000, 2),
      ...(lab.quick ? { channels: [8, 8], levels: 3 } : {}),
    });
    const counts = { samples: lab.size(2000, 20), halves: sizes.test };
    const halfSteps = lab.size(40, 2);
    const work =
      description.steps +
      drawingSteps(description, counts.samples) +
      inpaintingSteps(counts.halves, halfSteps) +
      guidances.length * drawingSteps(description, 1);
    return lab.track(work, async (advance) => {
      const lap = stopwatch();
      const model = await learnParts(
        lab,
        description,
        parts.training,
        { key: key(2), dropout: DROPPED },
        advance,
      );
      const seconds = lap();
      const sampling = { model, count: counts.samples, guidance: 1 };
      const samples = await drawImages(lab, sampling, key(3), advance);
      const worth = worthOf(samples, turns(parts, counts.samples), judge, parts, key(4));
      const filling = { steps: halfSteps, key: key(5) };
      const inpainting = await inpaint(lab, model, parts, judge, filling, advance);
      const points = pointsFrom(model, parts.test.images);
      const pictures = [
        { name: "images", svg: drawSamplesOf(parts, samples) },
        { name: "images-from-noise", svg: drawPath(lab, model, parts, key(6)) },
        { name: "images-guidance", svg: await drawGuidance(lab, model, parts, key(7), advance) },
        { name: "images-inpainted", svg: drawInpainting(parts, inpainting) },
        { name: "images-denoised", svg: drawDenoising(lab, model, parts, points, key(8)) },
      ];
      return findings({ source, model, judge, worth, inpainting, pictures, counts, seconds });
    });
  },
};
