import type { nn, Tensor } from "@scoretape/autograd";
import {
  type NoiseConditionalModel,
  type NoiseConditionalScore,
  noiseConditionalMlp,
} from "@scoretape/score";
import { restoredScore, standardized } from "../data/units.ts";
import type { Description } from "./description.ts";
import { noiseLevels } from "./noise-levels.ts";

/** The parameters of a model's network. */
export type Parameters = readonly nn.DenseParams[];

/** A learned score. */
export interface Model {
  readonly description: Description;
  /** The noise levels, from the largest; in units of the data's standard deviation. */
  readonly sigmas: readonly number[];
  /** The number of parameters. */
  readonly size: number;
  /** s(z, σ) at standardised points. */
  readonly score: NoiseConditionalScore;
  /** The score at the smallest noise level, of points in the data's own units: [n, d] → [n, d] in float64. */
  scoreInOwnUnits(x: Tensor): Tensor;
}

/** The network that a description asks for. */
export function networkOf({ columns, settings }: Description): NoiseConditionalModel<Parameters> {
  return noiseConditionalMlp({ dimension: columns.length, hidden: settings.hidden });
}

/** The model with its averaged parameters, which sample better than those of any one step. */
export function modelOf(description: Description, parameters: Parameters): Model {
  const network = networkOf(description);
  const sigmas = noiseLevels(description.settings);
  const units = description.standardization;
  const score: NoiseConditionalScore = (z, sigma) => network.apply(parameters, z, sigma);
  return {
    description,
    sigmas,
    size: parameters.reduce((total, { weight, bias }) => total + weight.size + bias.size, 0),
    score,
    scoreInOwnUnits: (x) =>
      restoredScore(units, score(standardized(units, x), description.settings.sigmaMin)),
  };
}
