import {
  add,
  concat,
  type Key,
  mul,
  random,
  slice,
  sub,
  type Tensor,
  take,
  tensor,
} from "@scoretape/autograd";
import { karrasSchedule, linearMeasurement, posterior } from "@scoretape/score";
import type { Model } from "@scoretape/score/model";
import { namedMask } from "../../images/mask.ts";
import { pointsOf } from "../../images/pictures.ts";
import { finite, startPoints } from "../../sampling/flow.ts";
import type { Judge } from "../classes/judge.ts";
import { inRange } from "../classes/learn.ts";
import type { Parts } from "../classes/parts.ts";
import type { Advance, Laboratory } from "../experiment.ts";
import { copiesAmong, nearestTo } from "../nearest.ts";
import { type Estimate, shareOf } from "../statistics.ts";

/** Test images whose right halves were drawn from their left halves, without their classes being told. */
export interface Inpainting {
  /** The test images, and the same with what is hidden in grey. */
  readonly whole: Tensor;
  readonly hidden: Tensor;
  readonly drawn: Tensor;
  /** With the right half of the training image whose left half is nearest. */
  readonly copied: Tensor;
  /** The shares in which the classifier sees the class that the whole image is of. */
  readonly ofWhole: Estimate;
  readonly ofDrawn: Estimate;
  readonly ofCopied: Estimate;
  /** The share of right halves nearer to a training image's than 99 % of those of test images, and theirs. */
  readonly copies: Estimate;
  readonly wholeCopies: Estimate;
}

/** So many are drawn side by side. */
const AT_ONCE = 250;

/** How often `advance` hears of the inpainting of so many images. */
export function inpaintingSteps(count: number, steps: number): number {
  return Math.ceil(count / AT_ONCE) * steps;
}

/** Draws the right halves of the test images, and compares them with those copied from the training images. */
export async function inpaint(
  lab: Laboratory,
  model: Model,
  { shape, training, test }: Parts,
  judge: Judge,
  { steps, key }: { readonly steps: number; readonly key: Key },
  advance: Advance,
): Promise<Inpainting> {
  const channels = shape[2];
  const right = tensor(
    namedMask("right", shape).flatMap((isHidden) => new Array<number>(channels).fill(Number(isHidden))),
  );
  const left = sub(1, right);
  const { images: whole, labels } = test;
  const drawn = await drawRight(lab, model, { whole, left, steps, key }, advance);
  const { rows } = nearestTo(mul(left, training.images), mul(left, whole));
  const copied = add(mul(left, whole), mul(right, take(training.images, [...rows])));
  const count = whole.shape[0] ?? 0;
  const seen = (images: Tensor): Estimate =>
    shareOf(Math.round((judge.look(images, labels).agreement ?? 0) * count), count);
  const distances = (images: Tensor): Float64Array =>
    nearestTo(mul(right, training.images), mul(right, images)).distances;
  const ofTest = distances(whole);
  return {
    whole,
    hidden: mul(left, whole),
    drawn,
    copied,
    ofWhole: seen(whole),
    ofDrawn: seen(drawn),
    ofCopied: seen(copied),
    copies: copiesAmong(distances(drawn), ofTest),
    wholeCopies: copiesAmong(ofTest, ofTest),
  };
}

interface Drawing {
  readonly whole: Tensor;
  /** 1 for the pixels that are known. */
  readonly left: Tensor;
  readonly steps: number;
  readonly key: Key;
}

/** By pseudoinverse guidance, with the score of all classes together. */
async function drawRight(
  { backend }: Laboratory,
  model: Model,
  { whole, left, steps, key }: Drawing,
  advance: Advance,
): Promise<Tensor> {
  const { description, standardScore, sigmas } = model;
  const [sigmaMax = 1, sigmaMin = 1] = [sigmas[0], sigmas.at(-1)];
  const [count = 0, d = 0] = whole.shape;
  const parts: Tensor[] = [];
  for (let from = 0; from < count; from += AT_ONCE) {
    const some = slice(whole, [from, 0], [Math.min(count, from + AT_ONCE), d]);
    const own = random.foldIn(key, from);
    const start = startPoints(model, some.shape[0] ?? 0, random.foldIn(own, 0));
    const { samples } = finite(() =>
      posterior.pseudoinverseGuidance(standardScore, start, {
        measurement: linearMeasurement({ mask: left }),
        observed: pointsFrom(model, some),
        sigmas: karrasSchedule({ sigmaMin, sigmaMax, steps }),
        key: random.foldIn(own, 1),
        backend,
      }),
    );
    parts.push(inRange(description, samples));
    await advance(steps);
  }
  return concat(parts);
}

/** Images from −1 to 1 as standardised points. */
export function pointsFrom({ description }: Model, images: Tensor): Tensor {
  const { image } = description;
  if (image === undefined) throw new RangeError("pointsFrom: the model's rows are no images");
  const [count = 0] = images.shape;
  return pointsOf(description, { shape: image, count, values: Float32Array.from(images.data) });
}
