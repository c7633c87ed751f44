import {
  add,
  concat,
  type Key,
  mul,
  portable,
  random,
  square,
  type Tensor,
  tensor,
} from "@scoretape/autograd";
import { classifierFreeGuidance } from "../classifierFreeGuidance.ts";
import { checkFiniteRows } from "../nonFinite.ts";
import type { SamplerBackend } from "../samplers/compiled.ts";
import { keptSteps } from "../samplers/keptSteps.ts";
import type { ConditionalScore, NoiseConditionalScore } from "../score.ts";
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
export const IMAGES = 100;

/**
 * Images from noise by Heun's method along the probability flow, level by level, and Tweedie's formula from the last one
 * (Karras et al. 2022, algorithm 1). It stops for breath after every step.
 *
 * @returns standardised images, [count, d]; of the same key fewer are the first of more
 */
export function* imageSteps(key: Key, count: number, how: ImageSampling): Generator<undefined, Tensor> {
  const { sigmas, dimension, classes, label, onStep } = how;
  const { score, guidance, backend } = how;
  const programs = { flow: flows(backend, score, guidance), denoised: denoisers(backend, score, guidance) };
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
      const next = isLast
        ? programs.denoised(x, level(i), labels)
        : programs.flow(x, level(i), level(i + 1), labels);
      checkFiniteRows(
        "samplingSteps",
        next,
        x,
        `step ${i + 1} of ${sigmas.length} (sigma ${sigmas[i]})`,
        "take less guidance, or train with a lower learning rate",
      );
      x = next;
      step += 1;
      onStep({ step, steps });
      yield;
    }
    parts.push(x);
  }
  return concat(parts, 0);
}

/** The score of images, guided to their classes where there are any. */
function guided(
  score: ConditionalScore<Tensor>,
  [condition]: readonly Tensor[],
  scale: number,
): NoiseConditionalScore {
  return condition === undefined
    ? (x, sigma) => score(x, sigma)
    : classifierFreeGuidance(score, { condition, scale });
}

const flows = /* @__PURE__ */ keptSteps(
  (score: ConditionalScore<Tensor>, guidance: number) =>
    (x: Tensor, from: Tensor, to: Tensor, labels: readonly Tensor[]) =>
      flowStep(guided(score, labels, guidance))(x, from, to),
);

const denoisers = /* @__PURE__ */ keptSteps(
  (score: ConditionalScore<Tensor>, guidance: number) =>
    (x: Tensor, sigma: Tensor, labels: readonly Tensor[]) =>
      add(x, mul(square(sigma), guided(score, labels, guidance)(x, sigma))),
);
