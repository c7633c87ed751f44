import { argMax, checkOptions, compile, concat, max, slice, softmax, type Tensor } from "@scoretape/autograd";
import { checkData, checkLabels, checkMethods } from "../check.ts";
import type { ImageClassifier, ImageClassifierParams } from "./imageClassifier.ts";

/** What a classifier thinks of images. */
export interface ImageJudgement {
  /** The features of each image, [n, 64]. */
  readonly features: Tensor;
  /** The class that it sees in each, uint32 [n]. */
  readonly seen: Tensor;
  /** The share of images of which it gives one class a probability above 0.9. */
  readonly confidence: number;
  /** The share of images in which it sees the class that they are said to be of; `null` where that is not said. */
  readonly agreement: number | null;
}

/** Options of {@link judgeImages}. */
export interface JudgeImagesOptions {
  /** The class that each image is said to be of, uint32 [n]. */
  readonly labels?: Tensor;
}

/** A probability above which a classifier is sure. */
const SURE = 0.9;
/** Images that are looked at together. */
const BATCH = 256;

/**
 * How sure a trained classifier is of images, and whether it sees in them what they are said to be. Compare with what it says
 * of real images that it did not learn from.
 *
 * @param x [n, height·width·channels]
 *
 * @example
 * ```ts
 * import { random } from "@scoretape/autograd";
 * import { imageClassifier, judgeImages } from "@scoretape/score/images";
 *
 * const classifier = imageClassifier({ image: [4, 4, 1], classes: 2 });
 * const noise = random.normal(random.key(1), [100, 16]);
 * const { features, confidence, agreement } = judgeImages(classifier, classifier.init(random.key(0)), noise);
 * console.log(features.shape, confidence < 0.5, agreement); // [ 100, 64 ] true null
 * ```
 */
export function judgeImages(
  classifier: ImageClassifier,
  parameters: ImageClassifierParams,
  x: Tensor,
  options: JudgeImagesOptions = {},
): ImageJudgement {
  const name = "judgeImages";
  checkMethods(name, classifier, "classifier", ["features", "logits"]);
  checkData(name, x);
  checkOptions(name, options, { labels: "any" });
  const [n = 0, d = 0] = x.shape;
  const { labels } = options;
  if (labels !== undefined) checkLabels(name, labels, n, classifier.classes - 1, "labels");
  const look = compile((images: Tensor) => {
    const features = classifier.features(parameters, images);
    return [features, softmax(classifier.logits(parameters, features), { axis: 1 })] as const;
  });
  const parts = Array.from({ length: Math.ceil(n / BATCH) }, (_, i) =>
    look(slice(x, [i * BATCH, 0], [Math.min(n, (i + 1) * BATCH), d])),
  );
  const features = concat(parts.map(([part]) => part));
  const probabilities = concat(parts.map(([, part]) => part));
  const seen = argMax(probabilities, { axis: 1 });
  const surest = max(probabilities, { axis: 1 });
  const share = (holds: (i: number) => boolean): number =>
    Array.from({ length: n }, (_, i) => i).filter(holds).length / n;
  return {
    features,
    seen,
    confidence: share((i) => (surest.data[i] ?? 0) > SURE),
    agreement: labels === undefined ? null : share((i) => seen.data[i] === labels.data[i]),
  };
}
