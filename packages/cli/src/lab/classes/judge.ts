import { type Key, random, type Tensor, take } from "@scoretape/autograd";
import { frechetDistance } from "@scoretape/score";
import {
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
  /** The features of random halves of the test images. */
  readonly halves: readonly Tensor[];
  /** The Fréchet distance between the two halves of a split, the median over the splits. */
  readonly floor: Estimate;
  /** The distance of each test image to the nearest training image, and the share that would pass for copies. */
  readonly nearest: Float64Array;
  readonly copies: Estimate;
}

/** What images that were drawn are worth. */
export interface Worth {
  readonly confidence: Estimate;
  readonly agreement: Estimate;
  /** The Fréchet distance of as many of them as there are in a half of the test images to one, the median over the splits. */
  readonly frechet: Estimate;
  /** The median distance to the nearest training image over that of test images. */
  readonly nearness: number;
  readonly copies: Estimate;
}

export interface JudgeOptions {
  readonly epochs: number;
  /** The classifier learns from images moved by up to so many pixels. */
  readonly shift: number;
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
  const half = Math.floor(count / 2);
  const pairs = Array.from({ length: splits }, (_, i) => {
    const order = [...random.permutation(random.foldIn(random.foldIn(key, 1), i), count).data];
    const part = (from: number): Tensor => take(real.features, order.slice(from, from + half));
    return [part(0), part(half)] as const;
  });
  const nearest = nearestTo(training.images, test.images).distances;
  return {
    look,
    ...sharesOf(real, count),
    halves: pairs.map(([first]) => first),
    floor: medianOf(pairs.map(([first, second]) => frechetDistance(first, second))),
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
    frechet: frechetTo(judge, judgement.features, key),
    nearness: median(distances) / median(judge.nearest),
    copies: copiesAmong(distances, judge.nearest),
  };
}

/** The Fréchet distance of features to the halves: of as many, for it falls with their number. */
export function frechetTo({ halves }: Pick<Judge, "halves">, features: Tensor, key: Key): Estimate {
  const distances = halves.map((half, i) => {
    const order = random.permutation(random.foldIn(key, i), features.shape[0] ?? 0).data;
    return frechetDistance(take(features, [...order.subarray(0, half.shape[0])]), half);
  });
  return medianOf(distances);
}

function sharesOf({ confidence, agreement }: ImageJudgement, count: number) {
  const share = (part: number): Estimate => shareOf(Math.round(part * count), count);
  return { confidence: share(confidence), agreement: share(agreement ?? 0) };
}
