import { type Key, random, type Tensor, tensor } from "@scoretape/autograd";
import { type Claim, claim, control } from "../claim.ts";
import { type Judge, type JudgeOptions, judgeOf } from "../classes/judge.ts";
import { drawStrips, type Strip } from "../classes/picture.ts";
import { copiesAmong, nearestTo } from "../nearest.ts";
import { showEstimate } from "../numbers.ts";
import { type Estimate, shareOf } from "../statistics.ts";
import { type Digits, inked, SIDE } from "./images.ts";
import type { Drawn } from "./learn.ts";

// What a classifier makes of samples by one network and by another.

/** Samples, and what they are worth. */
export interface Appraisal {
  readonly name: string;
  readonly samples: Tensor;
  /** The share of which the classifier is sure. */
  readonly confidence: Estimate;
  /** The Fréchet distance to halves of the held-out digits. */
  readonly frechet: Estimate;
  readonly copies: Estimate;
}

/** All samples by the eyes of one classifier, which has learned the training half. */
export interface Networks {
  readonly judge: Judge;
  readonly all: readonly Appraisal[];
}

/** Judges the first set of each. */
export function networksOf(
  digits: Digits,
  all: readonly { readonly name: string; readonly sets: readonly Drawn[] }[],
  how: JudgeOptions,
  key: Key,
): Networks {
  const { training, heldOut, labels, heldOutLabels } = digits;
  const numbers = (of: readonly number[]): Tensor => tensor([...of], { dtype: "uint32" });
  const parts = {
    shape: [SIDE, SIDE, 1],
    names: Array.from({ length: 10 }, (_, digit) => String(digit)),
    training: { images: training, labels: numbers(labels) },
    test: { images: heldOut, labels: numbers(heldOutLabels) },
  } as const;
  const judge = judgeOf(parts, how, random.foldIn(key, 0));
  return {
    judge,
    all: all.flatMap(({ name, sets: [first] }, i) =>
      first === undefined
        ? []
        : [appraise(name, first.clean, { training, judge }, random.foldIn(random.foldIn(key, 1), i))],
    ),
  };
}

/** @param drawn samples, of which what lies outside of a pixel's values is cut off */
function appraise(
  name: string,
  drawn: Tensor,
  { training, judge }: { readonly training: Tensor; readonly judge: Judge },
  key: Key,
): Appraisal {
  const samples = inked(drawn, training);
  const { confidence, features } = judge.look(samples);
  const [count = 0] = samples.shape;
  return {
    name,
    samples,
    confidence: shareOf(Math.round(confidence * count), count),
    frechet: judge.frechetTo(features, random.foldIn(key, 0)),
    copies: copiesAmong(nearestTo(training, samples).distances, judge.nearest),
  };
}

export function networksTable({ judge, all }: Networks): string[][] {
  const row = (words: string, real: Estimate, of: (one: Appraisal) => Estimate): string[] => [
    words,
    showEstimate(real),
    ...all.map((one) => showEstimate(of(one))),
  ];
  return [
    ["", "held-out digits", ...all.map(({ name }) => name)],
    row("classifier is sure of", judge.confidence, ({ confidence }) => confidence),
    row("Fréchet distance to half of the held-out digits", judge.floor, ({ frechet }) => frechet),
    row("nearer to a training digit than 99 % of held-out ones", judge.copies, ({ copies }) => copies),
  ];
}

/** The U-Net does better than the perceptron by the same loss, and copies no more than real digits seem to. */
export function networksClaims({ judge, all }: Networks): Claim[] {
  const [, perceptron, unet] = all;
  if (perceptron === undefined || unet === undefined) return [];
  const other = control("the perceptron by the same loss and sampler");
  return [
    claim({
      what: `${unet.name}: share of samples of which a classifier is sure`,
      measured: unet.confidence,
      relation: "above",
      limit: perceptron.confidence,
      origin: other,
    }),
    claim({
      what: `${unet.name}: Fréchet distance of samples to held-out digits`,
      measured: unet.frechet,
      relation: "below",
      limit: perceptron.frechet,
      origin: other,
    }),
    claim({
      what: `${unet.name}: share of samples nearer to a training digit than 99 % of held-out digits`,
      measured: unet.copies,
      relation: "at most",
      limit: judge.copies,
      origin: control("held-out digits"),
    }),
  ];
}

/** Held-out digits beside samples by each network. */
export function drawNetworks(digits: Digits, { all }: Networks): string {
  const strip = (title: string, note: string, images: Tensor): Strip => ({
    title,
    note,
    images: digits.picture(images, 100),
    columns: 10,
  });
  const strips = [
    strip("Digits", "held out from the training", digits.heldOut),
    ...all.slice(0, 3).map(({ name, samples }) => strip(name, "drawn one after another", samples)),
  ];
  return drawStrips("Digits by a perceptron and by a U-Net", [SIDE, SIDE, 1], strips, {
    across: 2,
    width: 420,
  });
}
