import { concat, type Key, random, type Tensor } from "@scoretape/autograd";
import { type ImageQuality, imageQuality } from "../images/imageQuality.ts";
import { type ModeWeight, modeWeights } from "../metrics/modeWeights.ts";
import type { ColumnComparison } from "../quality/compareColumns.ts";
import { type Quality, quality } from "../quality/quality.ts";
import { type Verdict, verdict } from "../quality/verdict.ts";
import type { Schema } from "../tables/schema.ts";
import { errorsByLevel, type LevelError } from "./byLevel.ts";
import { judgedPixels } from "./images.ts";
import { keysOf } from "./keys.ts";
import type { Model } from "./model.ts";
import { modesOf } from "./modes.ts";
import type { SplitRows } from "./testRows.ts";
import { type Rows, restored, standardized, type Units } from "./units.ts";

/** The share of samples and of data in one mode, each with its 95 % confidence interval. */
export interface ModeShare {
  readonly name: string;
  readonly samples: ModeWeight;
  readonly data: ModeWeight;
}

/** How good a model is: its quality, with the columns in the data's own units, and all else standardised. */
export interface Measurements extends Quality {
  /** What to believe, and what not. */
  readonly verdict: Verdict;
  /** What a classifier says of the samples, where their classes and those of the rows are told; see `imageQuality`. */
  readonly classified: ImageQuality | null;
  /** Empty where the data's modes are not known beforehand. */
  readonly modes: readonly ModeShare[];
  readonly byLevel: readonly LevelError[];
}

/** Rows in their own units: what a model was trained on, and what it has not seen. */
export interface MeasuredRows extends Omit<Rows, "values">, SplitRows {
  /** Whether copies of the training rows can be told; false where other rows stand in for them. True unless said. */
  readonly tellsCopies?: boolean;
  /** The classes of images, by number: uint32 [n] for each set of rows, and for the samples. */
  readonly labels?: { readonly training: Tensor; readonly test: Tensor; readonly samples: Tensor };
}

/**
 * Measures a model: its {@link quality} on rows that it has not seen and the {@link verdict}, the share of each known mode,
 * and the errors of its score at each noise level. These are the numbers of the command's reports.
 *
 * @param samples standardised samples of the model, [m, d], m ≥ 2, as {@link samplingSteps} returns them
 * @param key decides what is drawn on the way; unless said it is the same for all models, so that their numbers can be
 *   compared
 *
 * @example
 * ```ts
 * import { random } from "@scoretape/autograd";
 * import { loadModel, measure, restored, standardized } from "@scoretape/score/model";
 * import { readFile } from "node:fs/promises";
 *
 * const model = loadModel(await readFile("packages/score/test/fixtures/version2/model.safetensors"));
 * const { columns, standardization } = model.description;
 * const rows = (i: number) => restored(standardization, random.normal(random.key(i), [50, 2]));
 * const samples = standardized(standardization, model.sample(random.key(2), 50));
 * const { heldOut, byLevel } = measure(model, samples, { columns, set: null, training: rows(0), test: rows(1) });
 * console.log(heldOut?.rows, byLevel.length); // 50 3
 * ```
 */
export function measure(
  model: Model,
  samples: Tensor,
  rows: MeasuredRows,
  key: Key = keysOf(0).measurements,
): Measurements {
  const { standardization: units, moments, image, schema } = model.description;
  // Of one row alone no error is known.
  const test = rows.test !== null && (rows.test.shape[0] ?? 0) > 1 ? rows.test : null;
  const measured = quality(
    model.standardScore,
    model.sigmas,
    {
      training: standardized(units, rows.training),
      test: test === null ? null : standardized(units, test),
      samples,
    },
    {
      key: random.foldIn(key, 0),
      ...(model.conditionalScore === undefined ? {} : { likelihood: false, points: IMAGE_POINTS }),
      ...(moments === undefined ? {} : { moments }),
    },
  );
  const found = image === undefined ? measured : { ...measured, columns: judgedPixels(measured.columns) };
  const told = rows.tellsCopies === false ? { ...found, memorization: null } : found;
  return {
    ...told,
    columns: found.columns.map((column, j) => inUnit(column, j, units)),
    verdict: verdict(image === undefined ? ofLabels(told, schema) : ofImages(told), rows.columns),
    classified: classified(model, samples, { ...rows, test }, random.foldIn(key, 2)),
    modes: modeShares(rows.set, restored(units, samples), [rows.training, ...(test === null ? [] : [test])]),
    byLevel: errorsByLevel(model, { ...rows, values: test ?? rows.training }, random.foldIn(key, 1)),
  };
}

/** So many images are denoised at each level: a convolution takes its time. */
const IMAGE_POINTS = 400;

/** Without what says little of pixels: which of them left a range that may be a point, and how two go together. */
function ofImages(found: Quality): Quality {
  return { ...found, correlations: null, columns: found.columns.map((pixel) => ({ ...pixel, outside: 0 })) };
}

/** Epochs in which a classifier sees so many images in all. */
const SEEN = 30_000;
/** The side of an image from which on it is moved about while a classifier learns. */
const LARGE = 16;

/** Without which samples left the range of a category's coordinate: whatever it is, it stands for one of the labels. */
function ofLabels(found: Quality, schema: Schema | undefined): Quality {
  const columns = found.columns.map((column, j) =>
    schema?.[j]?.kind === "category" ? { ...column, outside: 0 } : column,
  );
  return { ...found, columns };
}

function classified(
  { description: { standardization: units, image, classes } }: Model,
  samples: Tensor,
  { training, test, labels }: Pick<MeasuredRows, "training" | "test" | "labels">,
  key: Key,
): ImageQuality | null {
  if (image === undefined || classes === undefined || labels === undefined || test === null) return null;
  const [n = 1] = training.shape;
  return imageQuality({
    image,
    classes: classes.length,
    training: { images: standardized(units, training), labels: labels.training },
    test: { images: standardized(units, test), labels: labels.test },
    samples: { images: samples, labels: labels.samples },
    key,
    epochs: Math.ceil(SEEN / n),
    shift: Math.min(image[0], image[1]) < LARGE ? 0 : 2,
  });
}

/** A column's numbers in its own unit, with the seven digits that they have. */
function inUnit(
  { quantiles, outside, deviation }: ColumnComparison,
  j: number,
  units: Units,
): ColumnComparison {
  const [mean = 0, scale = 1] = [units.mean[j], units.deviation[j]];
  const short = (value: number): number => Number(value.toPrecision(7));
  const own = (values: readonly number[]): number[] => values.map((value) => short(mean + scale * value));
  return {
    quantiles: { samples: own(quantiles.samples), data: own(quantiles.data) },
    outside,
    deviation: {
      ...deviation,
      samples: short(scale * deviation.samples),
      data: short(scale * deviation.data),
    },
  };
}

function modeShares(set: Rows["set"], samples: Tensor, data: readonly Tensor[]): ModeShare[] {
  const known = modesOf(set);
  if (known === undefined) return [];
  const ofSamples = modeWeights(samples, known.modes);
  const ofData = modeWeights(concat(data, 0), known.modes);
  return known.names.flatMap((name, i) => {
    const [inSamples, inData] = [ofSamples[i], ofData[i]];
    return inSamples === undefined || inData === undefined
      ? []
      : [{ name, samples: inSamples, data: inData }];
  });
}
