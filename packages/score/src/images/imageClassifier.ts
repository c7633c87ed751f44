import {
  checkOptions,
  type Key,
  kindOf,
  maxPool,
  nn,
  random,
  relu,
  reshape,
  ShapeError,
  type Tensor,
} from "@scoretape/autograd";
import { checkCount, checkNumbers } from "../check.ts";

/** The parameters of an image classifier. */
export type ImageClassifierParams = {
  readonly convolutions: readonly nn.ConvParams[];
  readonly hidden: nn.DenseParams;
  readonly output: nn.DenseParams;
};

/** Options of {@link imageClassifier}. */
export interface ImageClassifierOptions {
  /** [height, width, channels] of an image, which is a row of height·width·channels numbers. */
  readonly image: readonly number[];
  /** How many classes there are, from 2. */
  readonly classes: number;
}

/** A small network that tells classes of images apart. */
export interface ImageClassifier {
  /** Height, width and channels of an image. */
  readonly image: readonly [height: number, width: number, channels: number];
  readonly classes: number;
  init(key: Key): ImageClassifierParams;
  /** Numbers in which images are near that look alike: [n, height·width·channels] → [n, 64], from 0. */
  features(parameters: ImageClassifierParams, x: Tensor): Tensor;
  /** Logits of the classes, from the features: [n, 64] → [n, classes]. */
  logits(parameters: ImageClassifierParams, features: Tensor): Tensor;
}

/** Channels of the convolutions, and the number of features. */
const [CHANNELS, FEATURES] = [[16, 32, 32], 64];
/** Images from so many pixels each way on are halved twice, not once. */
const LARGE = 16;

/**
 * A classifier of images: convolutions 3×3 with 16, 32 and 32 channels and ReLU, halved after the second (and after the first,
 * from 16 pixels each way on), 64 features with ReLU, a linear layer. Small, and good enough to judge by what a sampler
 * draws: see {@link trainImageClassifier}.
 *
 * @throws RangeError when a size is out of range
 * @throws ShapeError from `features`, when x is no image
 *
 * @example
 * ```ts
 * import { random } from "@scoretape/autograd";
 * import { imageClassifier } from "@scoretape/score/images";
 *
 * const classifier = imageClassifier({ image: [8, 8, 1], classes: 10 });
 * const parameters = classifier.init(random.key(0));
 * const features = classifier.features(parameters, random.normal(random.key(1), [2, 64]));
 * console.log(features.shape, classifier.logits(parameters, features).shape); // [ 2, 64 ] [ 2, 10 ]
 * ```
 */
export function imageClassifier(options: ImageClassifierOptions): ImageClassifier {
  const name = "imageClassifier";
  checkOptions(name, options, { image: "any", classes: "number" });
  const { image, classes } = options;
  checkNumbers(name, image, "image");
  const [height, width, channels] = image;
  if (image.length !== 3 || height === undefined || width === undefined || channels === undefined) {
    throw new RangeError(
      `${name}: image is ${kindOf(image)}; give [height, width, channels], such as [28, 28, 1]`,
    );
  }
  for (const [what, count] of Object.entries({ height, width, channels, classes })) {
    checkCount(name, count, what);
  }
  if (Math.min(height, width) < 2 || classes < 2) {
    throw new RangeError(
      `${name}: images of ${height} × ${width} in ${classes} classes; give at least 2 × 2 and 2 classes`,
    );
  }
  const isHalved = [Math.min(height, width) >= LARGE, true, false];
  const halve = (size: number): number =>
    isHalved.reduce((side, halves) => (halves ? Math.floor(side / 2) : side), size);
  const convolutions = CHANNELS.map((outputs, i) => nn.conv(CHANNELS[i - 1] ?? channels, outputs, he));
  const flat = halve(height) * halve(width) * (CHANNELS.at(-1) ?? 1);
  const hidden = nn.dense(flat, FEATURES, he);
  const output = nn.dense(FEATURES, classes);
  return {
    image: [height, width, channels],
    classes,
    init: (key) => ({
      convolutions: convolutions.map((layer, i) => layer.init(random.foldIn(random.foldIn(key, 0), i))),
      hidden: hidden.init(random.foldIn(key, 1)),
      output: output.init(random.foldIn(key, 2)),
    }),
    features(parameters, x) {
      const [n = 0, d] = x.shape;
      if (x.rank !== 2 || d !== height * width * channels) {
        throw new ShapeError(
          `${name}: x has shape [${x.shape.join(", ")}]; images of ${height} × ${width} × ${channels} are rows ` +
            `[n, ${height * width * channels}]`,
        );
      }
      checkParameters(parameters);
      const seen = convolutions.reduce(
        (y, layer, i) => {
          const own = parameters.convolutions[i] ?? foreign();
          const active = relu(layer.apply(own, y));
          return isHalved[i] ? maxPool(active, { size: 2 }) : active;
        },
        reshape(x, [n, height, width, channels]),
      );
      return relu(hidden.apply(parameters.hidden, reshape(seen, [n, flat])));
    },
    logits(parameters, features) {
      checkParameters(parameters);
      return output.apply(parameters.output, features);
    },
  };

  function checkParameters(parameters: ImageClassifierParams): void {
    if (typeof parameters !== "object" || parameters === null || !Array.isArray(parameters.convolutions))
      foreign();
  }

  function foreign(): never {
    throw new TypeError(`${name}: the parameters are not those that this network's init made`);
  }
}

const he = { initializer: nn.heUniform } as const;
