import { add, type Key, mul, random, type Shape, type Tensor, type TensorLike } from "@scoretape/autograd";
import { checkCount, checkPositive } from "../check.ts";
import { type ProbeOptions, rademacher } from "../probes.ts";
import type { Energy, Score } from "../score.ts";

/** How something random is drawn: `probes.rademacher` and its neighbours, or `random.normal`. */
export type DrawLaw = (key: Key, shape: Shape, options?: ProbeOptions) => Tensor;

/** What an objective can be told; each takes what it needs. */
export interface ObjectiveOptions {
  /** σ > 0 of those that perturb the data; 0.1 unless said. */
  readonly sigma?: number;
  /** The law of the probes; `probes.rademacher` unless said. It is asked for [m, n, d]. */
  readonly probeLaw?: DrawLaw;
  /** m, the number of probes of each row; 1 unless said. */
  readonly probeCount?: number;
  /** The law of the noise, which must be standard normal; `random.normal` unless said. It is asked for [n, d]. */
  readonly noiseLaw?: DrawLaw;
  /** ε of those that take differences; the loss's default unless said. */
  readonly stepSize?: TensorLike;
  /** The known score of the Fisher divergence. */
  readonly knownScore?: Score;
}

/** What an objective needs beside a model and data. */
export type ObjectiveNeed = "probes" | "noise" | "known score";

/** How many evaluations an objective takes. */
export interface ObjectivePasses {
  /** In d and m. */
  readonly formula: string;
  /** The number for d and m. */
  readonly count: (dimension: number, probes: number) => number;
}

/** The facts of an objective. E is the expectation over the data and all that is drawn. */
export interface ObjectiveFacts {
  /**
   * The value of a row, to be averaged over its probes, with s the score or E the energy, J = ∂s/∂x, v a probe and z
   * the noise.
   */
  readonly formula: string;
  /** Whose score is the minimiser: the data's, or that of the data `blurred` by N(0, σ²I). */
  readonly target: "data" | "blurred";
  /** The objective is sign·½E‖s − ∇log(target)‖² + constant: 1, so it is to be minimised. */
  readonly sign: 1;
  /** The constant of that identity, which does not depend on the model. */
  readonly constant: string;
  /** The error of that identity, or its order. */
  readonly bias: "0" | "O(ε²)";
  readonly needs: readonly ObjectiveNeed[];
  /** The highest derivative of the model with respect to x that it takes. */
  readonly derivatives: 0 | 1 | 2;
  /**
   * Its cost: evaluations of the model, each derivative of it along a direction counted as one more, in d dimensions
   * with m probes of each row.
   */
  readonly passes: ObjectivePasses;
  /** Where the data are from N(0, I_d). */
  readonly onStandardNormal: {
    /** The minimiser. */
    readonly minimiser: string;
    /** The a in the minimiser: s(x) = −a·x, or E(x) = ½a‖x‖² up to a constant. */
    precision(sigma: number): number;
    /** The expectation there. */
    minimum(dimension: number, sigma: number): number;
  };
  /** Who described it, where. */
  readonly source: string;
}

/** An objective for a score. */
export interface ScoreObjective extends ObjectiveFacts {
  readonly takes: "score";
  /**
   * The value of each row, [n], with probes and noise drawn from the key.
   *
   * @throws as the loss of its name does, and RangeError for bad options
   */
  loss(score: Score, x: Tensor, key: Key, options?: ObjectiveOptions): Tensor;
}

/** An objective for an energy. */
export interface EnergyObjective extends ObjectiveFacts {
  readonly takes: "energy";
  /**
   * The value of each row, [n], with probes and noise drawn from the key.
   *
   * @throws as the loss of its name does, and RangeError for bad options
   */
  loss(energy: Energy, x: Tensor, key: Key, options?: ObjectiveOptions): Tensor;
}

/** An objective with all that is known of it. */
export type ScoreMatchingObjective = ScoreObjective | EnergyObjective;

/** What every objective asks of the loss that it stands for. */
export const eachRow = { reduction: "none" } as const;

/** Standard normal noise for data x [n, d]. */
export function noiseFor(x: Tensor, key: Key, { noiseLaw = random.normal }: ObjectiveOptions): Tensor {
  return noiseLaw(random.foldIn(key, 0), x.shape, likeData(x));
}

/** x + σz with the noise that objectives draw from the same key. */
export function perturbed(x: Tensor, key: Key, options: ObjectiveOptions): Tensor {
  return add(x, mul(sigmaFor(options), noiseFor(x, key, options)));
}

/** Probes for data x [n, d]: [m, n, d]. */
export function probesFor(x: Tensor, key: Key, options: ObjectiveOptions): Tensor {
  const { probeLaw = rademacher, probeCount = 1 } = options;
  checkCount("scoreMatchingObjectives", probeCount, "probeCount");
  return probeLaw(random.foldIn(key, 1), [probeCount, ...x.shape], likeData(x));
}

/** σ. */
export function sigmaFor({ sigma = 0.1 }: ObjectiveOptions): number {
  checkPositive("scoreMatchingObjectives", sigma, "sigma");
  return sigma;
}

/** The step of differences, where one was said, and the reduction. */
export function differences({ stepSize }: ObjectiveOptions) {
  return stepSize === undefined ? eachRow : { ...eachRow, stepSize };
}

function likeData(x: Tensor): ProbeOptions {
  return { dtype: x.dtype === "float64" ? "float64" : "float32" };
}
