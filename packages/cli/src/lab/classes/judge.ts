import { type Key, random, type Tensor } from "@scoretape/autograd";
import {
  frechetReference,
  type ImageJudgement,
  imageClassifier,
  judgeImages,
  trainImageClassifier,
} from "@scoretape/score/images";
import { quantile } from "../../plots/density.ts";
import { copiesAmong, nearestTo } from "../nearest.ts";
import { type Estimate, medianOf, shareOf } from "../statistics.ts";
import type { Parts } from "./parts.ts";

/** A classifier, and what it says of real images that it has not seen. */
export interface Judge {
  look(images: Tensor, labels?: Tensor): ImageJudgement;
  /** The share of the test images of which it is sure, and that in which it sees what they are. */
  readonly confidence: Estimate;
  readonly agreement: Estimate;
  /** The Fréchet distance of features to one half of the test images, the median over random halves. */
  frechetTo(features: Tensor, key: Key): Estimate;
  /** That of the other half. */
  readonly floor: Estimate;
  /** The distance of each test image to the nearest training image, and the share that would pass for copies. */
  readonly nearest: Float64Array;
  readonly copies: Estimate;
}

/** What images that were drawn are worth. */
export interface Worth {
  readonly confidence: Estimate;
  readonly agreement: Estimate;
  readonly frechet: Estimate;
  /** The median distance to the nearest training image over that of test images. */
  readonly nearness: number;
  readonly copies: Estimate;
}

export interface JudgeOptions {
  readonly epochs: number;
  /** The classifier learns from images moved by up to so many pixels, and bent by so much; see `trainImageClassifier`. */
  readonly shift: number;
  readonly distortion?: number;
  readonly splits: number;
}

/** Trains a classifier on the training images, and asks it about the test images. */
export function judgeOf(
  { shape, names, training, test }: Parts,
  { splits, ...how }: JudgeOptions,
  key: Key,
): Judge {
  const classifier = imageClassifier({ image: shape, classes: names.length });
  const parameters = trainImageClassifier({ classifier, ...training, ...how, key: random.foldIn(key, 0) });
  const look = (images: Tensor, labels?: Tensor): ImageJudgement =>
    judgeImages(classifier, parameters, images, labels === undefined ? {} : { labels });
  const real = look(test.images, test.labels);
  const count = test.images.shape[0] ?? 0;
  const reference = frechetReference(real.features, { key: random.foldIn(key, 1), splits });
  const nearest = nearestTo(training.images, test.images).distances;
  return {
    look,
    ...sharesOf(real, count),
    frechetTo: (features, own) => medianOf(reference.to(features, own)),
    floor: medianOf(reference.between),
    nearest,
    copies: copiesAmong(nearest, nearest),
  };
}

/** Compares images that were drawn, each as one of a class, with the test images. */
export function worthOf(images: Tensor, labels: Tensor, judge: Judge, { training }: Parts, key: Key): Worth {
  const judgement = judge.look(images, labels);
  const count = images.shape[0] ?? 0;
  const { distances } = nearestTo(training.images, images);
  const median = (values: Float64Array): number => quantile(values.toSorted(), 0.5);
  return {
    ...sharesOf(judgement, count),
    frechet: judge.frechetTo(judgement.features, key),
    nearness: median(distances) / median(judge.nearest),
    copies: copiesAmong(distances, judge.nearest),
  };
}

function sharesOf({ confidence, agreement }: ImageJudgement, count: number) {
  const share = (part: number): Estimate => shareOf(Math.round(part * count), count);
  return { confidence: share(confidence), agreement: share(agreement ?? 0) };
}
