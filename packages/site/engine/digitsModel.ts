import { add, div, mul, random, sub, type Tensor, tensor, tree } from "@scoretape/autograd";
import { read } from "@scoretape/autograd/safetensors";
import { type ConditionalScore, noiseConditionalUnet } from "@scoretape/score";

/** What a figure takes of a model's description: see docs/model-format.md. */
interface Description {
  readonly network: { readonly channels: number[]; readonly block: number; readonly features: number };
  readonly settings: { readonly sigmaMax: number; readonly sigmaMin: number };
  readonly standardization: { readonly mean: number[]; readonly deviation: number[] };
  readonly image: number[];
  readonly classes: string[];
}

/** A score of images of one shape, and the images' units. */
export interface ImageModel {
  readonly score: ConditionalScore<Tensor>;
  readonly sigmaMax: number;
  readonly sigmaMin: number;
  /** (pixels − mean)/deviation. */
  standardized(pixels: Tensor): Tensor;
  restored(standard: Tensor): Tensor;
}

/**
 * A U-Net from the file of a model without its training. `loadModel` takes every model and looks at all that it says; this page
 * has one, and carries a reader of that alone.
 */
function modelOf(bytes: ArrayBuffer): ImageModel {
  const { tensors, metadata } = read(bytes);
  const { network, settings, standardization, image, classes } = JSON.parse(
    metadata.description ?? "{}",
  ) as Description;
  const unet = noiseConditionalUnet({
    image,
    classes: classes.length,
    channels: network.channels,
    block: network.block,
    features: network.features,
  });
  const { parameters } = tree.map(
    (_, name) => {
      const found = tensors[name];
      if (found === undefined) throw new Error(`the model has no ${name}`);
      return found;
    },
    { parameters: unet.init(random.key(0)) },
  );
  const [mean, deviation] = [tensor(standardization.mean), tensor(standardization.deviation)];
  return {
    score: (x, sigma, label) => unet.apply(parameters, x, sigma, label),
    sigmaMax: settings.sigmaMax,
    sigmaMin: settings.sigmaMin,
    standardized: (pixels) => div(sub(pixels, mean), deviation),
    restored: (standard) => add(mean, mul(deviation, standard)),
  };
}

const models = new Map<string, Promise<ImageModel>>();

async function fetched(address: string): Promise<ImageModel> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the model does not load: ${response.status}`);
  return modelOf(await response.arrayBuffer());
}

/** The model at an address, fetched once; one that did not come is asked for again. */
export function modelAt(address: string): Promise<ImageModel> {
  const known = models.get(address) ?? fetched(address);
  models.set(address, known);
  known.catch(() => models.delete(address));
  return known;
}
