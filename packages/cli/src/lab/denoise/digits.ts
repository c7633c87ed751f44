import {
  add,
  div,
  eye,
  type Key,
  linalg,
  matmul,
  mean,
  mul,
  portable,
  random,
  sub,
  type Tensor,
  transpose,
} from "@scoretape/autograd";
import { denoise } from "@scoretape/score";
import type { Advance, Laboratory } from "../experiment.ts";
import { type Digits, PIXELS } from "../objectives/images.ts";
import { learn } from "../objectives/learn.ts";
import { type Estimate, meanOf } from "../statistics.ts";

/** The noise levels of the digits, in standard deviations of the pixels. */
export const digitSigmas: readonly number[] = [0.5, 1, 2];

/** Images of one noise level, with peak signal-to-noise ratios over the images in decibels. */
export interface DigitLevel {
  readonly sigma: number;
  readonly noisy: Tensor;
  readonly denoised: Tensor;
  readonly noisyRatio: Estimate;
  readonly linearRatio: Estimate;
  readonly denoisedRatio: Estimate;
  /** Differences of these, image by image. */
  readonly gain: Estimate;
  readonly gainOverLinear: Estimate;
}

/** Denoises the held-out digits in one step with a score learned on the others. */
export async function denoiseDigits(
  lab: Laboratory,
  digits: Digits,
  options: { readonly hidden: number[]; readonly steps: number },
  key: Key,
  advance: Advance,
): Promise<DigitLevel[]> {
  const { training, heldOut: clean } = digits;
  const trained = { ...options, objective: "denoising" as const, key: random.foldIn(key, 0) };
  const score = await learn(lab, training, trained, advance);
  return digitSigmas.map((sigma, i) => {
    const noise = random.normal(random.foldIn(key, 1 + i), clean.shape);
    const noisy = add(clean, mul(sigma, noise));
    const denoised = denoise(score, noisy, sigma, { backend: lab.backend }).mean;
    const ratiosOf = (images: Tensor): Float64Array =>
      peakSignalToNoise(digits.grey(images), digits.grey(clean), PIXELS);
    const before = ratiosOf(noisy);
    const linear = ratiosOf(bestLinear(training, noisy, sigma));
    const after = ratiosOf(denoised);
    const difference = (a: Float64Array, b: Float64Array): Estimate =>
      meanOf(a.map((value, image) => value - (b[image] ?? Number.NaN)));
    return {
      sigma,
      noisy,
      denoised,
      noisyRatio: meanOf(before),
      linearRatio: meanOf(linear),
      denoisedRatio: meanOf(after),
      gain: difference(after, before),
      gainOverLinear: difference(after, linear),
    };
  });
}

/** 10·log₁₀(1/MSE) of each image, for values from 0 to 1. */
export function peakSignalToNoise(images: Float64Array, clean: Float64Array, pixels: number): Float64Array {
  return Float64Array.from({ length: images.length / pixels }, (_, image) => {
    let squares = 0;
    for (let i = image * pixels; i < (image + 1) * pixels; i++) {
      squares += portable.pow((images[i] as number) - (clean[i] as number), 2);
    }
    return -10 * portable.log10(squares / pixels);
  });
}

/** m + (x − m)(C + σ²I)⁻¹C: of all linear guesses of the clean image the best, for the mean and covariance of `clean`. */
export function bestLinear(clean: Tensor, x: Tensor, sigma: number): Tensor {
  const centre = mean(clean, { axis: 0 });
  const centred = sub(clean, centre);
  const covariance = div(matmul(transpose(centred), centred), clean.shape[0] ?? 1);
  const noise = mul(sigma * sigma, eye(x.shape[1] ?? 0));
  const filter = linalg.solve(add(covariance, noise), covariance);
  return add(centre, matmul(sub(x, centre), filter));
}
