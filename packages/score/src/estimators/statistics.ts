import { portable } from "@scoretape/autograd";
import type { EstimatorErrors } from "./report.ts";

/** Vectors of one length, one for each trial. */
export type Vectors = readonly Float64Array[];

/** The mean of vectors, and the sum of the variances of their coordinates (with n − 1). */
export interface Spread {
  readonly mean: Float64Array;
  readonly variance: number;
}

function spreadOf(vectors: Vectors): Spread {
  const mean = new Float64Array(vectors[0]?.length ?? 0);
  for (const vector of vectors) {
    for (let i = 0; i < mean.length; i++)
      mean[i] = (mean[i] as number) + (vector[i] as number) / vectors.length;
  }
  let squares = 0;
  for (const vector of vectors) {
    for (let i = 0; i < mean.length; i++)
      squares += portable.pow((vector[i] as number) - (mean[i] as number), 2);
  }
  return { mean, variance: squares / (vectors.length - 1) };
}

/** How estimates err against references on the same trials, and against exact matching of the data. */
export function errorsOf(
  estimates: Vectors,
  references: Vectors,
  exact: Vectors,
  magnitude: (mean: Float64Array) => number,
): EstimatorErrors {
  const own = spreadOf(differences(estimates, references));
  const data = spreadOf(differences(estimates, exact));
  const standardError = ({ variance }: Spread): number => Math.sqrt(variance / estimates.length);
  return {
    reference: magnitude(spreadOf(references).mean),
    bias: magnitude(own.mean),
    biasError: standardError(own),
    biasOnData: magnitude(data.mean),
    biasOnDataError: standardError(data),
    variance: spreadOf(estimates).variance,
    addedVariance: own.variance,
  };
}

/** ‖E g‖², without the part of ‖mean‖² that is chance. */
export function squaredSignal(vectors: Vectors): number {
  const { mean, variance } = spreadOf(vectors);
  return Math.max(0, portable.pow(norm(mean), 2) - variance / vectors.length);
}

/** The Euclidean norm. */
export function norm(vector: Float64Array): number {
  return Math.sqrt(vector.reduce((total, value) => total + value * value, 0));
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

function differences(a: Vectors, b: Vectors): Vectors {
  return a.map((vector, trial) => {
    const other = b[trial] ?? vector;
    return vector.map((value, i) => value - (other[i] as number));
  });
}
