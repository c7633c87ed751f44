import { type Key, optim, type Tensor } from "@scoretape/autograd";
import { logNormalObjective, type NoiseConditionalScore, noiseConditionalUnet } from "@scoretape/score";
import type { Advance, Laboratory } from "../experiment.ts";
import { fit } from "../fit.ts";
import { SIDE } from "./images.ts";

/** Steps in which the learning rate rises. */
const RISE = 50;

/**
 * A U-Net by sliced score matching with the exact variance of the probe's part, on images with noise of
 * log σ ~ N(0, 1.3²): but for the loss it is trained as `scoretape train` trains U-Nets, and it is told no classes.
 */
export async function learnUnet(
  lab: Laboratory,
  images: Tensor,
  {
    channels,
    steps,
    key,
  }: { readonly channels: readonly number[]; readonly steps: number; readonly key: Key },
  advance: Advance,
): Promise<NoiseConditionalScore> {
  const model = noiseConditionalUnet({ image: [SIDE, SIDE, 1], channels });
  const rise = Math.min(RISE, steps - 1);
  const { averaged } = await fit(lab, advance, {
    model,
    objective: logNormalObjective("sliced-vr", { mean: 0, deviation: 1.3, dataDeviation: 1 }),
    data: images,
    key,
    steps,
    batchSize: 32,
    learningRate: optim.warmUp(
      rise,
      optim.cosineSchedule({ initial: 5e-3, final: 1e-5, steps: Math.max(1, steps - rise) }),
    ),
    beta2: 0.99,
    averageDecay: Math.max(0, 1 - 9 / steps),
  });
  return (x, sigma) => model.apply(averaged, x, sigma);
}
