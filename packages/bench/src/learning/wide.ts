import { type Key, random, type Tensor, take } from "@scoretape/autograd";
import {
  compareColumns,
  heldOutLogLikelihood,
  type Memorization,
  memorization,
  slicedWasserstein,
} from "@scoretape/score";
import { keysOf, splitRows, standardized, type Wishes } from "@scoretape/score/model";
import type { Output } from "../command/output.ts";
import { meanOf } from "../statistics/summary.ts";
import { coordinateNames } from "./coordinates.ts";
import { type FactorModel, factorRows } from "./factors.ts";
import { learn } from "./learn.ts";

/** A model of rows of a factor model, and its samples. */
export interface WideRecord extends FactorModel {
  readonly kind: "wide";
  readonly seed: number;
  /** The samples' deviation over the rows', over the columns. */
  readonly deviation: { readonly largest: number; readonly smallest: number };
  /** The sliced Wasserstein distance of samples to fresh rows over that between fresh sets, all of one size. */
  readonly distance: number;
  readonly copies: Memorization["verdict"];
  /** Log-likelihood of fresh rows, in nats a row, less the shrunk Gaussian's; null where the flow cannot be followed. */
  readonly advantage: number | null;
  readonly step: number;
  readonly trainingSeconds: number;
  readonly samplingSeconds: number;
}

export interface WidePlan {
  readonly columns: readonly number[];
  readonly factors: number;
  readonly seeds: readonly number[];
  readonly rows: number;
  readonly samples: number;
  readonly wishes: Wishes;
}

export const widths = [2, 10, 50, 100, 300, 784];

/** Distances between two sets differ from pair to pair: the mean over so many. */
const PAIRS = 5;
/** The search for nearest rows takes so many of the samples and fresh rows. */
const NEAREST = 500;

export async function measureWide(plan: WidePlan, output: Output<WideRecord>): Promise<WideRecord[]> {
  const records: WideRecord[] = [];
  for (const seed of plan.seeds) {
    for (const columns of plan.columns) {
      const record = await measured(plan, { columns, factors: plan.factors }, seed);
      output.record(record);
      output.log(`${columns} columns, seed ${seed}: ${JSON.stringify(record)}`);
      records.push(record);
    }
  }
  return records;
}

async function measured(plan: WidePlan, factorModel: FactorModel, seed: number): Promise<WideRecord> {
  const keys = keysOf(seed);
  const values = factorRows(factorModel, keys.rows, plan.rows);
  const subject = {
    name: `factors-${factorModel.columns}`,
    columns: coordinateNames(factorModel.columns),
    values,
    set: null,
  };
  const { model, step, seconds } = await learn(subject, { wishes: { ...plan.wishes, seed } });
  const { settings, standardization, moments } = model.description;
  const start = performance.now();
  const samples = standardized(standardization, model.sample(keys.sampling, plan.samples));
  const samplingSeconds = (performance.now() - start) / 1e3;
  const fresh = (i: number): Tensor =>
    standardized(standardization, factorRows(factorModel, random.foldIn(keys.freshRows, i), plan.samples));
  const training = standardized(standardization, splitRows(settings, values).training);
  const key = (i: number): Key => random.foldIn(keys.measurements, i);
  const compared = compareColumns(samples, standardized(standardization, values), { key: key(0) });
  const ratios = compared.columns.map(({ deviation }) => deviation.ratio ?? Number.NaN);
  const pairs = Array.from({ length: PAIRS }, (_, i) => {
    const [one, other, directions] = [fresh(2 * i), fresh(2 * i + 1), { key: key(3 + i) }];
    return [slicedWasserstein(samples, one, directions), slicedWasserstein(other, one, directions)] as const;
  });
  const { advantage } = heldOutLogLikelihood(model.standardScore, training, fresh(2 * PAIRS), {
    sigmaMin: settings.sigmaMin,
    sigmaMax: settings.sigmaMax,
    key: key(1),
    ...(moments === undefined ? {} : { moments }),
  });
  const some = Array.from({ length: Math.min(NEAREST, plan.samples) }, (_, i) => i);
  return {
    kind: "wide",
    ...factorModel,
    seed,
    deviation: { largest: Math.max(...ratios), smallest: Math.min(...ratios) },
    distance: meanOf(pairs.map(([ofSamples]) => ofSamples)) / meanOf(pairs.map(([, between]) => between)),
    copies: memorization(take(samples, some), training, take(fresh(2 * PAIRS + 1), some)).verdict,
    advantage: advantage.gaussian?.value ?? null,
    step,
    trainingSeconds: seconds,
    samplingSeconds,
  };
}
