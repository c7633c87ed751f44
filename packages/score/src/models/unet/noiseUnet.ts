import { checkOptions, kindOf, type Tensor } from "@scoretape/autograd";
import { checkCount, checkNumbers, checkPositive } from "../../check.ts";
import type { NoiseConditionalModel } from "../noiseConditionalMlp.ts";
import { type NoiseNetwork, preconditioned } from "../preconditioned.ts";
import { type UnetParams, unet } from "./network.ts";

/** The shape of a U-Net. */
export interface NoiseUnetOptions {
  /** [height, width, channels] of an image, which is a row of height·width·channels numbers. */
  readonly image: readonly number[];
  /** How many classes there are: the network may be told which, or that it is none. It has no classes unless said. */
  readonly classes?: number;
  /** The channels of each stage, each at half of the resolution of the one before; [32, 64] unless said. */
  readonly channels?: readonly number[];
  /** Blocks of so many pixels each way become channels before all else; 2 from 16 pixels each way on, else 1, unless said. */
  readonly block?: number;
  /** Numbers that tell the noise level and the class; 64 unless said. */
  readonly features?: number;
}

/** From so many pixels each way on, blocks of pixels are channels. */
const LARGE = 16;

/** The sizes of a U-Net for images, where they are not said. */
export function unetSizes([height = 1, width = 1]: readonly number[]) {
  return { channels: [32, 64], block: Math.min(height, width) < LARGE ? 1 : 2, features: 64 };
}

/**
 * F(y, u, class): a U-Net of residual convolutions on images as rows [n, height·width·channels], which all see the noise
 * level and the class through the scale and the shift of their channels. From stage to stage the resolution halves; in the
 * last, all positions meet; on the way up, what was seen on the way down is added. Images whose sides do not halve so often
 * are filled up with zeros at the end. It is 0 at the start, so that {@link preconditioned} starts from the linear denoiser.
 *
 * Ronneberger et al. 2015 (U-Net), Ho et al. 2020 and Dhariwal & Nichol 2021 (for scores, with scale and shift).
 *
 * @throws RangeError when a size is out of range
 * @throws ShapeError from `apply`, when y or the condition does not fit
 *
 * @example
 * ```ts
 * import { random } from "@scoretape/autograd";
 * import { noiseUnet } from "@scoretape/score";
 *
 * const network = noiseUnet({ image: [8, 8, 1], channels: [8, 16] });
 * const parameters = network.init(random.key(0));
 * const y = random.normal(random.key(1), [2, 64]);
 * console.log(network.apply(parameters, y, random.uniform(random.key(2), [2])).shape); // [ 2, 64 ]
 * ```
 */
export function noiseUnet(options: NoiseUnetOptions): NoiseNetwork<UnetParams, Tensor> {
  return networkOf("noiseUnet", options);
}

/** Options of {@link noiseConditionalUnet}. */
export interface NoiseConditionalUnetOptions extends NoiseUnetOptions {
  /** σ_d > 0, the deviation of all pixels; 1 unless said. */
  readonly dataDeviation?: number;
}

/**
 * The score of images by a U-Net, on rows [n, height·width·channels]: {@link preconditioned} of {@link noiseUnet}. A condition
 * is the number of each row's class, uint32 [n], of which `classes` itself means none, as does no condition.
 *
 * @throws RangeError when a size or the deviation is out of range
 * @throws ShapeError from `apply`, when x or the condition does not fit
 *
 * @example
 * ```ts
 * import { random, tensor, tree } from "@scoretape/autograd";
 * import { noiseConditionalUnet } from "@scoretape/score";
 *
 * const model = noiseConditionalUnet({ image: [8, 8, 1], classes: 10, dataDeviation: 0.75 });
 * const parameters = model.init(random.key(0));
 * const x = random.normal(random.key(1), [2, 64]);
 * const digits = tensor([3, 10], { dtype: "uint32" }); // a three, and any digit
 * console.log(model.apply(parameters, x, 0.5, digits).shape, tree.size(parameters)); // [ 2, 64 ] 207697
 * ```
 */
export function noiseConditionalUnet(
  options: NoiseConditionalUnetOptions,
): NoiseConditionalModel<UnetParams, Tensor> {
  const name = "noiseConditionalUnet";
  checkOptions(name, options, { ...unetKinds, dataDeviation: "number" });
  const { dataDeviation = 1, ...shape } = options;
  checkPositive(name, dataDeviation, "dataDeviation");
  return preconditioned(networkOf(name, shape), { dataDeviation });
}

const unetKinds = {
  image: "any",
  classes: "number",
  channels: "any",
  block: "number",
  features: "number",
} as const;

function networkOf(name: string, options: NoiseUnetOptions): NoiseNetwork<UnetParams, Tensor> {
  checkOptions(name, options, unetKinds);
  const { image, classes } = options;
  checkNumbers(name, image, "image");
  const { channels, block, features } = { ...unetSizes(image), ...options };
  for (const [what, counts] of Object.entries({ image, channels })) {
    checkNumbers(name, counts, what);
    counts.forEach((count, i) => {
      checkCount(name, count, `${what}[${i}]`);
    });
  }
  const [height, width, colours] = image;
  if (image.length !== 3 || height === undefined || width === undefined || colours === undefined) {
    throw new RangeError(
      `${name}: image is ${kindOf(image)}; give [height, width, channels], such as [28, 28, 1]`,
    );
  }
  if (channels.length === 0)
    throw new RangeError(`${name}: channels is empty; give those of one stage at least`);
  for (const [what, count] of Object.entries({ classes: classes ?? 1, features, block })) {
    checkCount(name, count, what);
  }
  return unet(name, { height, width, colours, classes, channels, block, features });
}
