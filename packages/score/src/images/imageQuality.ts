import { checkOptions, type Key, random, type Tensor } from "@scoretape/autograd";
import { checkKey } from "../check.ts";
import { median } from "../estimators/statistics.ts";
import { frechetReference } from "./frechetReference.ts";
import { imageClassifier } from "./imageClassifier.ts";
import { judgeImages } from "./judgeImages.ts";
import { type TrainImageClassifierOptions, trainImageClassifier } from "./trainImageClassifier.ts";

/** Images and the number of the class of each. */
export interface LabelledImages {
  /** [n, height·width·channels] */
  readonly images: Tensor;
  /** uint32 [n] */
  readonly labels: Tensor;
}

/** Which images to judge, and by which. */
export interface ImageQualityOptions
  extends Pick<TrainImageClassifierOptions, "epochs" | "shift" | "distortion" | "onStep"> {
  /** Decides how the classifier learns, and the halves. */
  readonly key: Key;
  /** [height, width, channels] */
  readonly image: readonly number[];
  readonly classes: number;
  /** What the classifier learns from. */
  readonly training: LabelledImages;
  /** Real images that neither the classifier nor the model learned from, at least four. */
  readonly test: LabelledImages;
  /** Samples, and the classes that they are of. */
  readonly samples: LabelledImages;
}

/** A number of the samples, and the same of real images. */
export interface BesideReal {
  readonly samples: number;
  readonly real: number;
}

/** What a small classifier says of samples, beside what it says of real images. */
export interface ImageQuality {
  /** The share of images of which it gives one class a probability above 0.9. */
  readonly confidence: BesideReal;
  /** The share of images in which it sees the class that they are of. */
  readonly agreement: BesideReal;
  /**
   * The Fréchet distance in its features from as many samples as half of the test images to one half of them, the median over
   * random halves, and that of the other half: what no sampler gets below.
   */
  readonly frechet: BesideReal;
}

/**
 * Judges samples of images by a classifier that is trained on the model's own training images: {@link judgeImages}, and
 * {@link frechetReference} in its features (Heusel et al. 2017).
 *
 * @throws ShapeError, TypeError and RangeError as {@link trainImageClassifier} and {@link judgeImages} do
 *
 * @example
 * ```ts
 * import { random, tensor } from "@scoretape/autograd";
 * import { imageQuality } from "@scoretape/score/images";
 *
 * // Bright images and dark ones.
 * const images = (seed: number, noise: number) => {
 *   const labels = tensor(Uint32Array.from({ length: 60 }, (_, i) => i % 2));
 *   const z = random.normal(random.key(seed), [60, 16]).data;
 *   return { images: tensor(z.map((e, i) => (Math.floor(i / 16) % 2) + noise * e), { shape: [60, 16] }), labels };
 * };
 * const { agreement, frechet } = imageQuality({
 *   image: [4, 4, 1], classes: 2, training: images(0, 0.1), test: images(1, 0.1), samples: images(2, 0.4),
 *   key: random.key(3), epochs: 30,
 * });
 * console.log(agreement.real, frechet.samples > 2 * frechet.real); // 1 true
 * ```
 */
export function imageQuality(options: ImageQualityOptions): ImageQuality {
  const name = "imageQuality";
  checkOptions(name, options, {
    image: "any",
    classes: "number",
    training: "any",
    test: "any",
    samples: "any",
    key: "any",
    epochs: "number",
    shift: "number",
    distortion: "number",
    onStep: "function",
  });
  const { image, classes, training, test, samples, key, ...how } = options;
  for (const [what, set] of Object.entries({ training, test, samples })) {
    checkOptions(`${name}: ${what}`, set, { images: "any", labels: "any" });
  }
  checkKey(name, key);
  const classifier = imageClassifier({ image, classes });
  const parameters = trainImageClassifier({ classifier, ...training, ...how, key: random.foldIn(key, 0) });
  const judged = ({ images, labels }: LabelledImages) =>
    judgeImages(classifier, parameters, images, { labels });
  const [drawn, real] = [judged(samples), judged(test)] as const;
  const size = Math.min(Math.floor(real.seen.size / 2), drawn.seen.size);
  const reference = frechetReference(real.features, { key: random.foldIn(key, 1), size });
  return {
    confidence: { samples: drawn.confidence, real: real.confidence },
    agreement: { samples: drawn.agreement ?? 0, real: real.agreement ?? 0 },
    frechet: {
      samples: median(reference.to(drawn.features, random.foldIn(key, 2))),
      real: median(reference.between),
    },
  };
}
