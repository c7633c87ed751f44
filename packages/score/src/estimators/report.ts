import type { ScoreMatchingObjectiveName } from "../objectives/registry.ts";

/** The names of the laws that probes are drawn by. */
export type ProbeLawName = "rademacher" | "gaussian" | "sphere";

/**
 * How an estimator errs, over independent mini-batches and draws. The reference on the same mini-batch is exact score
 * matching: of the data, or for an estimator of blurred data of the same noisy points. For gradients, which are
 * vectors, means and biases are Euclidean norms and variances sums over the coordinates.
 */
export interface EstimatorErrors {
  /** The mean of the reference. */
  readonly reference: number;
  /** The mean of estimate − reference; up to `biasError` of it is chance. For gradients its norm. */
  readonly bias: number;
  /** The standard error of the bias. */
  readonly biasError: number;
  /** The same against exact score matching of the data: where these are blurred, the smoothing. */
  readonly biasOnData: number;
  readonly biasOnDataError: number;
  /** The variance of the estimate, that of the choice of the mini-batch included. */
  readonly variance: number;
  /** The variance of estimate − reference: what the probes or the noise add. */
  readonly addedVariance: number;
}

/** What was measured of one estimator. Plain data. */
export interface EstimatorRow {
  readonly estimator: ScoreMatchingObjectiveName;
  /** The law of the probes, where there are any. */
  readonly law: ProbeLawName | null;
  /** The number of probes of each row, where there are any. */
  readonly probes: number | null;
  /** The noise level, where there is noise. */
  readonly sigma: number | null;
  /** What it estimates: the Fisher divergence to the data's density, or to that of the data blurred by σ. */
  readonly target: "data" | "blurred";
  /** Evaluations of the score and derivatives of it along a direction, in one estimate. */
  readonly passes: number;
  /** Of the loss of a mini-batch; an estimator's constant against exact score matching is left out of the biases. */
  readonly loss: EstimatorErrors;
  /** Of its gradient with respect to the parameters, where the score has some. */
  readonly gradient: EstimatorErrors | null;
  /** ‖E∇‖²/Var ∇: how many times the squared gradient exceeds its variance. Averaging k estimates multiplies it by k. */
  readonly signalToNoise: number | null;
  /** The median time of one evaluation, of the loss and, where the score has parameters, its gradient. */
  readonly milliseconds: number;
  /** `signalToNoise` over `milliseconds`. */
  readonly signalToNoisePerMillisecond: number | null;
}

/** What {@link compareEstimators} finds. Plain data. */
export interface EstimatorReport {
  /** The number of coordinates. */
  readonly dimension: number;
  /** The rows of a mini-batch. */
  readonly batchSize: number;
  /** How many mini-batches each estimator was evaluated on. */
  readonly repeats: number;
  readonly rows: readonly EstimatorRow[];
  /** The row with the least variance times time of those whose bias is small. */
  readonly recommendation: { readonly row: number; readonly reason: string };
}
