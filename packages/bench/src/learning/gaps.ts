import { type Key, matmul, mul, random, square, type Tensor, tensor } from "@scoretape/autograd";
import { data, selected } from "@scoretape/score";
import {
  describe,
  exactIn,
  fingerprint,
  keysOf,
  type Model,
  modelOf,
  trainWithGaps,
  type Wishes,
} from "@scoretape/score/model";
import type { Output } from "../command/output.ts";
import { deviationOf } from "../statistics/summary.ts";
import { coordinateNames } from "./coordinates.ts";
import { learn } from "./learn.ts";
import { weightedError } from "./sets.ts";

/** What was made of rows with gaps. */
export interface GapsRecord {
  readonly kind: "gaps";
  readonly set: string;
  /** The rows as they were before there were gaps; with what stands for gaps; or those without a gap alone. */
  readonly way: "whole" | "learned" | "dropped";
  readonly seed: number;
  /**
   * Of a normal distribution: the largest error of a mean or a covariance of samples, in standard errors of the likeliest ones
   * given what is seen. Of other sets: the error of the score.
   */
  readonly error: number;
}

export interface GapsPlan {
  readonly sets: readonly string[];
  readonly seeds: readonly number[];
  readonly rows: number;
  /** Samples of a model of a normal distribution. */
  readonly samples: number;
  /** Points at each level. */
  readonly points: number;
  /** Data sets that tell the standard errors. */
  readonly replicas: number;
  readonly wishes: Wishes;
}

export const NORMAL = "normal";
export const gapSets = [NORMAL, "moons", "8gaussians", "pinwheel"];

/** Four columns that go together. */
const ROOT = tensor(
  [
    [1, 0.8, -0.5, 0.3],
    [0, 0.6, 0.5, -0.6],
    [0, 0, 0.7, 0.2],
    [0, 0, 0, 0.5],
  ],
  { dtype: "float64" },
);
const gap = Number.NaN;

export async function measureGaps(plan: GapsPlan, output: Output<GapsRecord>): Promise<GapsRecord[]> {
  const records: GapsRecord[] = [];
  for (const seed of plan.seeds) {
    for (const set of plan.sets) {
      for (const record of set === NORMAL ? await ofNormal(plan, seed) : await ofSet(plan, set, seed)) {
        output.record(record);
        output.log(`${set}, ${record.way}, seed ${seed}: ${record.error}`);
        records.push(record);
      }
    }
  }
  return records;
}

/** A model of rows with gaps, as the command trains it. */
async function learned(
  name: string,
  values: Tensor,
  wishes: Wishes,
  set: data.DataSet | null = null,
): Promise<Model> {
  const rows = { columns: coordinateNames(values.shape[1] ?? 0), values, set };
  const origin = {
    kind: set === null ? "file" : "set",
    name,
    rows: values.shape[0] ?? 0,
    sha256: fingerprint(rows),
  } as const;
  const description = describe({ ...rows, data: origin }, wishes);
  const { state } = await trainWithGaps(description, values);
  return modelOf(description, selected(state));
}

/** Every row has a gap, in one of two columns that the first number of the row decides. */
async function ofNormal({ rows, samples, replicas, wishes }: GapsPlan, seed: number): Promise<GapsRecord[]> {
  const keys = keysOf(seed);
  const seen = (key: Key): Tensor => {
    const full = matmul(random.normal(key, [rows, 4], { dtype: "float64" }), ROOT);
    const missing = (row: number): number => ((full.data[4 * row] ?? 0) > 0 ? 1 : 2) + (row % 2);
    return tensor(
      full.data.map((value, i) => (i % 4 === missing(Math.floor(i / 4)) ? gap : value)),
      { shape: [rows, 4] },
    );
  };
  const values = seen(keys.rows);
  const wanted = momentsOf(values, true);
  const others = Array.from({ length: replicas }, (_, i) =>
    momentsOf(seen(random.foldIn(keys.freshRows, i)), true),
  );
  const model = await learned(NORMAL, values, { ...wishes, seed, testFraction: 0 });
  const found = momentsOf(model.sample(keys.sampling, samples), false);
  const errors = wanted.map((value, i) => {
    const replicated = others.map((moments) => moments[i] ?? gap);
    return Math.abs((found[i] ?? gap) - value) / deviationOf(replicated);
  });
  return [{ kind: "gaps", set: NORMAL, way: "learned", seed, error: Math.max(...errors) }];
}

/** The second number is missing of six rows in ten in which the first is above the middle. */
async function ofSet({ rows, points, wishes }: GapsPlan, name: string, seed: number): Promise<GapsRecord[]> {
  const set = data.byName(name);
  const keys = keysOf(seed);
  const values = set.sample(keys.rows, rows);
  const chance = random.uniform(random.foldIn(keys.gaps, 9), [rows]).data;
  const middle = Array.from({ length: rows }, (_, row) => values.data[2 * row] ?? gap).sort((a, b) => a - b)[
    Math.floor(rows / 2)
  ];
  const isHidden = (row: number): boolean =>
    (values.data[2 * row] ?? gap) > (middle ?? gap) && (chance[row] ?? 1) < 0.6;
  const holed = tensor(
    Float64Array.from(values.data, (value, i) => (i % 2 === 1 && isHidden((i - 1) / 2) ? gap : value)),
    { shape: [rows, 2] },
  );
  const kept = Array.from({ length: rows }, (_, row) => row).filter((row) => !isHidden(row));
  const left = tensor(
    Float64Array.from(kept.flatMap((row) => [values.data[2 * row] ?? gap, values.data[2 * row + 1] ?? gap])),
    { shape: [kept.length, 2] },
  );
  const own = { ...wishes, seed, testFraction: 0 };
  const plain = async (rowsOf: Tensor): Promise<Model> => {
    const subject = { name, columns: set.columns, values: rowsOf, set };
    return (await learn(subject, { wishes: own })).model;
  };
  const models = {
    whole: await plain(values),
    learned: await learned(name, holed, own, set),
    dropped: await plain(left),
  };
  return (["whole", "learned", "dropped"] as const).map((way) => {
    const { standardScore, description } = models[way];
    const exact = exactIn({ columns: set.columns, values, set }, description.standardization);
    if (exact === null) throw new RangeError(`measureGaps: the score of ${name} is not known`);
    const error = weightedError(standardScore, exact, keys.measurements, points);
    return { kind: "gaps", set: name, way, seed, error };
  });
}

/** Means, and covariances row after row. */
function momentsOf(x: Tensor, gaps: boolean): number[] {
  const { mean, axes, deviation } = data.normalMoments(x, { gaps, shrinkage: 0 });
  const covariance = matmul(mul(axes, square(deviation)), axes, { transposeY: true });
  return [...mean.data, ...covariance.data];
}
