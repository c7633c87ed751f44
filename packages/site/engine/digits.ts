import { mul, portable, random, type Tensor, tensor, wasm } from "@scoretape/autograd";
import {
  classifierFreeGuidance,
  karrasSchedule,
  linearMeasurement,
  type NoiseConditionalScore,
  posterior,
} from "@scoretape/score";
import { loadModel, type Model, restored, standardized } from "@scoretape/score/model";

/** The sides of an image. */
export const SIDE = 8;
const PIXELS = SIDE * SIDE;
/** Noise levels on the way to a completion. */
const STEPS = 50;

const backend = wasm();
const models = new Map<string, Promise<Model>>();

/** The model at an address, fetched once. */
function modelAt(address: string): Promise<Model> {
  const known = models.get(address) ?? fetchModel(address);
  models.set(address, known);
  // One that did not come is asked for again.
  known.catch(() => models.delete(address));
  return known;
}

async function fetchModel(address: string): Promise<Model> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the model does not load: ${response.status}`);
  return loadModel(await response.arrayBuffer());
}

/** Which digits to draw. */
export interface Drawing {
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

/** Digits of a class, drawn along the probability flow. */
export async function drawDigits({ model: address, label, guidance, seed, count }: Drawing) {
  const model = await modelAt(address);
  const samples = model.sample(random.key(seed), count, { label, guidance, backend });
  const images = imagesOf(samples);
  // How unlike each other they are: the deviation of a pixel, over all pixels.
  const spread = Array.from({ length: PIXELS }, (_, i) => {
    const values = images.map((image) => image[i] ?? 0);
    const mean = values.reduce((sum, value) => sum + value, 0) / count;
    return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
  });
  return { images, spread: Math.sqrt(spread.reduce((sum, value) => sum + value, 0) / PIXELS) };
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
  const { standardization: units } = model.description;
  const [largest = 1, smallest = 1] = [model.sigmas[0], model.sigmas.at(-1)];
  const key = random.key(seed);
  const rows = Array.from({ length: count }, () => [...pixels]);
  const { samples } = posterior.pseudoinverseGuidance(
    scoreOf(model, label, count),
    mul(portable.hypot(1, largest), random.normal(random.foldIn(key, 0), [count, PIXELS])),
    {
      measurement: linearMeasurement({ mask: tensor([...known]) }),
      observed: standardized(units, tensor(rows)),
      sigmas: karrasSchedule({ sigmaMin: smallest, sigmaMax: largest, steps: STEPS }),
      key: random.foldIn(key, 1),
      backend,
    },
  );
  return { images: imagesOf(restored(units, samples)) };
}

/** s(x, σ), or that of a class. */
function scoreOf(
  { standardScore, conditionalScore }: Model,
  label: number | null,
  count: number,
): NoiseConditionalScore {
  if (label === null || conditionalScore === undefined) return standardScore;
  const condition = tensor(new Uint32Array(count).fill(label));
  return classifierFreeGuidance(conditionalScore, { condition, scale: 0 });
}
