import { cast, mul, type Tensor, tensor } from "@scoretape/autograd";
import { fisherDivergenceByLevel } from "@scoretape/score";
import {
  exactIn,
  keysOf,
  logDensity,
  type Measurements,
  measure,
  restored,
  rounded,
  samplingSteps,
  splitRows,
} from "@scoretape/score/model";
import { writeTable } from "@scoretape/score/tables";
import { breath } from "./breath.ts";
import { placesOf, type Square } from "./places.ts";
import { type At, modelAt } from "./session.ts";

// What a page shows of a model: plain values, standardised, x and y in turn.

const pointsOf = (values: Float32Array): Tensor => tensor(values, { shape: [values.length / 2, 2] });

/** σ·s(z, σ), which is as long at every noise level. */
export function field({ at, sigma, square }: { at: At; sigma: number; square: Square }): Float32Array {
  const { model } = modelAt(at);
  return Float32Array.from(mul(sigma, model.standardScore(pointsOf(placesOf(square)), sigma)).data);
}

/** Standardised samples; a page is heard about once a second. */
async function drawn(at: At, count: number): Promise<Tensor> {
  const { model, description } = modelAt(at);
  const walk = samplingSteps(model, keysOf(description.settings.seed).sampling, count);
  for (let step = walk.next(); ; step = walk.next()) {
    if (step.done === true) return step.value;
    await breath();
  }
}

/** Samples of a step. */
export async function samples({ at, count }: { at: At; count: number }): Promise<Float32Array> {
  return Float32Array.from((await drawn(at, count)).data);
}

/** Samples in the data's own units, digit for digit those of `scoretape sample`. */
export async function samplesTable({ at, count }: { at: At; count: number }): Promise<string> {
  const found = await drawn(at, count);
  const { standardization: units, columns } = modelAt(at).description;
  const values = Float64Array.from(rounded(units, restored(units, found)).data);
  return writeTable({ columns, rows: count, values });
}

/** So many places are followed at a time, that the page be heard in between. */
const FOLLOWED = 400;

/** log p(z) of the model with the noise of its smallest level. */
export async function density({ at, square }: { at: At; square: Square }): Promise<Float32Array> {
  const { model, description } = modelAt(at);
  const { standardization: units } = description;
  const places = restored(units, pointsOf(placesOf(square)));
  const scale = units.deviation.reduce((sum, deviation) => sum + Math.log(deviation), 0);
  const all = new Float32Array(square.side * square.side);
  for (let from = 0; from < all.length; from += FOLLOWED) {
    const part = Float64Array.from(places.data.slice(2 * from, 2 * (from + FOLLOWED)));
    const found = logDensity(model, tensor(part, { shape: [part.length / 2, 2] }), { batch: FOLLOWED });
    all.set(
      Array.from(found.data, (value) => value + scale),
      from,
    );
    await breath();
  }
  return all;
}

/** How far a score is from the exact one at a noise level. */
export interface LevelDistance {
  readonly sigma: number;
  readonly value: number;
  readonly standardError: number;
  /** Over that of a score of 0. */
  readonly relative: number;
}

const COMPARED = 400;

/** The Fisher divergence to the exact score of the data, which is known. */
export function fisher({ at }: { at: At }): LevelDistance[] {
  const { model, rows, description } = modelAt(at);
  const exact = exactIn(rows, description.standardization);
  if (exact === null) return [];
  const key = keysOf(description.settings.seed).measurements;
  return fisherDivergenceByLevel(model.standardScore, exact, model.sigmas, {
    key,
    samples: COMPARED,
    parts: 1,
  }).map(({ sigma, value, standardError, relative }) => ({ sigma, value, standardError, relative }));
}

const [FRESH, DRAWN] = [2000, 1000];

/** The library's report, on rows that the training has not seen. */
export async function report({ at }: { at: At }): Promise<Measurements> {
  const { model, rows, description } = modelAt(at);
  const found = await drawn(at, DRAWN);
  const { columns, set, values, isDrawn } = rows;
  const { training, test } = splitRows(description.settings, values);
  const key = keysOf(description.settings.seed).freshRows;
  const fresh = isDrawn && set !== null ? cast(set.sample(key, FRESH), "float64") : test;
  return measure(model, found, { columns, set, training, test: fresh });
}
