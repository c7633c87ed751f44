import { cast, type Key, random, tensor } from "@scoretape/autograd";
import {
  completed,
  type Description,
  fingerprint,
  keysOf,
  type MeasuredRows,
  type Model,
  splitRows,
} from "@scoretape/score/model";
import { type MixedTable, type Schema, tableEncoder } from "@scoretape/score/tables";
import { dataOf, type SavedModel } from "../model/store.ts";
import { UserError } from "../terminal/user-error.ts";
import { openSource, type Source } from "./source.ts";

/** A source with what a model draws in the place of its gaps: to be measured and drawn. */
export function wholeSource(source: Source, model: Model): Source {
  const { values } = source;
  if (source.gaps === undefined) return source;
  const { gaps } = keysOf(model.description.settings.seed);
  return { ...source, values: completed(model, values, random.foldIn(gaps, WHOLE)) };
}

/** @throws UserError that begins with why, if a source has gaps */
export function ensureWhole({ name, gaps }: Source, why: string): void {
  if (gaps === undefined) return;
  throw new UserError(`${why}, and ${name} has gaps; leave these rows out with --gaps drop`);
}

/** Of the key for gaps, that for reports: a training takes the first ones. */
const WHOLE = 1000;

/** How rows of a generated set are drawn that no training has seen. */
export interface Fresh {
  readonly key: Key;
  readonly rows: number;
  /** How many samples they are beside. */
  readonly samples: number;
}

/** The rows of a training, and those that it has not seen: fresh draws of a set that is generated, else rows kept aside. */
export function testedRows(
  description: Description,
  source: Source,
  { key, rows, samples }: Fresh,
): MeasuredRows {
  const { settings } = description;
  const { columns, set, generated, values } = source;
  const { training, test } = splitRows(settings, values);
  const fresh = generated && set !== null ? cast(set.sample(key, rows), "float64") : test;
  return { columns, set, training, test: fresh, ...labelsOf(description, source, samples) };
}

/** The classes of a model's own images, and of so many samples that take turns. */
function labelsOf(
  { settings, network, classes = [] }: Description,
  { labels }: Source,
  samples: number,
): Pick<MeasuredRows, "labels"> {
  if (network.kind !== "unet" || labels === null) return {};
  const { training, test } = splitRows(settings, tensor(labels.labels));
  if (test === null) return {};
  const turns = tensor(Uint32Array.from({ length: samples }, (_, i) => i % classes.length));
  return { labels: { training, test, samples: turns } };
}

/**
 * What a saved model is measured on: if these are the rows of its training, the part that it has not seen; else all of
 * them. Where its own rows are not to be found, half of those given stand in for them, and copies cannot be told.
 *
 * @param whole the source without gaps
 */
export function rowsFor(saved: SavedModel, source: Source, whole: Source, fresh: Fresh): MeasuredRows {
  const { description } = saved.model;
  if (isOwn(description, source)) return testedRows(description, whole, fresh);
  const { columns, set, values } = whole;
  const own = ownSource(saved);
  if (own !== null) {
    const { training } = splitRows(description.settings, wholeSource(own, saved.model).values);
    return { columns, set, training, test: values };
  }
  const { training, test } = splitRows({ testFraction: 0.5, seed: 0 }, values);
  return { columns, set, training, test, tellsCopies: false };
}

/** Rows of a model's data that its training has not seen, as a table of its schema; null where they are not to be found. */
export function heldOutTable(saved: SavedModel, fresh: Fresh, schema: Schema): MixedTable | null {
  const own = ownSource(saved);
  const test =
    own === null ? null : testedRows(saved.model.description, wholeSource(own, saved.model), fresh).test;
  return test === null ? null : tableEncoder(schema).decode(Float64Array.from(test.data));
}

/** The rows that a model was trained on, or null where they are not to be found. */
function ownSource(saved: SavedModel): Source | null {
  const { description } = saved.model;
  const { data, settings, reading: kept, image } = description;
  try {
    const way = {
      key: keysOf(settings.seed).rows,
      rows: data.rows,
      kept,
      coordinates: { of: description },
      images: { shape: image },
    };
    const source = openSource(dataOf(saved), way);
    return isOwn(description, source) ? source : null;
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

function isOwn({ data }: Description, source: Source): boolean {
  return fingerprint(source) === data.sha256;
}
