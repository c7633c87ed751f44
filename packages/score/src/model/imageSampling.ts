import {
  add,
  concat,
  type Key,
  mul,
  portable,
  random,
  square,
  type Tensor,
  type TensorLike,
  tensor,
} from "@scoretape/autograd";
import { classifierFreeGuidance } from "../classifierFreeGuidance.ts";
import { compiled, type SamplerBackend } from "../samplers/compiled.ts";
import type { ConditionalScore } from "../score.ts";
import { flowStep } from "./flowStep.ts";

/** How images are drawn. */
export interface ImageSampling {
  /** The noise levels, from the largest. */
  readonly sigmas: readonly number[];
  readonly score: ConditionalScore<Tensor>;
  /** How many numbers an image has. */
  readonly dimension: number;
  /** How many classes the score is told; 0 for none. */
  readonly classes: number;
  /** The class of all images; they take turns unless said. */
  readonly label: number | undefined;
  /** w of `classifierFreeGuidance`. */
  readonly guidance: number;
  readonly backend: SamplerBackend;
  readonly onStep: (progress: { readonly step: number; readonly steps: number }) => void;
}

/** So many images are drawn side by side. */
const IMAGES = 100;

/**
 * Images from noise by Heun's method along the probability flow, level by level, and Tweedie's formula from the last one
 * (Karras et al. 2022, algorithm 1). It stops for breath after every step.
 *
 * @returns standardised images, [count, d]; of the same key fewer are the first of more
 */
export function* imageSteps(key: Key, count: number, how: ImageSampling): Generator<undefined, Tensor> {
  const { sigmas, dimension, classes, label, onStep } = how;
  const programs = programsOf(how);
  const level = (i: number): Tensor => tensor(sigmas[i] ?? 1);
  const batches = Math.ceil(count / IMAGES);
  const steps = batches * sigmas.length;
  const parts: Tensor[] = [];
  let step = 0;
  for (let batch = 0; batch < batches; batch++) {
    const n = Math.min(IMAGES, count - batch * IMAGES);
    const labels =
      classes === 0
        ? []
        : [
            tensor(
              Array.from({ length: n }, (_, i) => label ?? (batch * IMAGES + i) % classes),
              { dtype: "uint32" },
            ),
          ];
    const noise = random.normal(random.foldIn(key, batch), [n, dimension]);
    let x = mul(portable.hypot(1, sigmas[0] ?? 1), noise);
    for (const i of sigmas.keys()) {
      const isLast = i + 1 === sigmas.length;
      x = isLast ? programs.denoised(x, level(i), labels) : programs.flow(x, level(i), level(i + 1), labels);
      step += 1;
      onStep({ step, steps });
      yield;
    }
    parts.push(x);
  }
  return concat(parts, 0);
}

/** The steps, of images and of their classes where there are any. */
function programsOf({ score, guidance, backend }: ImageSampling) {
  const scoreOf = ([condition]: readonly Tensor[]) =>
    condition === undefined
      ? (x: Tensor, sigma: TensorLike) => score(x, sigma)
      : classifierFreeGuidance(score, { condition, scale: guidance });
  return {
    flow: compiled(
      (x: Tensor, from: Tensor, to: Tensor, labels: readonly Tensor[]) =>
        flowStep(scoreOf(labels))(x, from, to),
      backend,
    ),
    denoised: compiled(
      (x: Tensor, sigma: Tensor, labels: readonly Tensor[]) =>
        add(x, mul(square(sigma), scoreOf(labels)(x, sigma))),
      backend,
    ),
  };
}
