import { mul, portable, random, type Tensor, tensor, wasm } from "@scoretape/autograd";
import {
  classifierFreeGuidance,
  dpmSolver,
  karrasSchedule,
  linearMeasurement,
  type NoiseConditionalScore,
  posterior,
} from "@scoretape/score";
import { type ImageModel, modelAt } from "./digitsModel.ts";

/** The side of an image. */
const PIXELS = 64;
/** Noise levels on the way to digits, and to completions. */
const [STEPS, STEPS_OF_COMPLETION] = [24, 50];

const backend = wasm();

/** Which digits to draw. */
export interface Drawing {
  /** The address of the model. */
  readonly model: string;
  readonly label: number;
  /** w of classifier-free guidance. */
  readonly guidance: number;
  readonly seed: number;
  readonly count: number;
}

/** Rows of pixels from −1, black, to 1, white. */
const imagesOf = ({ data }: Tensor): number[][] =>
  Array.from({ length: data.length / PIXELS }, (_, i) =>
    Array.from(data.slice(i * PIXELS, (i + 1) * PIXELS), (value) => Math.min(1, Math.max(-1, value))),
  );

const levels = ({ sigmaMin, sigmaMax }: ImageModel, steps: number): number[] =>
  karrasSchedule({ sigmaMin, sigmaMax, steps });

const noise = (seed: number, count: number, { sigmaMax }: ImageModel): Tensor =>
  mul(
    portable.hypot(1, sigmaMax),
    random.normal(random.foldIn(random.key(seed), 0), [count, PIXELS], { dtype: "float32" }),
  );

/** The score of a class with guidance w, or of all digits where no class is said. */
function scoreOf(
  { score }: ImageModel,
  label: number | null,
  scale: number,
  n: number,
): NoiseConditionalScore {
  if (label === null) return (x, sigma) => score(x, sigma);
  return classifierFreeGuidance(score, { condition: tensor(new Uint32Array(n).fill(label)), scale });
}

/** The deviation of a pixel from image to image: the root of its mean square over all pixels. */
function spreadOf(images: readonly (readonly number[])[]): number {
  let total = 0;
  for (let i = 0; i < PIXELS; i++) {
    const values = images.map((image) => image[i] ?? 0);
    const mean = values.reduce((sum, value) => sum + value, 0) / images.length;
    total += values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / images.length;
  }
  return Math.sqrt(total / PIXELS);
}

/** Digits of a class, drawn along the probability flow. */
export async function drawDigits({ model: address, label, guidance, seed, count }: Drawing) {
  const model = await modelAt(address);
  const { samples } = dpmSolver(scoreOf(model, label, guidance, count), noise(seed, count, model), {
    sigmas: levels(model, STEPS),
    backend,
  });
  const images = imagesOf(model.restored(samples));
  return { images, spread: spreadOf(images) };
}

/** A digit of which a part was erased. */
export interface Erased {
  readonly model: string;
  readonly pixels: readonly number[];
  /** 1 where a pixel is known, 0 where it was erased. */
  readonly known: readonly number[];
  /** What the digit is to be; null where that is left open. */
  readonly label: number | null;
  readonly seed: number;
  readonly count: number;
}

/** Draws of p(x | known pixels), by pseudoinverse guidance from noise; of one class where that is said. */
export async function completeDigit({ model: address, pixels, known, label, seed, count }: Erased) {
  const model = await modelAt(address);
  const observed = tensor(Array.from({ length: count }, () => [...pixels]));
  const start = noise(seed, count, model);
  const { samples } = posterior.pseudoinverseGuidance(scoreOf(model, label, 0, count), start, {
    measurement: linearMeasurement({ mask: tensor([...known]) }),
    observed: model.standardized(observed),
    sigmas: levels(model, STEPS_OF_COMPLETION),
    key: random.foldIn(random.key(seed), 1),
    backend,
  });
  const images = imagesOf(model.restored(samples));
  return { images, spread: spreadOf(images) };
}
