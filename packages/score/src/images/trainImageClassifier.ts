import {
  checkOptions,
  compile,
  div,
  greater,
  type Key,
  logSoftmax,
  mean,
  mul,
  neg,
  optim,
  random,
  sum,
  type Tensor,
  take,
  tensor,
  valueAndGrad,
} from "@scoretape/autograd";
import { checkCount, checkData, checkKey, checkLabels, checkMethods } from "../check.ts";
import { bent } from "./bent.ts";
import type { ImageClassifier, ImageClassifierParams } from "./imageClassifier.ts";

/** What a classifier learns from. */
export interface TrainImageClassifierOptions {
  readonly classifier: ImageClassifier;
  /** [n, height·width·channels] */
  readonly images: Tensor;
  /** The number of each image's class, uint32 [n]. */
  readonly labels: Tensor;
  readonly key: Key;
  /** How often all images are seen; 12 unless said. */
  readonly epochs?: number;
  /** Images of a mini-batch; 64 unless said. */
  readonly batchSize?: number;
  /** Each image is moved by up to so many pixels each way, anew at every step; 0 unless said. */
  readonly shift?: number;
  /**
   * And bent, turned and stretched about its middle, so that what lies at a distance from there is moved by up to this share of it
   * each way for each of its two coordinates; 0 unless said.
   */
  readonly distortion?: number;
  /** Called after every step with how many were made, and how many there are in all. */
  readonly onStep?: (progress: { readonly step: number; readonly steps: number }) => void;
}

/** The share of the features that a step leaves out (Srivastava et al. 2014). */
const DROPPED = 0.3;
/** The largest step size of Adam, after a tenth of the steps; it falls along half a cosine. */
const RATE = 4e-3;

/**
 * Trains a classifier by the cross-entropy of its classes: Adam on mini-batches, features left out at random.
 *
 * @throws ShapeError and RangeError when the images, the labels or an option are not what they must be
 *
 * @example
 * ```ts
 * import { argMax, random, tensor } from "@scoretape/autograd";
 * import { imageClassifier, trainImageClassifier } from "@scoretape/score/images";
 *
 * // Bright images and dark ones.
 * const labels = tensor(Array.from({ length: 40 }, (_, i) => i % 2), { dtype: "uint32" });
 * const images = tensor(Array.from({ length: 40 * 16 }, (_, i) => (Math.floor(i / 16) % 2) + (i % 3) / 9), { shape: [40, 16] });
 * const classifier = imageClassifier({ image: [4, 4, 1], classes: 2 });
 * const parameters = trainImageClassifier({ classifier, images, labels, key: random.key(0), epochs: 30 });
 * const logits = classifier.logits(parameters, classifier.features(parameters, images));
 * console.log(argMax(logits, { axis: 1 }).data.slice(0, 6).join(" ")); // 0 1 0 1 0 1
 * ```
 */
export function trainImageClassifier(options: TrainImageClassifierOptions): ImageClassifierParams {
  const name = "trainImageClassifier";
  checkOptions(name, options, {
    classifier: "any",
    images: "any",
    labels: "any",
    key: "any",
    epochs: "number",
    batchSize: "number",
    shift: "number",
    distortion: "number",
    onStep: "function",
  });
  const { classifier, images, labels, key, epochs = 12, batchSize = 64, shift = 0, distortion = 0 } = options;
  checkMethods(name, classifier, "classifier", ["init", "features", "logits"]);
  checkData(name, images, "images");
  const [n = 0] = images.shape;
  checkLabels(name, labels, n, classifier.classes - 1, "labels");
  checkKey(name, key);
  checkCount(name, epochs, "epochs");
  checkCount(name, batchSize, "batchSize");
  for (const [what, value] of Object.entries({ shift, distortion })) {
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`${name}: ${what} is ${value}; give a finite number from 0`);
    }
  }
  const size = Math.min(batchSize, n);
  const steps = epochs * Math.floor(n / size);
  const risen = Math.ceil(steps / 10);
  const rate = optim.warmUp(
    risen,
    optim.cosineSchedule({ initial: RATE, final: 0, steps: steps - risen + 1 }),
  );
  const adam = optim.adam({ learningRate: rate });
  const advance = compile(
    (parameters: ImageClassifierParams, state: optim.AdamState, x: Tensor, truth: Tensor, own: Tensor) => {
      const [, gradient] = valueAndGrad((p: ImageClassifierParams) =>
        crossEntropy(classifier, p, x, truth, own),
      )(parameters);
      const [updates, next] = adam.update(gradient, state, parameters);
      return [optim.applyUpdates(parameters, updates), next] as const;
    },
    { donate: [0, 1] },
  );
  let parameters = classifier.init(random.foldIn(key, 0));
  let state = adam.init(parameters);
  for (let step = 0; step < steps; ) {
    const order = random.permutation(random.foldIn(random.foldIn(key, 1), step), n).data;
    for (let at = 0; at + size <= n; at += size) {
      const rows = Array.from(order.subarray(at, at + size));
      const own = random.foldIn(random.foldIn(key, 2), step);
      const x = bent(take(images, rows), classifier.image, { shift, distortion }, random.foldIn(own, 0));
      const truth = oneHot(
        rows.map((row) => labels.data[row] ?? 0),
        classifier.classes,
      );
      [parameters, state] = advance(parameters, state, x, truth, random.foldIn(own, 1));
      step += 1;
      options.onStep?.({ step, steps });
    }
  }
  return parameters;
}

/** −E log p(class), with features left out and the others raised to keep their mean. */
function crossEntropy(
  classifier: ImageClassifier,
  parameters: ImageClassifierParams,
  x: Tensor,
  truth: Tensor,
  key: Key,
): Tensor {
  const features = classifier.features(parameters, x);
  const kept = greater(random.uniform(key, features.shape), DROPPED);
  const logits = classifier.logits(parameters, div(mul(features, kept), 1 - DROPPED));
  return neg(mean(sum(mul(truth, logSoftmax(logits, { axis: 1 })), { axis: 1 })));
}

/** Rows with a 1 in the column of each label. */
function oneHot(labels: readonly number[], classes: number): Tensor {
  const rows = new Float32Array(labels.length * classes);
  labels.forEach((label, i) => {
    rows[i * classes + label] = 1;
  });
  return tensor(rows, { shape: [labels.length, classes] });
}
