import { type Key, type Tensor, tensor } from "@scoretape/autograd";
import { selected } from "@scoretape/score";
import {
  type Description,
  describe,
  fingerprint,
  type Model,
  modelOf,
  samplingSteps,
  trainingOf,
  type Wishes,
} from "@scoretape/score/model";
import { picturesOf } from "../../images/pictures.ts";
import { pixelNames } from "../../images/shape.ts";
import type { Advance, Laboratory } from "../experiment.ts";
import { fit, sampled } from "../fit.ts";
import type { Labelled, Parts } from "./parts.ts";

/** The description of a training on all of the training images. */
export function describeParts(
  { shape, names, training: { images } }: Omit<Parts, "test">,
  wishes: Wishes,
): Description {
  const columns = pixelNames(shape);
  const rows = { columns, values: images };
  const data = {
    kind: "file",
    name: "images",
    rows: images.shape[0] ?? 0,
    sha256: fingerprint(rows),
  } as const;
  const told = names.length === 0 ? {} : { classes: names };
  return describe(
    { ...rows, data, set: null, image: shape, ...told },
    { testFraction: 0, validation: 0, ...wishes },
  );
}

/**
 * Trains the network of a description, as `scoretape train` does.
 *
 * @param dropout how often it is told no class, where that is not left to the library
 */
export async function learnParts(
  lab: Laboratory,
  description: Description,
  { images, labels }: Labelled,
  { key, dropout }: { readonly key: Key; readonly dropout?: number },
  advance: Advance,
): Promise<Model> {
  const { classes, ...training } = trainingOf(description, images, labels);
  const told =
    classes === undefined ? {} : { classes: { ...classes, ...(dropout === undefined ? {} : { dropout }) } };
  const state = await fit(lab, advance, { ...training, ...told, key });
  return modelOf(description, selected(state));
}

/** How often `advance` hears of the drawing of so many images. */
export function drawingSteps({ settings }: Description, count: number): number {
  return Math.ceil(count / AT_ONCE) * settings.levels;
}

/** So many are drawn side by side. */
const AT_ONCE = 100;

/** Images as a file of them has them, from −1 to 1, [count, d]; their classes take turns. */
export async function drawImages(
  { backend }: Laboratory,
  { model, count, guidance }: { readonly model: Model; readonly count: number; readonly guidance: number },
  key: Key,
  advance: Advance,
): Promise<Tensor> {
  const walk = samplingSteps(model, key, count, { guidance, backend });
  for (;;) {
    const step = sampled(() => walk.next());
    if (step.done === true) return inRange(model.description, step.value);
    await advance(1);
  }
}

/** Standardised points as images from −1 to 1, to the values that a byte has. */
export function inRange(description: Description, points: Tensor): Tensor {
  const { image } = description;
  if (image === undefined) throw new RangeError("inRange: the model's rows are no images");
  return tensor(picturesOf(description, image, points).values, { shape: points.shape });
}

/** The classes of images that take turns, uint32 [count]. */
export function turns({ names }: Pick<Parts, "names">, count: number): Tensor {
  return tensor(
    Array.from({ length: count }, (_, i) => i % names.length),
    { dtype: "uint32" },
  );
}
