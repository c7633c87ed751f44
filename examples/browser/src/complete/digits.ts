import { mul, portable, random, type Tensor, tensor, wasm } from "@scoretape/autograd";
import {
  classifierFreeGuidance,
  karrasSchedule,
  linearMeasurement,
  type NoiseConditionalScore,
  posterior,
} from "@scoretape/score";
import { type Model, restored, standardized } from "@scoretape/score/model";
import { PIXELS, type Task } from "./messages.ts";

/** Noise levels on the way to a completion: more look no better. */
const STEPS = 100;
/** w of classifier-free guidance: how far a digit is led to be like its class. */
const GUIDANCE = 1;

type Asked<Kind extends Task["kind"]> = Extract<Task, { readonly kind: Kind }>;

const backend = wasm();

/** A digit of a class, drawn by the model along the probability flow. */
export function drawDigit(
  model: Model,
  { label, seed }: Asked<"draw">,
  onStep: (share: number) => void,
): Float32Array {
  const samples = model.sample(random.key(seed), 1, {
    label,
    guidance: GUIDANCE,
    backend,
    onStep: ({ step, steps }) => onStep(step / steps),
  });
  return Float32Array.from(samples.data, (value) => Math.min(1, Math.max(-1, value)));
}

/**
 * A digit whose known pixels are given: a draw of p(x | known pixels), by pseudoinverse guidance from noise, and of
 * p(x | known pixels, class) where the class is known.
 */
export function completeDigit(
  model: Model,
  { pixels, known, label, seed }: Asked<"complete">,
  onStep: (share: number, pixels: Float32Array) => void,
): Float32Array {
  const { standardization: units } = model.description;
  const [largest = 1, smallest = 1] = [model.sigmas[0], model.sigmas.at(-1)];
  const key = random.key(seed);
  const noise = random.normal(random.foldIn(key, 0), [1, PIXELS]);
  const image = (z: Tensor): Float32Array => Float32Array.from(restored(units, z).data);
  const { samples } = posterior.pseudoinverseGuidance(
    scoreOf(model, label),
    mul(portable.hypot(1, largest), noise),
    {
      measurement: linearMeasurement({ mask: tensor(Float32Array.from(known)) }),
      observed: standardized(units, tensor(pixels, { shape: [1, PIXELS] })),
      sigmas: karrasSchedule({ sigmaMin: smallest, sigmaMax: largest, steps: STEPS }),
      key: random.foldIn(key, 1),
      backend,
      onStep: ({ step, steps, x }) => onStep(step / steps, image(x)),
    },
  );
  return image(samples);
}

/** s(x, σ), or that of a class, with guidance. */
function scoreOf({ standardScore, conditionalScore }: Model, label: number | null): NoiseConditionalScore {
  if (label === null || conditionalScore === undefined) return standardScore;
  const condition = tensor(Uint32Array.of(label));
  return classifierFreeGuidance(conditionalScore, { condition, scale: GUIDANCE });
}
